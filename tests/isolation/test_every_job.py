"""No job hands a person's rows on unseen: what the database gave each kind, and what each kind left behind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine, event, text

import fyrklang.parts  # noqa: F401 - every feature makes its kinds known when imported
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.tenancy.jobs.handlers import REGISTRY, JobContext, Kind
from tests.isolation.probes import at_work
from tests.isolation.seeds import ORDER, PERSON, Planted, plant
from tests.isolation.test_jobs import HOSTILE, run

SUMS_ONLY = {
    "facts.recompute": "counts stays into cells; nobody's row is kept or told",
    "facts.new_quarter": "the same, for every cell at a new quarter",
    "consents.lapse": "takes away who may read when a consent has run out; answers nothing",
}
"""Kinds that are given rows about people and tell the log of nobody, and why; one that is not needed fails."""

Arguments = Callable[[Planted], dict[str, Any]]
_OF_A_PERSON = re.compile(r"\bcare\.\w+", re.I)


@dataclass
class Run:
    """What one run of a job was given and what it left."""

    ended: bool
    given: list[str]
    told: bool
    left: list[str]


@contextmanager
def watched() -> Iterator[list[str]]:
    """The statements by which any role of the database got rows about people."""
    found: list[str] = []

    def note(_connection: Any, cursor: Any, statement: str, *_more: Any) -> None:
        if cursor.description and cursor.rowcount > 0 and _OF_A_PERSON.search(statement):
            found.append(statement)

    event.listen(Engine, "after_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "after_cursor_execute", note)


def _watch(config: Config, database: Database, kind: str, asked: Arguments) -> Run:
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", ""), autocommit=True) as admin:
        own = plant(admin, "arbete")
        people = [str(row) for table, row in own.rows.items() if table.startswith("care.")]
        before = _outside_care(admin, own)
        with watched() as given:
            ended = run(database, own, kind, asked(own), None if _comes_by_itself(kind) else at_work(own))
        found = admin.execute(
            "SELECT 1 FROM audit.event WHERE tenant_id = %s AND seq > 1 "
            "AND (object_id::text = ANY(%s) OR (detail ->> 'count')::int > 0) LIMIT 1",
            (own.tenant_id, people),
        )
        told = found.fetchone() is not None
        written = _outside_care(admin, own) - before
    left = [row for row in written if PERSON in row or any(one in row for one in people)]
    return Run(ended, given, told, left)


def _comes_by_itself(kind: str) -> bool:
    """Whether nobody asks for it; the rest have the reach of their asker, here the widest there is."""
    return any(kind == schedule.kind for schedule in REGISTRY.schedules())


def _outside_care(admin: psycopg.Connection, own: Planted) -> set[str]:
    """Every row of the förbund that is not about a person and not the log, as text with its table's name."""
    rows: set[str] = set()
    for table in ORDER:
        if table.startswith(("care.", "audit.", "vault.")):
            continue
        query = sql.SQL("SELECT t::text FROM {} t WHERE tenant_id = %s").format(sql.SQL(table))
        rows |= {f"{table} {row[0]}" for row in admin.execute(query, (own.tenant_id,))}
    return rows


@pytest.fixture(scope="module")
def runs(config: Config, database: Database) -> dict[str, Run]:
    """Every kind of job there is, run once as the worker runs it in a förbund with one person."""
    kinds = [kind.name for kind in REGISTRY.kinds() if not kind.name.startswith("test.")]
    return {kind: _watch(config, database, kind, HOSTILE[kind]) for kind in kinds}


def test_every_job_that_is_given_people_tells_the_log_or_only_counts(
    runs: dict[str, Run], record_property: Callable[[str, object], None]
) -> None:
    given = {kind: done for kind, done in runs.items() if done.given}
    silent = {kind for kind, done in given.items() if not done.told}
    assert silent == set(SUMS_ONLY), {kind: given[kind].given for kind in silent - set(SUMS_ONLY)}
    ended = sum(done.ended for done in runs.values())
    record_property(
        "kinds of job / run to their end / given rows about people / of those only counting",
        f"{len(runs)} / {ended} / {len(given)} / {len(silent)}",
    )


def test_no_job_leaves_a_person_outside_the_care_tables(runs: dict[str, Run]) -> None:
    assert {kind: done.left for kind, done in runs.items() if done.left} == {}


def test_a_job_that_copies_a_person_is_seen(config: Config, database: Database) -> None:
    def copy(asked: JobContext) -> None:
        words = asked.session.execute(text("SELECT code FROM care.participant")).scalar_one()
        asked.session.execute(text("UPDATE office.intervention SET description = :words"), {"words": words})

    REGISTRY.add(Kind("test.copies_a_person", copy, "Skriver av"))
    done = _watch(config, database, "test.copies_a_person", lambda _own: {})
    assert len(done.given) == 1
    assert not done.told
    assert [row.split()[0] for row in done.left] == ["office.intervention"]
