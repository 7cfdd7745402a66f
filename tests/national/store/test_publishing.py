"""A release from real facts in a real database: the numbers, who may read them, and that they stay."""

from __future__ import annotations

import random

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fyrklang.kernel.db import Database
from fyrklang.kernel.errors import Invalid
from fyrklang.national.store import publishing
from fyrklang.national.store.engine import Cell, Protected
from fyrklang.national.store.publishing import Plan, check, publish, remove_invented, withdraw
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.selfcheck import PLATFORM_TENANT as PLATFORM
from fyrklang.tenancy.session import tenant_session
from tests.national.nation import Nation, admin, connect, invent, of

YEARS = range(2023, 2026)
PLAN = Plan("2026-1", 2023, 2025, synthetic=True, note="Prov")
SIZES = (60, 60, 60, 25, 25, 12, 6, 3, 3, 2, 1, 1)


@pytest.fixture(scope="module")
def nation(empty_nation: Nation) -> Nation:
    chance = random.Random(7)
    for number, size in enumerate(SIZES):
        years = YEARS if number != 3 else range(2024, 2026)
        empty_nation.add(f"prov{number}", [invent(chance, years, size) for _ in range(chance.randint(1, 3))])
    empty_nation.add("tyst", [])
    empty_nation.add("riktigt", [invent(chance, YEARS, 40)], synthetic=False)
    return empty_nation


@pytest.fixture(scope="module")
def checksum(nation: Nation, nation_database: Database) -> str:
    return publish(nation_database, PLAN)


@pytest.fixture
def council(nation: Nation, checksum: str) -> psycopg.Connection:
    with connect(nation.config, "council") as conn:
        yield conn


def cells(conn: psycopg.Connection) -> dict[tuple[str, str, int, str], tuple]:
    rows = conn.execute(
        "SELECT c.slug, measure, year, sex, numerator, denominator, word FROM national.cell c "
        "JOIN national.release r ON r.id = c.release_id WHERE r.number = '2026-1-pahittat'"
    )
    return {row[:4]: row[4:] for row in rows}


def test_shown_numbers_equal_sums_by_hand(nation: Nation, council: psycopg.Connection) -> None:
    published = cells(council)
    shown = {place: value for place, value in published.items() if value[2] is None}
    for (slug, measure, year, sex), value in shown.items():
        assert value[:2] == of(nation.sums(slug, year, sex), measure)
    assert len(shown) > 60


def test_every_working_forbund_has_a_cell_for_everything(nation: Nation, council: psycopg.Connection) -> None:
    published = cells(council)
    invented = [slug for slug in nation.forbund if not slug.startswith("riktigt")]
    wanted = {
        (slug, m, y, s)
        for slug in invented
        for m in ("M1", "M9", "M20")
        for y in YEARS
        for s in ("T", "K", "M")
    }
    assert set(published) == wanted


def test_words_follow_the_rules(nation: Nation, council: psycopg.Connection) -> None:
    for (slug, measure, year, sex), (_, _, word) in cells(council).items():
        counts = nation.sums(slug, year, sex)
        whole = nation.sums(slug, year, "T")
        if counts is None:
            assert word == "NOT_REPORTED"
            continue
        numerator, base = of(counts, measure)
        if measure != "M9" and of(whole, measure)[1] < 20:
            assert word == "UNDER_20"
        elif 0 < numerator < 5 or 0 < base - numerator < 5:
            assert word == "HIDDEN"
        if sex == "T" and measure == "M1" and word == "HIDDEN":
            assert 0 < numerator < 5 or 0 < base - numerator < 5


def test_women_and_men_are_hidden_together(council: psycopg.Connection) -> None:
    published = cells(council)
    for (slug, measure, year, sex), value in published.items():
        if sex == "K":
            assert value[2] == published[slug, measure, year, "M"][2]


def test_complete_totals_equal_sums_by_hand(nation: Nation, council: psycopg.Connection) -> None:
    rows = council.execute(
        "SELECT measure, year, sex, numerator, denominator, associations, complete, word FROM national.total"
    ).fetchall()
    assert len(rows) == 27
    published = cells(council)
    for measure, year, sex, numerator, base, associations, complete, word in rows:
        if word:
            continue
        members = [
            slug
            for slug in nation.forbund
            if not slug.startswith("riktigt")
            and nation.sums(slug, year, sex)
            and (complete or published[slug, measure, year, sex][2] is None)
        ]
        sums = [of(nation.sums(slug, year, sex), measure) for slug in members]
        assert (numerator, base) == tuple(map(sum, zip(*sums, strict=True)))
        assert associations == len(members)
    assert any(row[6] for row in rows if row[0] == "M1")


