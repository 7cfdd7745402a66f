"""The office cannot see people: what the wall of a `care` table lets through, asked in SQL as the app's role.

The first real table of `care` comes with casework; this one is thrown away with its database. It is made
the only way a table can be made, so what holds for it holds for every table after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import psycopg
import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.dialects.postgresql import ARRAY

from fyrklang.kernel.config import Config
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.token import TokenSigner
from migrations.helpers import CARE_PREDICATE, Reference, create_tenant_table
from tests.isolation.census import findings
from tests.isolation.seeds import SEEDS, insertion
from tests.people import Forbund, make_forbund

TEAM, OTHER_TEAM = uuid4(), uuid4()
TABLE = "care.prov"
ROWS = {
    "FK:s egen": (TEAM, "FK", []),
    "AF:s egen": (TEAM, "AF", []),
    "AF:s delad med FK": (TEAM, "AF", ["FK"]),
    "REGION:s delad med AF": (TEAM, "REGION", ["AF"]),
    "FK:s i annan insats": (OTHER_TEAM, "FK", []),
    "AF:s delad i annan insats": (OTHER_TEAM, "AF", ["FK"]),
}
INSATS = SEEDS["office.intervention"]("", {}, uuid4())
FORMS = (
    "SELECT note FROM care.prov",
    "SELECT note FROM care.prov WHERE true OR tenant_id IS NOT NULL",
    "SELECT note FROM care.prov WHERE owner_party = 'FK' OR 'FK' = ANY (visible_to)",
    "WITH all_of AS (SELECT * FROM care.prov) SELECT note FROM all_of",
    "SELECT note FROM care.prov FOR UPDATE",
    "UPDATE care.prov SET note = note RETURNING note",
    "DELETE FROM care.prov RETURNING note",
    "SELECT note FROM (SELECT set_config('row_security', 'off', true)) o, care.prov",
)


@dataclass(frozen=True)
class Ground:
    """Two förbund, each with the same six rows about invented participants."""

    config: Config
    own: Forbund
    other: Forbund

    @property
    def worker(self) -> TenantContext:
        """A case worker of FK in the team of the own förbund."""
        return TenantContext(self.own.id, self.own.slug, uuid4(), "FK", (TEAM,))

    @contextmanager
    def at_work(self, token: str | None, role: str = "app") -> Iterator[psycopg.Connection]:
        """A transaction as a serving role under a token; nothing done in it stays."""
        with psycopg.connect(self.config.url_for(role).replace("+psycopg", "")) as conn:
            if token is not None:
                conn.execute("SELECT set_config('fyrklang.ctx', %s, true)", (token,))
            yield conn
            conn.rollback()

    def sees(self, context: TenantContext, role: str = "app") -> set[str]:
        """What every form of question shows, which must be the same whichever is used."""
        answers = []
        for form in FORMS:
            with self.at_work(TokenSigner(self.config).sign(context), role) as conn:
                try:
                    answers.append({row[0] for row in conn.execute(form).fetchall()})  # type: ignore[arg-type]
                except psycopg.errors.InsufficientPrivilege:
                    assert "row_security" in form
        assert all(answer == answers[0] for answer in answers)
        return answers[0]


@pytest.fixture
def ground(own_config: Config) -> Ground:
    engine = sa.create_engine(own_config.url_for("migrator"))
    with engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        create_tenant_table(
            TABLE,
            sa.Column("intervention_id", sa.Uuid, nullable=False),
            sa.Column("owner_party", sa.Text, nullable=False),
            sa.Column("visible_to", ARRAY(sa.Text), nullable=False, server_default="{}"),
            sa.Column("note", sa.Text, nullable=False),
            predicate=CARE_PREDICATE,
            references=[Reference(("intervention_id",), "office.intervention")],
        )
    engine.dispose()
    made = Ground(own_config, make_forbund(own_config, "alfa"), make_forbund(own_config, "beta"))
    with psycopg.connect(own_config.database_url, autocommit=True) as admin:
        for forbund in (made.own, made.other):
            for team in (TEAM, OTHER_TEAM):
                values = {**INSATS, "tenant_id": forbund.id, "id": team, "name": str(team)}
                admin.execute(insertion("office.intervention", values), values)
            for note, (team, party, visible_to) in ROWS.items():
                admin.execute(
                    "INSERT INTO care.prov (tenant_id, id, intervention_id, owner_party, visible_to, note) "
                    "VALUES (%s, %s, %s, %s, %s, %s)",
                    (forbund.id, uuid4(), team, party, visible_to, f"{forbund.slug}: {note}"),
                )
    return made


def own(ground: Ground, *notes: str) -> set[str]:
    return {f"{ground.own.slug}: {note}" for note in notes}


def test_the_office_sees_no_one_in_any_way(ground: Ground) -> None:
    office = TenantContext(ground.own.id, ground.own.slug, actor_id=uuid4())
    for role in ("app", "worker"):
        assert ground.sees(office, role) == set()
        assert ground.sees(replace(office, interventions=(TEAM, OTHER_TEAM)), role) == set()
        assert ground.sees(replace(office, party="FK"), role) == set()
        assert ground.sees(replace(office, party="ASSOCIATION", interventions=(TEAM,)), role) == set()


def test_a_case_worker_sees_what_the_party_owns_or_is_let_see_in_the_insats(ground: Ground) -> None:
    assert ground.sees(ground.worker) == own(ground, "FK:s egen", "AF:s delad med FK")
    both = replace(ground.worker, interventions=(TEAM, OTHER_TEAM))
    assert ground.sees(both) == own(
        ground, "FK:s egen", "AF:s delad med FK", "FK:s i annan insats", "AF:s delad i annan insats"
    )
    assert ground.sees(replace(ground.worker, interventions=(uuid4(),))) == set()
    assert ground.sees(replace(ground.worker, party="KOMMUN")) == set()


def test_a_consent_taken_back_is_taken_back(ground: Ground) -> None:
    assert own(ground, "AF:s delad med FK") <= ground.sees(ground.worker)
    with psycopg.connect(ground.config.database_url, autocommit=True) as admin:
        admin.execute("UPDATE care.prov SET visible_to = '{}'")
    assert ground.sees(ground.worker) == own(ground, "FK:s egen")


def test_nobody_writes_into_what_they_do_not_see(ground: Ground) -> None:
    insert = "INSERT INTO care.prov VALUES (%s, %s, %s, %s, %s, 'ny')"
    here = (ground.own.id, uuid4(), TEAM, "FK", [])
    allowed = TokenSigner(ground.config).sign(ground.worker)
    with ground.at_work(allowed) as conn:
        assert conn.execute(insert, here).rowcount == 1
    refused: list[tuple[UUID, UUID, UUID, str, list[str]]] = [
        (ground.other.id, uuid4(), TEAM, "FK", []),
        (ground.own.id, uuid4(), OTHER_TEAM, "FK", []),
        (ground.own.id, uuid4(), TEAM, "AF", []),
    ]
    for values in refused:
        with ground.at_work(allowed) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute(insert, values)
    for change in ("owner_party = 'AF', visible_to = '{}'", f"intervention_id = '{OTHER_TEAM}'"):
        with ground.at_work(allowed) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute(f"UPDATE care.prov SET {change} WHERE note LIKE '%FK:s egen'")  # type: ignore[arg-type]
    office = TokenSigner(ground.config).sign(TenantContext(ground.own.id, ground.own.slug, uuid4()))
    with ground.at_work(office) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute(insert, here)


def test_another_forbund_and_the_national_roles_see_nothing(ground: Ground) -> None:
    away = replace(ground.worker, tenant_id=ground.other.id, slug=ground.other.slug)
    assert all(note.startswith(ground.other.slug) for note in ground.sees(away))
    assert len(ground.sees(away)) == 2
    token = TokenSigner(ground.config).sign(ground.worker)
    for role in ("council", "auth", "relay", "audit_writer"):
        for context in (token, None):
            with ground.at_work(context, role) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
                conn.execute("SELECT * FROM care.prov")
    for missing in (None, ""):
        with ground.at_work(missing) as conn:
            assert conn.execute("SELECT count(*) FROM care.prov").fetchone() == (0,)


def test_a_forged_list_of_insatser_raises(ground: Ground) -> None:
    signer = TokenSigner(ground.config)
    true = signer.sign(ground.worker)
    office = signer.sign(TenantContext(ground.own.id, ground.own.slug, uuid4()))
    forged = {
        "another insats": true.replace(TEAM.hex, OTHER_TEAM.hex),
        "one more insats": true.replace(TEAM.hex, f"{TEAM.hex}-{OTHER_TEAM.hex}"),
        "another party": true.replace(".FK.", ".AF."),
        "another förbund": true.replace(ground.own.id.hex, ground.other.id.hex),
        "an office that adds itself": office.replace(".-.-.", f".FK.{TEAM.hex}."),
        "another's signature": ".".join([*office.split(".")[:3], *true.split(".")[3:]]),
    }
    for name, token in forged.items():
        assert token not in (true, office), name
        with (
            ground.at_work(token) as conn,
            pytest.raises(psycopg.errors.InsufficientPrivilege, match="context refused"),
        ):
            conn.execute("SELECT * FROM care.prov")
    expired = signer.sign(ground.worker, lifetime=-5)
    with ground.at_work(expired) as conn:
        assert conn.execute("SELECT count(*) FROM care.prov").fetchone() == (0,)


def test_the_census_holds_the_table_to_the_same_rules(ground: Ground) -> None:
    with psycopg.connect(ground.config.database_url) as conn:
        assert [fault for fault in findings(conn) if "care" in fault] == []
        # The plain tenant predicate would let the whole office in.
        for policy in ("wall", "door"):
            conn.execute(
                f"ALTER POLICY {policy} ON care.prov USING (tenant_id = context.tenant()) "  # type: ignore[arg-type]
                "WITH CHECK (tenant_id = context.tenant())"
            )
        assert any("care.prov" in fault for fault in findings(conn))
        conn.rollback()
