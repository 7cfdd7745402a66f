"""The nation in the database: whole, repeatable, counted like anybody's, and taken away without a trace."""

from __future__ import annotations

import random
from collections.abc import Iterator

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import delete, func, select

from fyrklang import demo
from fyrklang.cli.demo import demo as command
from fyrklang.demo.generate import generate
from fyrklang.identity import demo_people
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.modules.interventions.models import Count, Intervention
from fyrklang.national.store.publishing import remove_invented
from fyrklang.sdk.facts import Cell, Touched, recompute, stored
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.registry import tenant_id
from fyrklang.tenancy.session import tenant_session
from tests.demo.conftest import PART, Standing, checksums

ADDRESS = "http://127.0.0.1:9"
TRUSTED_TABLES = ("care.participant", "care.stay", "care.situation", "care.anonymous_entry", "facts.cell")
TRUSTED = f"{{{','.join(TRUSTED_TABLES)}}}"
"""What `trust_references` is used for, as PostgreSQL writes a list."""


@pytest.fixture
def database(standing: Standing) -> Iterator[Database]:
    made = Database(standing.config)
    yield made
    made.dispose()


def _context(slug: str) -> TenantContext:
    return TenantContext(tenant_id(slug), slug)


def _rows(config: Config, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(config.database_url) as admin:
        return admin.execute(query.encode()).fetchall()


def orphans(config: Config) -> list[str]:
    """Every foreign key of the tables laid in without look-ups that some row breaks."""
    keys = _rows(
        config,
        "SELECT conrelid::regclass::text, confrelid::regclass::text, "
        "array(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY k (n, o) "
        "JOIN pg_attribute ON attrelid = conrelid AND attnum = n ORDER BY o), "
        "array(SELECT attname::text FROM unnest(confkey) WITH ORDINALITY k (n, o) "
        "JOIN pg_attribute ON attrelid = confrelid AND attnum = n ORDER BY o) "
        f"FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY ('{TRUSTED}'::regclass[])",
    )
    assert len(keys) >= len(TRUSTED_TABLES)
    broken = []
    for table, target, columns, parents in keys:
        match = " AND ".join(f"c.{own} = p.{theirs}" for own, theirs in zip(columns, parents, strict=True))
        named = " AND ".join(f"c.{own} IS NOT NULL" for own in columns)
        query = f"SELECT 1 FROM {table} c WHERE {named} AND NOT EXISTS (SELECT FROM {target} p WHERE {match}) LIMIT 1"
        if _rows(config, query):
            broken.append(f"{table} ({', '.join(columns)})")
    return broken


def test_the_whole_nation_fits_the_database(own_config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """All 74, since a name or a number that the tables refuse may stand in any of them."""
    monkeypatch.setattr(demo, "generate", generate)
    demo.ensure(own_config)

    mark, counted = demo.status(own_config)
    assert mark == demo.Mark(demo.DEFAULT_SEED)
    assert counted["Förbund"] == 74
    assert counted["Räknade celler"] > 100_000
    assert counted["Deltaganden"] > 100_000
    followed = _rows(
        own_config,
        "SELECT sum(numerator) FILTER (WHERE measure = 'M9' AND year = 2020), "
        "sum(numerator) FILTER (WHERE measure = 'M1')::float / sum(denominator) FILTER (WHERE measure = 'M1') "
        "FROM facts.cell WHERE quarter = 0 AND sex = 'T' AND year < 2026",
    )
    assert followed == [(pytest.approx(24_867, rel=0.03), pytest.approx(0.355, abs=0.025))]
    empty = (
        "SELECT slug FROM registry.tenant t WHERE synthetic AND "
        "(SELECT count(*) FROM office.intervention i WHERE i.tenant_id = t.id) < 3"
    )
    assert not _rows(own_config, empty)
    assert orphans(own_config) == []


def test_rows_laid_in_without_look_ups_are_as_the_triggers_make_them(copy: Standing) -> None:
    readers = " UNION ALL ".join(
        f"SELECT id::text, visible_to::text FROM {table}"
        for table in TRUSTED_TABLES
        if table in {"care.participant", "care.stay", "care.situation"}
    )
    before = sorted(_rows(copy.config, readers))
    with psycopg.connect(copy.config.database_url) as admin:
        admin.execute("SELECT care.refill(tenant_id, array_agg(id)) FROM care.participant GROUP BY tenant_id")
    assert sorted(_rows(copy.config, readers)) == before
    assert len(before) > 1_000
    assert orphans(copy.config) == []


def test_every_invented_forbund_is_marked(standing: Standing) -> None:
    rows = _rows(standing.config, "SELECT slug FROM registry.tenant WHERE synthetic")

    assert {slug for (slug,) in rows} == set(PART)


def test_no_real_kommun_and_no_real_forbund_is_touched(standing: Standing) -> None:
    invented = "(SELECT id FROM registry.tenant WHERE synthetic)"

    assert not _rows(standing.config, f"SELECT 1 FROM registry.area WHERE tenant_id IN {invented}")
    assert not _rows(
        standing.config,
        "SELECT 1 FROM office.member m JOIN registry.organisation o ON o.id = m.organisation_id "
        f"WHERE m.tenant_id IN {invented} AND NOT o.synthetic AND o.kind NOT IN ('FK', 'AF')",
    )
    assert not _rows(standing.config, f"SELECT 1 FROM office.intervention WHERE tenant_id NOT IN {invented}")


def test_every_forbund_has_all_four_parties(standing: Standing) -> None:
    rows = _rows(
        standing.config,
        "SELECT DISTINCT array_agg(DISTINCT party_kind ORDER BY party_kind) FROM office.member m "
        "JOIN registry.tenant t ON t.id = m.tenant_id WHERE t.synthetic GROUP BY t.id",
    )

    assert rows == [(["AF", "FK", "KOMMUN", "REGION"],)]


@pytest.mark.parametrize("slug", ["asviken", "bergmarken", "dammbygden"])
def test_rebuilding_facts_changes_nothing(database: Database, slug: str) -> None:
    with tenant_session(database, _context(slug), "worker") as session:
        before = stored(session)
        recompute(session, Touched())
        after = stored(session)
        session.rollback()

    assert after == before
    assert bool(before) == (slug != "dammbygden")


@pytest.mark.parametrize("slug", ["bergmarken", "fiskelandet"])
def test_counting_step_by_step_gives_what_a_rebuild_gives(database: Database, slug: str) -> None:
    """Each insats and year by itself, in any order and some twice, as events ask for; and then all at once."""
    with tenant_session(database, _context(slug), "worker") as session:
        touched = {
            (row.intervention_id, row.year)
            for row in session.execute(select(Cell.intervention_id, Cell.year))
        }
        before = stored(session)
        session.execute(delete(Cell))
        assert stored(session) == []
        steps = [Touched(*each) for each in touched]
        random.Random(slug).shuffle(steps)
        for step in (*steps, *steps[:5]):
            recompute(session, step)
        stepwise = stored(session)
        recompute(session, Touched())
        rebuilt = stored(session)
        session.rollback()

    assert stepwise == rebuilt == before
    assert before


def test_a_forbund_sees_its_own_and_no_other(database: Database) -> None:
    seen = {}
    for slug in ("asviken", "granstranden", "halland"):
        with tenant_session(database, _context(slug), "app") as session:
            owners = set(session.scalars(select(Count.tenant_id).distinct()))
            seen[slug] = (session.scalar(select(func.count()).select_from(Intervention)), owners)

    assert seen["halland"] == (0, set())
    assert seen["asviken"][1] == {tenant_id("asviken")}
    assert seen["granstranden"][1] == {tenant_id("granstranden")}


def test_a_second_start_writes_nothing(standing: Standing) -> None:
    before = checksums(standing.config)

    demo.ensure(standing.config)

    assert checksums(standing.config) == before


def test_a_release_that_is_missing_is_published(copy: Standing) -> None:
    database = Database(copy.config)
    assert remove_invented(database) == 1
    database.dispose()

    demo.ensure(copy.config)

    assert _rows(copy.config, "SELECT number, state FROM national.release") == [
        ("2026-1-pahittat", "PUBLISHED")
    ]


def test_a_nation_left_half_written_is_written_again_just_as_it_was(copy: Standing) -> None:
    whole = checksums(copy.config, exact=False)
    with psycopg.connect(copy.config.database_url) as admin:
        admin.execute("DELETE FROM registry.applied WHERE kind = 'demo'")
        admin.execute("DELETE FROM care.participant WHERE tenant_id = %s", (tenant_id("asviken"),))
        admin.execute("DELETE FROM office.intervention_goal WHERE tenant_id = %s", (tenant_id("asviken"),))
        admin.execute("DELETE FROM facts.cell WHERE year = 2024")
    told: list[tuple[str, int, int]] = []

    demo.ensure(copy.config, lambda text, done, total: told.append((text, done, total)))

    assert checksums(copy.config, exact=False) == whole
    written = [(done, total) for _text, done, total in told][: len(PART)]
    assert written == [(done, len(PART)) for done in range(1, len(PART) + 1)]


def test_taking_it_away_leaves_no_trace(copy: Standing) -> None:
    issuer = demo_people.demo_issuer(copy.config, ADDRESS)
    assert demo_people.ensure(copy.config, issuer) > 20

    demo.take_away(copy.config)

    assert checksums(copy.config) == copy.before


def test_another_seed_replaces_the_figures_and_keeps_people(copy: Standing) -> None:
    demo_people.ensure(copy.config, demo_people.demo_issuer(copy.config, ADDRESS))
    before = checksums(copy.config)

    demo.draw(copy.config, 2)

    after = checksums(copy.config)
    assert demo.status(copy.config)[0] == demo.Mark(2)
    assert after["office.intervention_count"] != before["office.intervention_count"]
    for table in ("registry.tenant", "registry.organisation", "registry.membership", "registry.person"):
        assert after[table] == before[table]


def test_a_name_that_has_become_real_is_refused(copy: Standing) -> None:
    with psycopg.connect(copy.config.database_url) as admin:
        admin.execute("UPDATE registry.kommun SET name = 'Åsviken' WHERE code = '1384'")
    before = checksums(copy.config)

    with pytest.raises(demo.NameTakenError, match="åsviken"):
        demo.draw(copy.config, 2)

    assert checksums(copy.config) == before


def test_the_command_tells_what_stands(copy: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("SECRET_KEY", copy.config.secret_key),
        ("DATABASE_URL", copy.config.database_url),
        ("REDIS_URL", copy.config.redis_url),
        ("DEMO", "1"),
    ):
        monkeypatch.setenv(f"FYRKLANG_{name}", value)
    runner = CliRunner()

    assert "frö 1" in runner.invoke(command, ["--status"]).output
    assert "påhittade rader" in runner.invoke(command, ["--remove"]).output
    assert "ingen hel påhittad nation" in runner.invoke(command, ["--status"]).output
    assert "bara ett av" in runner.invoke(command, ["--status", "--remove"]).output
