"""What is measured on: an invented nation of plain rows in a database of its own, and people signed in to it.

The rows go in through the same roles and the same wall as the product's own. Nothing in them is drawn by
chance, so two runs measure the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import psycopg
from sqlalchemy import create_engine

import fyrklang.modules.interventions.facts  # noqa: F401 - its facts are counted once it is imported
from fyrklang.access.permissions import Role
from fyrklang.identity import sessions
from fyrklang.identity.issuers import Issuer, register
from fyrklang.identity.outcomes import Accepted
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.kernel.ids import new_id
from fyrklang.modules.interventions.models import Count, Goal, Intervention
from fyrklang.sdk.codes import INDIVIDUAL_FOCUS, NEED_GROUPS, PARTY_KINDS
from fyrklang.sdk.facts import Touched, recompute
from fyrklang.tenancy.bulk import insert_many
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.session import tenant_session

INSATSER, FEW_COUNTED = 50, 5
YEAR = 2025
ISSUER = Issuer("bench", "Mätningen", "https://bench.invalid", "bench", synthetic=True)
"""Where everybody here has signed in: a login at no issuer opens nothing."""
PEOPLE = 8
"""As many as the connections that ask at once; they sit spread evenly over the nation."""

_KINDS = ("Arbetsinriktad rehabilitering", "Stegförflyttning", "Unga vuxna", "Hälsoskola", "Samverkansteamet")
_FORMATS = ("TEAM", "COACH", "GROUP", "OPEN")
_STATUSES = ("RUNNING", "RUNNING", "RUNNING", "DECIDED", "ENDED")


@dataclass(frozen=True)
class Place:
    """A signed-in person: the förbund they act in and the cookie their browser sends."""

    tenant_id: UUID
    slug: str
    cookie: str


@dataclass(frozen=True)
class Ground:
    """A database with its nation, and those who ask it."""

    config: Config
    tenants: int
    people: Sequence[Place]
    council: str
    """The cookie of somebody at Nationella rådet."""


def lay(config: Config, tenants: int, *, counted: bool) -> Ground:
    """Fill an empty, migrated database.

    With `counted` every förbund has reported a year: for all its insatser where somebody sits who will ask,
    for a few of them elsewhere.
    """
    contexts = [TenantContext(new_id(), f"forbund-{number:04}") for number in range(tenants)]
    here = contexts[:: max(1, tenants // PEOPLE)][:PEOPLE]
    _register(config, contexts)
    database = Database(config)
    try:
        for number, context in enumerate(contexts):
            reported = INSATSER if context in here else FEW_COUNTED
            _fill(database, context, number, reported if counted else 0)
    finally:
        database.dispose()
    with psycopg.connect(config.database_url, autocommit=True) as admin:
        admin.execute("VACUUM ANALYZE")
    people = [Place(each.tenant_id, each.slug, sign_in(config, each)) for each in here]
    return Ground(config, tenants, people, council=sign_in(config, None))


def sign_in(config: Config, context: TenantContext | None) -> str:
    """Somebody new with a place in the förbund, or at Nationella rådet; returns the Cookie header."""
    person = uuid4()
    with psycopg.connect(_plain(config)) as migrator:
        migrator.execute(
            "INSERT INTO registry.person (id, display_name, synthetic) VALUES (%s, 'Mäta Mätare', true)",
            (person,),
        )
        if context is None:
            migrator.execute(
                "INSERT INTO registry.national_role (person_id, role) VALUES (%s, %s)",
                (person, Role.NAT_COUNCIL.value),
            )
        else:
            migrator.execute(
                "INSERT INTO registry.membership (tenant_id, id, person_id, organisation_id, display_name, "
                "roles, valid_from) SELECT %s, %s, %s, id, 'Mäta Mätare', %s, '2024-01-01' "
                "FROM registry.organisation WHERE kind = 'AF'",
                (context.tenant_id, new_id(), person, [Role.COORDINATOR.value]),
            )
    return _open_session(config, person)


def _open_session(config: Config, person: UUID) -> str:
    database, valkey = Database(config), sessions.connect(config.redis_url)
    try:
        identity = sessions.build(config, database, valkey)
        accepted = Accepted(ISSUER.id, str(person), "Mäta Mätare", None, None, None, "/", {}, "")
        made = identity.sessions.create(accepted, person, "bench")
    finally:
        database.dispose()
        valkey.close()
    if made is None:
        raise RuntimeError("the person just made has ended")
    return f"{identity.sessions.cookie_name}={made[0]}"


def _register(config: Config, contexts: Sequence[TenantContext]) -> None:
    engine = create_engine(config.url_for("migrator"))
    with engine.begin() as connection:
        register(connection, ISSUER)
    engine.dispose()
    with psycopg.connect(_plain(config)) as migrator, migrator.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO registry.tenant (id, slug, name, short_name, synthetic) VALUES (%s, %s, %s, %s, true)",
            [
                (each.tenant_id, each.slug, f"Samordningsförbundet Påhitt {number}", f"Påhitt {number}")
                for number, each in enumerate(contexts)
            ],
        )


def _fill(database: Database, context: TenantContext, number: int, counted: int) -> None:
    insatser = [new_id() for _place in range(INSATSER)]
    with tenant_session(database, context, "app") as session:
        insert_many(session, Intervention, list(_interventions(insatser, number)))
        if counted:
            insert_many(session, Goal, list(_goals(insatser[:counted])))
            insert_many(session, Count, list(_counts(insatser[:counted], number)))
    if counted:
        with tenant_session(database, context, "worker") as session:
            recompute(session, Touched())


def _interventions(insatser: Sequence[UUID], number: int) -> Iterator[dict[str, Any]]:
    needs, kinds = list(NEED_GROUPS), list(INDIVIDUAL_FOCUS)
    for place, own in enumerate(insatser):
        step = number + place
        yield {
            "id": own,
            "name": f"{_KINDS[step % len(_KINDS)]} {place + 1} i Åsviken och Ödeby",
            "direction": "INDIVIDUAL",
            "follow_up_method": "COUNT_ONLY",
            "esf_funded": step % 7 == 0,
            "mode": "A",
            "focus": kinds[step % len(kinds)],
            "format": _FORMATS[step % len(_FORMATS)],
            "status": _STATUSES[step % len(_STATUSES)],
            "description": "Ett team där parterna arbetar tillsammans med deltagaren mot arbete eller studier.",
            "target_groups": [needs[step % len(needs)], needs[(step + 3) % len(needs)]],
            "parties": list(PARTY_KINDS),
            "places": 20 + step % 60,
            "starts_on": date(2018 + step % 6, 1 + step % 12, 1),
            "ends_on": None,
            "version": 1,
        }


def _goals(insatser: Sequence[UUID]) -> Iterator[dict[str, Any]]:
    for place, own in enumerate(insatser):
        yield {
            "id": new_id(),
            "intervention_id": own,
            "measure": "M1",
            "definition": 1,
            "target_permille": 300 + 25 * (place % 8),
            "first_year": 2018,
        }


def _counts(insatser: Sequence[UUID], number: int) -> Iterator[dict[str, Any]]:
    for place, own in enumerate(insatser):
        for quarter in (1, 2, 3, 4):
            for at, sex in enumerate(("K", "M")):
                ended = 8 + (number + 7 * place + 3 * quarter + 5 * at) % 17
                known = ended - ended % 3
                yield {
                    "id": new_id(),
                    "intervention_id": own,
                    "year": YEAR,
                    "quarter": quarter,
                    "sex": sex,
                    "started": ended + 2,
                    "ongoing": 20 + place % 30,
                    "ended": ended,
                    "known_outcome": known,
                    "ended_work_study": known * (3 + place % 4) // 8,
                }


def _plain(config: Config) -> str:
    return config.url_for("migrator").replace("+psycopg", "")