def test_the_checksum_is_over_what_can_be_read(council: psycopg.Connection, checksum: str) -> None:
    found = council.execute("SELECT checksum, national.checksum(id) FROM national.release").fetchone()
    assert found == (checksum, checksum)


def test_council_sees_nothing_else(council: psycopg.Connection) -> None:
    for table in ("national.leaf", "facts.cell", "office.intervention", "registry.tenant", "jobs.job"):
        with pytest.raises(errors.InsufficientPrivilege):
            council.execute(f"SELECT count(*) FROM {table}")
        council.rollback()
    for deed in ("open_release('{}', '[]')", "collect('2026-1-pahittat')", "leaves('2026-1-pahittat')"):
        with pytest.raises(errors.InsufficientPrivilege):
            council.execute(f"SELECT national.{deed}")
        council.rollback()


def test_app_reads_nothing_national(nation: Nation, checksum: str) -> None:
    with connect(nation.config, "app") as conn, pytest.raises(errors.InsufficientPrivilege):
        conn.execute("SELECT count(*) FROM national.release")


TABLES = ("measure", "association", "cell", "total", "kommun_cover", "leaf")


@pytest.mark.parametrize("table", TABLES)
def test_not_even_the_administrator_changes_a_published_row(
    table: str, nation: Nation, checksum: str
) -> None:
    column = {"measure": "name", "association": "name", "kommun_cover": "name"}.get(table, "numerator")
    for deed in (
        f"UPDATE national.{table} SET {column} = {column}",
        f"DELETE FROM national.{table}",
        f"INSERT INTO national.{table} SELECT * FROM national.{table}",
        f"TRUNCATE national.{table} CASCADE",
    ):
        with admin(nation.config) as conn, pytest.raises(errors.RestrictViolation):
            conn.execute(deed)


def test_a_published_release_only_ever_becomes_withdrawn(nation: Nation, checksum: str) -> None:
    for deed in (
        "UPDATE national.release SET note = 'annan'",
        "UPDATE national.release SET state = 'DRAFT', checksum = NULL",
        "UPDATE national.release SET state = 'WITHDRAWN', last_year = 2025, checksum = 'x'",
        "DELETE FROM national.release",
        "TRUNCATE national.release CASCADE",
    ):
        with admin(nation.config) as conn, pytest.raises(errors.RestrictViolation):
            conn.execute(deed)


def test_a_number_is_used_once(nation_database: Database, checksum: str) -> None:
    with pytest.raises(Exception, match="release_number_key"):
        publish(nation_database, PLAN)


def test_collect_takes_only_the_forbund_in_context(nation: Nation, nation_database: Database) -> None:
    real = next(one for slug, one in nation.forbund.items() if slug.startswith("riktigt"))
    invented = [one for slug, one in nation.forbund.items() if slug.startswith("prov")]
    platform = TenantContext(PLATFORM, "plattformen")
    draft = Plan("2030-9", 2023, 2025, synthetic=True)
    with tenant_session(nation_database, platform, role="worker") as session:
        session.execute(
            publishing._OPEN,
            {
                "wanted": publishing._json(publishing._release(draft)),
                "measures": publishing._json(publishing._definitions()),
            },
        )
    collect = text("SELECT national.collect('2030-9-pahittat')")
    with tenant_session(nation_database, invented[0].context, role="worker") as session:
        assert session.execute(collect).scalar_one() > 0
    for context in (real.context, platform):
        with pytest.raises(DBAPIError), tenant_session(nation_database, context, role="worker") as session:
            session.execute(collect)
    for deed in ("leaves('2030-9-pahittat')", "finish('2030-9-pahittat', '[]', '[]')", "remove_invented()"):
        with (
            pytest.raises(DBAPIError, match="only the platform"),
            tenant_session(nation_database, invented[0].context, role="worker") as session,
        ):
            session.execute(text(f"SELECT * FROM national.{deed}"))
    with admin(nation.config) as conn:
        slugs = conn.execute(
            "SELECT DISTINCT slug FROM national.leaf l JOIN national.release r ON r.id = l.release_id "
            "WHERE r.number = '2030-9-pahittat'"
        ).fetchall()
        conn.execute("DELETE FROM national.release WHERE number = '2030-9-pahittat'")
    assert slugs == [(invented[0].slug,)]


