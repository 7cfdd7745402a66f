"""What the database lets each role see and do of people and their places."""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest
from psycopg import errors, sql
from sqlalchemy import text

from fyrklang.identity.grants import read_grants, sign_in
from fyrklang.identity.issuers import Issuer, seal, unseal
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.session import tenant_session
from tests.identity import ground
from tests.identity.hostile import HostileIssuer

PEOPLE = ("person", "identity", "membership", "national_role")


def _as(config: Config, role: str) -> psycopg.Connection:
    return psycopg.connect(config.url_for(role).replace("+psycopg", ""), autocommit=True)


@pytest.mark.parametrize("role", ["auth", "worker", "app", "relay", "council", "audit_writer"])
@pytest.mark.parametrize("table", PEOPLE)
def test_no_serving_role_reads_people(grounded: Config, role: str, table: str) -> None:
    with _as(grounded, role) as conn:
        if table == "membership" and role in ("app", "worker"):
            assert conn.execute("SELECT count(*) FROM registry.membership").fetchone() == (0,)
            return
        with pytest.raises(errors.InsufficientPrivilege):
            conn.execute(sql.SQL("SELECT 1 FROM registry.{} LIMIT 1").format(sql.Identifier(table)))


@pytest.mark.parametrize("role", ["app", "worker", "relay", "council"])
@pytest.mark.parametrize("call", ["memberships_of(gen_random_uuid())", "person_state(gen_random_uuid())"])
def test_only_the_login_role_asks_about_a_person(grounded: Config, role: str, call: str) -> None:
    with _as(grounded, role) as conn, pytest.raises(errors.InsufficientPrivilege):
        conn.execute(f"SELECT * FROM registry.{call}")


@pytest.mark.parametrize("table", ["issuer", "organisation_issuer"])
@pytest.mark.parametrize("role", ["app", "worker", "auth"])
def test_no_serving_role_writes_issuers(grounded: Config, role: str, table: str) -> None:
    with _as(grounded, role) as conn, pytest.raises(errors.InsufficientPrivilege):
        conn.execute(sql.SQL("DELETE FROM registry.{}").format(sql.Identifier(table)))


def test_the_key_is_issuer_and_sub_and_never_a_name(
    grounded: Config, database: Database, hostile: HostileIssuer
) -> None:
    with HostileIssuer("andra") as other:
        other.register(grounded)
        first = sign_in(database, hostile.id, "same-sub", "Anna Provare")
        second = sign_in(database, other.id, "same-sub", "Anna Provare")
        again = sign_in(database, hostile.id, "same-sub", "Anna Gift")
    assert (first.known, second.known, again.known) == (False, False, True)
    assert first.person_id != second.person_id
    assert again.person_id == first.person_id
    grants = read_grants(database, first.person_id, 0.0)
    assert grants is not None
    assert (grants.name, grants.memberships, grants.national_roles) == ("Anna Gift", (), frozenset())


def test_places_hold_from_first_to_last_day(
    grounded: Config, database: Database, hostile: HostileIssuer
) -> None:
    person = sign_in(database, hostile.id, uuid4().hex, "Anna").person_id
    made = ground.place(grounded, person, "halland", "BOARD", "AUDITOR")

    def places() -> list[str]:
        grants = read_grants(database, person, 0.0)
        assert grants is not None
        return [place.slug for place in grants.memberships]

    assert places() == ["halland"]
    for span, seen in (
        ("valid_to = current_date", ["halland"]),
        ("valid_to = current_date - 2", []),
        ("valid_to = NULL, valid_from = current_date + 2", []),
    ):
        with ground.connect(grounded) as conn:
            conn.execute(f"UPDATE registry.membership SET {span} WHERE id = %s", (made,))
        assert places() == seen


@pytest.mark.parametrize(
    "roles",
    [
        [],
        ["NAT_COUNCIL"],
        ["PLATFORM_ADMIN"],
        ["BOSS"],
        ["TENANT_ADMIN", "CASE_WORKER"],
        ["DIRECTOR", "COORDINATOR"],
        ["PROCESS_LEAD", "BOARD", "CASE_WORKER"],
    ],
)
def test_the_database_refuses_roles_that_are_unknown_or_must_not_meet(
    grounded: Config, roles: list[str]
) -> None:
    with pytest.raises(errors.CheckViolation):
        ground.place(grounded, uuid4(), "halland", *roles)


def test_an_office_sees_its_own_places_and_no_others(grounded: Config, database: Database) -> None:
    person = uuid4()
    for slug in ("halland", "asviken"):
        ground.place(grounded, person, slug, "BOARD")
    own = ground.tenant_id(grounded, "halland")
    with tenant_session(database, TenantContext(own, "halland")) as session:
        rows = session.execute(text("SELECT tenant_id FROM registry.membership")).scalars().all()
    assert set(rows) == {own}


@pytest.mark.parametrize(
    "change",
    [
        {"algorithms": ("HS256",)},
        {"algorithms": ("RS256", "none")},
        {"algorithms": ()},
        {"auth_method": "client_secret_jwt"},
        {"scopes": ("profile",)},
        {"timeout_ms": 60_000},
        {"userinfo": "MAYBE"},
    ],
)
def test_the_database_refuses_an_unsafe_registration(
    grounded: Config, hostile: HostileIssuer, change: dict[str, object]
) -> None:
    from sqlalchemy.exc import IntegrityError

    with pytest.raises(IntegrityError):
        hostile.register(grounded, **change)


def test_a_secret_opens_only_for_its_issuer_and_key(grounded: Config) -> None:
    from dataclasses import replace

    sealed = seal(grounded, "a", "hemligt")
    assert b"hemligt" not in sealed
    assert unseal(grounded, "a", sealed) == "hemligt"
    with pytest.raises(RuntimeError, match="another key"):
        unseal(grounded, "b", sealed)
    with pytest.raises(RuntimeError, match="another key"):
        unseal(replace(grounded, secret_key="z" * 40), "a", sealed)
    shown = repr(Issuer("a", "A", "https://a", "c", secret_sealed=sealed))
    assert "secret_sealed" not in shown
