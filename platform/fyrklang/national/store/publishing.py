"""Making a release: open a draft, let each förbund's figures in through its own context, protect, freeze."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, text

from fyrklang.kernel import clock
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.kernel.errors import Forbidden, Invalid
from fyrklang.national.store.engine import Engine, Leaf, Reported
from fyrklang.national.store.shapes import INVENTED
from fyrklang.national.store.totals import TotalsEngine
from fyrklang.sdk.jobs import PLATFORM_TENANT, JobContext, enqueue_for_platform, job
from fyrklang.sdk.measures import MEASURES
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.session import TenantSession, tenant_session

JOB_KIND = "national.publish"
PLATFORM = TenantContext(PLATFORM_TENANT, "plattformen")
ENGINES: Mapping[str, Callable[[], Engine]] = {TotalsEngine.name: TotalsEngine}

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Plan:
    """A release to make. `number` is like 2026-1; an invented nation's gets `-pahittat` after it."""

    number: str
    first_year: int
    last_year: int
    synthetic: bool
    note: str = ""
    engine: str = TotalsEngine.name

    @property
    def full_number(self) -> str:
        """The number as it stands in addresses and files."""
        bare = self.number.removesuffix(INVENTED)
        return bare + INVENTED if self.synthetic else bare

    @property
    def years(self) -> list[int]:
        """Every year of the release, in order."""
        return list(range(self.first_year, self.last_year + 1))


def check(plan: Plan) -> None:
    """Refuse a plan that could not be kept: a year is published once, so it must be over.

    Raises:
        Invalid: names the fields at fault.
    """
    faults: dict[str, str] = {}
    if plan.last_year >= clock.today().year:
        faults["last_year"] = "Året är inte slut. En utgåva kan bara ha år som är slut."
    if plan.first_year > plan.last_year:
        faults["first_year"] = "Första året kan inte vara efter det sista."
    if plan.engine not in ENGINES:
        faults["engine"] = f"Det finns ingen skyddsmetod som heter {plan.engine}."
    if faults:
        raise Invalid(fields=faults)


def ask_for(database: Database, plan: Plan) -> UUID:
    """Have the release made in the background; returns the job's id.

    Raises:
        Invalid: as `check`.
    """
    check(plan)
    return enqueue_for_platform(database, JOB_KIND, asdict(plan), key=plan.full_number)


@job(JOB_KIND, title="Publicerar en nationell utgåva", queue="council", time_limit=600, attempts=3)
def publish_job(running: JobContext) -> str:
    """Make the release the job names; its freezing and the job's end are committed together."""
    if running.context.tenant_id != PLATFORM_TENANT:
        raise Forbidden
    plan = Plan(**running.args)

    def tell(done: int, total: int, words: str) -> None:
        running.stop_if_cancelled()
        running.progress(done, total, words)

    gather(_own_database(), plan, tell)
    return freeze(running.session, plan)


def publish(database: Database, plan: Plan, progress: Progress | None = None) -> str:
    """Make a release now; returns its checksum.

    Raises:
        Invalid: as `check`.
        IntegrityError: the number is taken by a published release.
    """
    gather(database, plan, progress or (lambda _done, _total, _words: None))
    with tenant_session(database, PLATFORM, role="worker") as session:
        return freeze(session, plan)


def gather(database: Database, plan: Plan, progress: Progress) -> None:
    """Open the draft and collect every förbund's years, each inside that förbund's own context."""
    check(plan)
    with tenant_session(database, PLATFORM, role="worker") as session:
        session.execute(_OPEN, {"wanted": _json(_release(plan)), "measures": _json(_definitions())})
        session.execute(_SUCCESSIONS, {"number": plan.full_number})
        rows = session.execute(_TENANTS, {"synthetic": plan.synthetic}).all()
    for done, row in enumerate(rows):
        progress(done, len(rows) + 1, row.short_name)
        with tenant_session(database, TenantContext(row.id, row.slug), role="worker") as session:
            session.execute(_COLLECT, {"number": plan.full_number})
    progress(len(rows), len(rows) + 1, "Skyddar uppgifterna")


def freeze(session: TenantSession, plan: Plan) -> str:
    """Protect what is collected and publish it; returns the checksum over every line of the release."""
    rows = session.execute(_LEAVES, {"number": plan.full_number})
    leaves = [Leaf(*row) for row in rows]
    reported = Reported(
        leaves=leaves,
        slugs=sorted(_roster(session.connection(), plan) | {leaf.slug for leaf in leaves}),
        years=plan.years,
        shares={code: measure.is_share for code, measure in MEASURES.items()},
    )
    protected = ENGINES[plan.engine]().protect(reported)
    checksum: str = session.execute(
        _FINISH,
        {
            "number": plan.full_number,
            "cells": _json([vars(cell) for cell in protected.cells]),
            "totals": _json([vars(total) for total in protected.totals]),
        },
    ).scalar_one()
    return checksum


def withdraw(database: Database, full_number: str, reason: str) -> bool:
    """Take a published release back; its rows stay readable as they were. False when there is none."""
    with tenant_session(database, PLATFORM, role="worker") as session:
        found = session.execute(_WITHDRAW, {"number": full_number, "reason": reason})
        return bool(found.scalar_one())


def remove_invented(database: Database) -> int:
    """Take away every invented release; returns how many there were."""
    with tenant_session(database, PLATFORM, role="worker") as session:
        return int(session.execute(_REMOVE).scalar_one())


def _roster(connection: Connection, plan: Plan) -> set[str]:
    """Every working förbund is answered for, also those that reported nothing."""
    return {row.slug for row in connection.execute(_TENANTS, {"synthetic": plan.synthetic}) if row.active}


def _release(plan: Plan) -> dict[str, Any]:
    engine = ENGINES[plan.engine]()
    return {
        "number": plan.full_number,
        "first_year": plan.first_year,
        "last_year": plan.last_year,
        "synthetic": plan.synthetic,
        "note": plan.note,
        "engine": engine.name,
        "engine_version": engine.version,
        "threshold": engine.threshold,
        "min_base": engine.min_base,
    }


def _definitions() -> list[dict[str, Any]]:
    return [{**asdict(measure), "position": place} for place, measure in enumerate(MEASURES.values())]


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


@cache
def _own_database() -> Database:
    """The worker process's database: a job is handed one förbund's session and needs one per förbund."""
    return Database(Config.from_env(os.environ))


_OPEN = text("SELECT national.open_release(CAST(:wanted AS jsonb), CAST(:measures AS jsonb))")
_SUCCESSIONS = text("SELECT national.keep_successions(:number)")
_COLLECT = text("SELECT national.collect(:number)")
_LEAVES = text("SELECT * FROM national.leaves(:number)")
_FINISH = text("SELECT national.finish(:number, CAST(:cells AS jsonb), CAST(:totals AS jsonb))")
_WITHDRAW = text("SELECT national.withdraw(:number, :reason)")
_REMOVE = text("SELECT national.remove_invented()")
_TENANTS = text(
    "SELECT id, slug, short_name, status = 'ACTIVE' AS active FROM registry.tenant "
    "WHERE kind = 'ASSOCIATION' AND synthetic = :synthetic ORDER BY slug"
)
