"""A consent that is given or taken back decides, in its own transaction, what another party's SQL finds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from fyrklang.kernel import clock
from fyrklang.kernel.config import Config
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.token import TokenSigner
from tests.isolation.census import tenant_tables
from tests.isolation.seeds import SEEDS, Planted, insertion, plant

FOLLOWING = (
    "SELECT c.oid::regclass::text FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid "
    "WHERE g.tgname = 'follow_consent'"
)


@pytest.fixture
def admin(config: Config) -> Iterator[psycopg.Connection]:
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", ""), autocommit=True) as conn:
        yield conn


@pytest.fixture
def own(admin: psycopg.Connection) -> Planted:
    return plant(admin, "samtycke")


def context(own: Planted, party: str | None, *, team: bool = True) -> TenantContext:
    return TenantContext(own.tenant_id, own.slug, uuid4(), party, (own.intervention_id,) if team else ())


@contextmanager
def at(config: Config, who: TenantContext, role: str = "app") -> Iterator[psycopg.Connection]:
    with psycopg.connect(config.url_for(role).replace("+psycopg", "")) as conn:
        conn.execute("SELECT set_config('fyrklang.ctx', %s, true)", (TokenSigner(config).sign(who),))
        yield conn


def care_tables(admin: psycopg.Connection) -> list[str]:
    return [name for name in tenant_tables(admin) if name.startswith("care.")]


def rows(conn: psycopg.Connection, table: str) -> int:
    found = conn.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.SQL(table))).fetchone()  # type: ignore[arg-type]
    assert found is not None
    return int(found[0])


def seen(config: Config, admin: psycopg.Connection, who: TenantContext) -> set[str]:
    with at(config, who) as conn:
        return {table for table in care_tables(admin) if rows(conn, table)}


def about_people(admin: psycopg.Connection) -> set[str]:
    return {table for (table,) in admin.execute(FOLLOWING)}


def test_the_office_finds_nothing_in_any_table(
    config: Config, admin: psycopg.Connection, own: Planted
) -> None:
    assert len(care_tables(admin)) >= 14
    assert seen(config, admin, context(own, None)) == set()
    assert seen(config, admin, context(own, "FK", team=False)) == set()
    assert seen(config, admin, context(own, "FK")) == set(care_tables(admin))


def test_every_table_about_a_participant_follows_the_consents(admin: psycopg.Connection) -> None:
    named = {
        table
        for (table,) in admin.execute(
            "SELECT attrelid::regclass::text FROM pg_attribute JOIN pg_class c ON c.oid = attrelid "
            "WHERE attname = 'participant_id' AND c.relkind = 'r' "
            "AND c.relnamespace = 'care'::regnamespace"
        )
    }
    assert about_people(admin) == named | {"care.participant"}


def test_a_withdrawal_cuts_the_other_party_off_before_it_is_over(
    config: Config, admin: psycopg.Connection, own: Planted
) -> None:
    shared = about_people(admin) - {"care.task"}
    assert seen(config, admin, context(own, "AF")) == shared
    with at(config, context(own, "FK")) as conn:
        lost = dict(
            conn.execute(
                "SELECT * FROM care.would_lose(%s, 'AF')", (own.rows["care.participant"],)
            ).fetchall()
        )
        assert lost["note"] == 1
        assert "task" not in lost
        conn.execute("UPDATE care.consent SET withdrawn_on = current_date")
        conn.commit()
    assert seen(config, admin, context(own, "AF")) == set()
    assert seen(config, admin, context(own, "FK")) == set(care_tables(admin))
    _give(config, own, "AF")
    assert seen(config, admin, context(own, "AF")) == shared


def test_a_party_can_take_back_its_own_and_is_then_outside(
    config: Config, admin: psycopg.Connection, own: Planted
) -> None:
    with at(config, context(own, "AF")) as conn:
        done = conn.execute("UPDATE care.consent SET withdrawn_on = current_date")
        assert done.rowcount == 1
        conn.commit()
    assert seen(config, admin, context(own, "AF")) == set()


def test_a_writer_cannot_choose_who_reads(config: Config, admin: psycopg.Connection, own: Planted) -> None:
    with at(config, context(own, "FK")) as conn:
        conn.execute("UPDATE care.note SET visible_to = '{REGION-13,R-00000000000000000000000000000000}'")
        conn.execute("UPDATE care.task SET visible_to = '{AF}'")
        conn.commit()
    assert seen(config, admin, context(own, "REGION-13")) == set()
    with at(config, context(own, "AF")) as conn:
        assert rows(conn, "care.task") == 0
    with at(config, context(own, f"R-{UUID(int=0).hex}")) as conn:
        assert rows(conn, "care.note") == 0


def test_a_lapsed_consent_is_swept(config: Config, admin: psycopg.Connection, own: Planted) -> None:
    yesterday = clock.today() - timedelta(days=1)
    # Past the triggers, as time passes.
    admin.execute("ALTER TABLE care.consent DISABLE TRIGGER USER")
    admin.execute("UPDATE care.consent SET valid_to = %s WHERE tenant_id = %s", (yesterday, own.tenant_id))
    admin.execute("ALTER TABLE care.consent ENABLE TRIGGER USER")
    assert "care.note" in seen(config, admin, context(own, "AF"))
    with at(config, context(own, None), "worker") as conn:
        assert conn.execute("SELECT care.refill_lapsed()").fetchone() == (1,)
        conn.commit()
    assert seen(config, admin, context(own, "AF")) == set()


def test_a_draft_is_its_writers_alone(config: Config, admin: psycopg.Connection, own: Planted) -> None:
    admin.execute("UPDATE care.note SET draft = true WHERE tenant_id = %s", (own.tenant_id,))
    with at(config, context(own, "FK")) as conn:
        assert rows(conn, "care.note") == 0
    writer = TenantContext(
        own.tenant_id, own.slug, own.rows["registry.membership"], "FK", (own.intervention_id,)
    )
    with at(config, writer) as conn:
        assert rows(conn, "care.note") == 1


def test_a_referrer_sees_what_they_sent_and_nothing_else(
    config: Config, admin: psycopg.Connection, own: Planted
) -> None:
    tag = f"R-{own.rows['care.referral'].hex}"
    assert seen(config, admin, context(own, tag)) == {"care.referral"}
    assert seen(config, admin, context(own, f"R-{uuid4().hex}")) == set()


def test_rows_stay_in_the_insats_of_their_participant(
    config: Config, admin: psycopg.Connection, own: Planted
) -> None:
    other = uuid4()
    values = {**SEEDS["office.intervention"]("annan", {}, uuid4()), "tenant_id": own.tenant_id, "id": other}
    admin.execute(insertion("office.intervention", values), values)
    with pytest.raises(psycopg.errors.IntegrityError):
        admin.execute(
            "UPDATE care.note SET intervention_id = %s WHERE tenant_id = %s", (other, own.tenant_id)
        )


def test_counting_gives_no_ids_and_only_to_the_worker(config: Config, own: Planted) -> None:
    office = context(own, None)
    with at(config, office, "worker") as conn:
        found = conn.execute("SELECT * FROM care.stays_to_count(NULL)")
        names = {column.name for column in found.description or ()}
        assert len(found.fetchall()) == 1
        assert not names & {"id", "participant_id", "stay_id", "birth_year", "kommun_code", "code"}
    for query in ("SELECT * FROM care.stays_to_count(NULL)", "SELECT care.refill_lapsed()"):
        with at(config, office) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute(query)  # type: ignore[arg-type]


def _give(config: Config, own: Planted, party: str) -> None:
    with at(config, context(own, "FK")) as conn:
        values = {
            **SEEDS["care.consent"]("igen", own.rows, uuid4()),
            "tenant_id": own.tenant_id,
            "id": uuid4(),
            "party": party,
        }
        conn.execute(insertion("care.consent", values), values)
        conn.commit()