def test_a_year_that_is_out_stands(nation: Nation, nation_database: Database, checksum: str) -> None:
    """One late record between two releases must not show in the second."""
    slug = next(slug for slug in nation.forbund if slug.startswith("prov0"))
    with connect(nation.config, "council") as conn:
        before = cells(conn)
    nation.report(slug, {(2024, "K"): (1, 0, 0, 0)})
    nation.figures[slug].pop()
    publish(nation_database, Plan("2026-2", 2023, 2025, synthetic=True))
    with connect(nation.config, "council") as conn:
        rows = conn.execute(
            "SELECT slug, measure, year, sex, numerator, denominator, word FROM national.cell c "
            "JOIN national.release r ON r.id = c.release_id WHERE r.number = '2026-2-pahittat'"
        )
        assert {row[:4]: row[4:] for row in rows} == before


def test_a_real_release_holds_only_real_forbund(nation: Nation, nation_database: Database) -> None:
    publish(nation_database, Plan("2026-1", 2023, 2025, synthetic=False))
    with connect(nation.config, "council") as conn:
        rows = conn.execute(
            "SELECT DISTINCT c.slug, a.synthetic FROM national.cell c "
            "JOIN national.association a USING (release_id, slug) "
            "JOIN national.release r ON r.id = c.release_id WHERE r.number = '2026-1' "
            "AND c.word IS DISTINCT FROM 'NOT_REPORTED'"
        ).fetchall()
        covered = conn.execute(
            "SELECT count(*), count(k.slug) FROM national.kommun_cover k "
            "JOIN national.release r ON r.id = k.release_id WHERE r.number = '2026-1'"
        ).fetchone()
    assert [(slug.split("-")[0], synthetic) for slug, synthetic in rows] == [("riktigt", False)]
    assert covered[0] == 290
    assert covered[1] > 200


class Careless:
    """An engine that shows a cell nobody should see."""

    name, version, threshold, min_base = "careless", "1", 5, 20

    def protect(self, reported):
        leaf = next(x for x in reported.leaves if x.measure == "M1" and 0 < x.numerator < 5)
        return Protected([Cell(leaf.slug, "M1", leaf.year, "T", leaf.numerator, leaf.denominator)], [])


def test_an_unprotected_cell_is_refused_by_the_database(
    nation: Nation, nation_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "ENGINES", {"careless": Careless})
    with pytest.raises(DBAPIError, match="not protected"):
        publish(nation_database, Plan("2031-1", 2023, 2025, synthetic=True, engine="careless"))


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        (Plan("2026-1", 2020, 2099, synthetic=True), "last_year"),
        (Plan("2026-1", 2024, 2020, synthetic=True), "first_year"),
        (Plan("2026-1", 2020, 2021, synthetic=True, engine="annan"), "engine"),
    ],
)
def test_a_plan_that_cannot_be_kept_is_refused(plan: Plan, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        check(plan)
    assert list(caught.value.fields) == [field]


def test_withdrawn_and_removed(nation: Nation, nation_database: Database, checksum: str) -> None:
    """Last: the invented releases go away whole, the real one stays."""
    assert withdraw(nation_database, "2026-1-pahittat", "Fel i underlaget.")
    assert not withdraw(nation_database, "2026-1-pahittat", "Igen")
    with connect(nation.config, "council") as conn:
        state = conn.execute(
            "SELECT state, national.checksum(id) = checksum FROM national.release "
            "WHERE number = '2026-1-pahittat'"
        ).fetchone()
    assert state == ("WITHDRAWN", True)
    assert remove_invented(nation_database) >= 2
    with admin(nation.config) as conn:
        left = conn.execute("SELECT DISTINCT synthetic FROM national.release").fetchall()
        leaves = conn.execute("SELECT count(*) FROM national.leaf WHERE slug LIKE 'prov%'").fetchone()
    assert left == [(False,)]
    assert leaves == (0,)
