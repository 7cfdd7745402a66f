"""One row per tenant table and förbund, with a canary no other förbund's reader may ever meet.

A table without a seed fails the probe: whoever makes a table writes its row here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from tests.people import TRUSTED


@dataclass(frozen=True)
class Planted:
    """One förbund with one row in each table."""

    tenant_id: UUID
    slug: str
    canary: str
    rows: Mapping[str, UUID]

    @property
    def intervention_id(self) -> UUID:
        """The insats the other rows hang on."""
        return self.rows["office.intervention"]


LETTERS = str.maketrans("0123456789", "ghijklmnop")
"""Ten digits in a row would look like somebody's number, which several columns refuse."""

Values = Callable[[str, Mapping[str, UUID], UUID], dict[str, Any]]

SEEDS: dict[str, Values] = {
    "office.canary": lambda canary, _rows, _org: {"note": canary},
    "office.member": lambda canary, _rows, org: {
        "organisation_id": org,
        "party_kind": "FK",
        "name": canary,
    },
    "office.intervention": lambda canary, _rows, _org: {
        "name": canary,
        "direction": "INDIVIDUAL",
        "follow_up_method": "COUNT_ONLY",
        "focus": "TEAM",
        "format": "TEAM",
        "status": "RUNNING",
        "description": canary,
        "starts_on": "2024-01-01",
    },
    "office.intervention_goal": lambda _canary, rows, _org: {
        "intervention_id": rows["office.intervention"],
        "measure": "M1",
        "target_permille": 350,
        "first_year": 2024,
    },
    "office.intervention_count": lambda _canary, rows, _org: {
        "intervention_id": rows["office.intervention"],
        "year": 2024,
        "quarter": 1,
        "sex": "K",
        "ended": 40,
        "known_outcome": 40,
        "ended_work_study": 20,
    },
    "office.sourced_fact": lambda canary, rows, _org: {
        "intervention_id": rows["office.intervention"],
        "statement": canary,
        "source": canary,
    },
    "facts.cell": lambda _canary, rows, _org: {
        "intervention_id": rows["office.intervention"],
        "measure": "M1",
        "definition": 1,
        "year": 2024,
        "quarter": 0,
        "sex": "T",
        "numerator": 20,
        "denominator": 40,
    },
    "registry.membership": lambda canary, _rows, org: {
        "person_id": uuid4(),
        "organisation_id": org,
        "display_name": canary,
        "roles": ["DIRECTOR"],
        "valid_from": "2024-01-01",
    },
    "registry.invitation": lambda canary, _rows, org: {
        "name": canary,
        "organisation_id": org,
        "issuer_id": "prov",
        "code_hash": uuid4().hex * 2,
        "roles": ["DIRECTOR"],
        "valid_from": "2024-01-01",
        "created_by": uuid4(),
        "expires_at": "2099-01-01",
    },
    "jobs.job": lambda canary, rows, _org: {
        "kind": "facts.recompute",
        "key": canary,
        "args": Jsonb({"intervention_id": str(rows["office.intervention"]), "year": 2024}),
        "queue": "interactive",
        "state": "WAITING",
        "run_at": "2099-01-01",
        "max_attempts": 5,
        "progress_text": canary,
    },
    "audit.event": lambda canary, rows, _org: {
        "seq": 1,
        "at": "2024-01-01",
        "actor_id": rows["registry.membership"],
        "role": canary,
        "action": "intervention.created",
        "object_type": "intervention",
        "object_id": rows["office.intervention"],
        "reason": canary,
        "outcome": "DONE",
        "detail": Jsonb({"fields": [canary]}),
        "previous_hash": bytes(32),
        "hash": sha256(canary.encode()).digest(),
    },
    "audit.head": lambda canary, _rows, _org: {"seq": 1, "hash": sha256(canary.encode()).digest()},
    "audit.review": lambda canary, _rows, _org: {
        "first_seq": 1,
        "last_seq": 1,
        "first_at": "2024-01-01",
        "last_at": "2024-01-01",
        "population": 1,
        "set_aside": 0,
        "seed": canary,
        "hash": sha256(canary.encode()).digest(),
    },
    "audit.review_item": lambda canary, rows, _org: {
        "review_id": rows["audit.review"],
        "event_id": rows["audit.event"],
        "place": 1,
        "rule": "RANDOM",
        "note": canary,
    },
}
ORDER = tuple(SEEDS)
TRACES = ("audit.event", "audit.head")
"""Where reading, too, may leave something."""


def plant(admin: psycopg.Connection, name: str) -> Planted:
    """Make a förbund with one row in every table, past the wall."""
    admin.execute(TRUSTED)
    tenant_id, canary = uuid4(), f"kanarie-{name}-{uuid4().hex.translate(LETTERS)}"
    slug = f"isolering-{name}-{tenant_id.hex[:6]}"
    admin.execute(
        "INSERT INTO registry.tenant (id, slug, name, short_name, synthetic) VALUES (%s, %s, %s, %s, true)",
        (tenant_id, slug, f"Förbundet {name}", name),
    )
    found = admin.execute(
        "SELECT id FROM registry.organisation WHERE kind = 'FK' AND NOT synthetic ORDER BY code LIMIT 1"
    ).fetchone()
    assert found is not None
    rows: dict[str, UUID] = {}
    for table in ORDER:
        rows[table] = uuid4()
        values = {"tenant_id": tenant_id, "id": rows[table], **SEEDS[table](canary, rows, found[0])}
        admin.execute(insertion(table, values), values)
    return Planted(tenant_id, slug, canary, rows)


def insertion(table: str, values: Mapping[str, Any]) -> sql.Composed:
    """INSERT of named values."""
    return sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.SQL(table),  # type: ignore[arg-type]
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(map(sql.Placeholder, values)),
    )


def checksum(admin: psycopg.Connection, planted: Planted, but: tuple[str, ...] = ()) -> str:
    """A digest of everything a förbund owns, some tables left out."""
    digests = []
    for table in (name for name in ORDER if name not in but):
        query = sql.SQL(
            "SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY id), '')) FROM {} t WHERE tenant_id = %s"
        )
        row = admin.execute(query.format(sql.SQL(table)), (planted.tenant_id,)).fetchone()  # type: ignore[arg-type]
        assert row is not None
        digests.append(row[0])
    return " ".join(digests)
