"""Every registered kind of job, run for one förbund with another's ids, and straight after another's job."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest

import fyrklang.parts  # noqa: F401 - every feature makes its kinds known when imported
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.kernel.errors import ProblemError
from fyrklang.sdk.jobs import JobContext
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.jobs.handlers import REGISTRY
from fyrklang.tenancy.session import tenant_session
from tests.isolation.seeds import Planted, checksum, plant

HOSTILE: dict[str, Callable[[Planted], dict[str, Any]]] = {
    "facts.recompute": lambda other: {"intervention_id": str(other.intervention_id), "year": 2024},
    "log.seal": lambda _other: {},
    "plugins.nightly": lambda _other: {},
    "users.review_roles": lambda other: {"tenant_id": str(other.tenant_id)},
    "webhooks.deliver": lambda other: {"delivery_id": str(other.rows["office.webhook_delivery"])},
    "emergency.lapse": lambda other: {"tenant_id": str(other.tenant_id)},
    "consents.lapse": lambda other: {"tenant_id": str(other.tenant_id)},
    "facts.new_quarter": lambda other: {"tenant_id": str(other.tenant_id)},
    "imports.check": lambda other: {"batch_id": str(other.rows["office.import_batch"])},
    "imports.lay": lambda other: {"batch_id": str(other.rows["office.import_batch"])},
    "national.publish": lambda _other: {
        "number": "2024-9",
        "first_year": 2024,
        "last_year": 2024,
        "synthetic": True,
    },
}
"""What a job could be asked with to reach another förbund. A kind without a line fails the probe."""


class Silent:
    """Nobody listens and nobody asks to stop."""

    def progress(self, done: int, total: int | None, text: str) -> None:
        """Say nothing."""

    def cancelled(self) -> bool:
        """Never."""
        return False


@pytest.fixture
def pair(config: Config) -> Iterator[tuple[psycopg.Connection, Planted, Planted]]:
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", ""), autocommit=True) as admin:
        yield admin, plant(admin, "alfa"), plant(admin, "beta")


def test_every_kind_has_a_probe() -> None:
    kinds = {kind.name for kind in REGISTRY.kinds() if not kind.name.startswith("test.")}
    assert kinds == set(HOSTILE)


@pytest.mark.parametrize("kind", sorted(HOSTILE))
def test_a_job_with_anothers_ids_touches_nothing_of_theirs(
    database: Database, pair: tuple[psycopg.Connection, Planted, Planted], kind: str
) -> None:
    admin, own, other = pair
    before = checksum(admin, other)
    for _time in range(2):
        run(database, own, kind, HOSTILE[kind](other))
        assert checksum(admin, other) == before


def test_a_job_sees_only_its_own_right_after_anothers(
    database: Database, pair: tuple[psycopg.Connection, Planted, Planted]
) -> None:
    admin, own, other = pair
    run(database, other, "facts.recompute", {"intervention_id": str(other.intervention_id), "year": 2024})
    before = checksum(admin, other)
    run(database, own, "facts.recompute", {"intervention_id": str(own.intervention_id), "year": 2024})
    assert checksum(admin, other) == before
    counted = "SELECT count(*) FROM facts.cell WHERE tenant_id = %s AND intervention_id = %s"
    assert admin.execute(counted, (own.tenant_id, own.intervention_id)).fetchone() == (12,)
    assert admin.execute(counted, (own.tenant_id, other.intervention_id)).fetchone() == (0,)


def run(
    database: Database,
    forbund: Planted,
    kind: str,
    args: dict[str, Any],
    reach: TenantContext | None = None,
) -> bool:
    """One run as the worker does it: the förbund's own context, committed when the handler returns.

    Returns whether it came to its end; what it was asked for may be refused.
    """
    known = REGISTRY.get(kind)
    assert known is not None
    context = reach or TenantContext(forbund.tenant_id, forbund.slug)
    try:
        with tenant_session(database, context, "worker") as session:
            known.handler(JobContext(uuid4(), kind, args, None, 1, session, Silent()))
    except (ProblemError, psycopg.Error):
        return False
    return True
