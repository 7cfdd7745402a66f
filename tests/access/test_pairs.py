"""Roles that must not meet: refused by the table, by the database and in every session."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import combinations
from uuid import UUID, uuid4

import psycopg
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from fyrklang.access.pairs import PAIRS, Where, forbidden, refusal
from fyrklang.access.permissions import CASE_ROLES, NATIONAL_ROLES, OFFICE_ROLES, TENANT_ROLES, Role
from fyrklang.identity.grants import Grants
from fyrklang.identity.session_store import Session
from fyrklang.identity.visitor import Membership
from fyrklang.kernel import clock
from fyrklang.kernel.config import Config
from tests.people import make_forbund, sign_in

IN_TENANT = [pair for pair in PAIRS if pair.roles <= TENANT_ROLES]
ROLES = st.lists(st.sampled_from(sorted(Role)), min_size=1, max_size=6, unique=True)


def test_the_table_says_what_the_paper_says() -> None:
    apart = {pair.roles: pair.where for pair in PAIRS}
    assert len(apart) == len(PAIRS)
    for office in OFFICE_ROLES:
        assert all(apart[frozenset({office, case})] is Where.TENANT for case in CASE_ROLES)
    for role in TENANT_ROLES - {Role.LOG_REVIEWER}:
        assert apart[frozenset({Role.LOG_REVIEWER, role})] is Where.TENANT
    for case in CASE_ROLES:
        assert apart[frozenset({Role.NAT_COUNCIL, case})] is Where.SESSION
    for role in set(Role) - {Role.PLATFORM_ADMIN}:
        assert apart[frozenset({Role.PLATFORM_ADMIN, role})] is Where.ANYWHERE


@given(ROLES)
def test_a_set_is_refused_exactly_when_it_holds_a_pair(roles: list[Role]) -> None:
    found = forbidden(roles, *Where)
    assert (found is not None) == any(pair.roles <= set(roles) for pair in PAIRS)
    if found is not None:
        assert refusal(found).endswith(".")


@given(ROLES, st.lists(st.sampled_from(["a", "b"]), min_size=6, max_size=6))
def test_no_session_brings_a_pair_together(roles: list[Role], slugs: list[str]) -> None:
    """Even for a person whose places got past every refusal at the grant, one role at a time."""
    tenants = {"a": uuid4(), "b": uuid4()}
    places = tuple(
        Membership(tenants[slug], slug, slug, True, frozenset({role.value}), "FK", "F", id=uuid4())
        for role, slug in zip(roles, slugs, strict=False)
        if role in TENANT_ROLES
    )
    national = frozenset(role.value for role in roles if role in NATIONAL_ROLES)
    grants = Grants("Prova", places, national, 0)
    session = Session("h", uuid4(), "prov", "s", clock.now(), b"", grants)
    for choice in session.choices:
        seen = Session("h", uuid4(), "prov", "s", clock.now(), b"", grants, acting=choice).visitor()
        for slug in tenants:
            here = [place for place in seen.memberships if place.slug == slug]
            held = {Role(code) for place in here for code in place.roles} | {
                Role(code) for code in seen.national_roles
            }
            assert len(here) <= 1
            assert forbidden(held, *Where) is None


@pytest.fixture(scope="module")
def admin(config: Config) -> Iterator[psycopg.Connection]:
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", ""), autocommit=True) as conn:
        yield conn


@pytest.fixture(scope="module")
def organisations(admin: psycopg.Connection) -> list[UUID]:
    return [row[0] for row in admin.execute("SELECT id FROM registry.organisation LIMIT 2").fetchall()]


def grant(
    conn: psycopg.Connection,
    place: tuple[UUID, UUID],
    organisation: UUID,
    roles: list[str],
    period: tuple[str, str | None] = ("2024-01-01", None),
) -> None:
    tenant_id, person_id = place
    conn.execute(
        "INSERT INTO registry.membership (tenant_id, id, person_id, organisation_id, display_name, roles, "
        "valid_from, valid_to) VALUES (%s, %s, %s, %s, 'Prova', %s, %s, %s)",
        (tenant_id, uuid4(), person_id, organisation, roles, *period),
    )


def refuses(conn: psycopg.Connection, *grants: tuple[object, ...]) -> bool:
    """Whether the last of several grants is refused; none of them stays."""
    with conn.transaction(force_rollback=True):
        for values in grants[:-1]:
            grant(conn, *values)  # type: ignore[arg-type]
        try:
            with conn.transaction():
                grant(conn, *grants[-1])  # type: ignore[arg-type]
        except psycopg.errors.CheckViolation as error:
            return error.diag.constraint_name == "roles_apart"
    return False


def test_the_database_refuses_the_same_pairs(
    config: Config, admin: psycopg.Connection, organisations: list[UUID]
) -> None:
    forbund, elsewhere = make_forbund(config, "alfa"), make_forbund(config, "beta")
    first, second = organisations
    for left, right in combinations(sorted(TENANT_ROLES), 2):
        apart = forbidden({left, right}, Where.TENANT) is not None
        person = uuid4()
        here, there = (forbund.id, person), (elsewhere.id, person)
        assert refuses(admin, (here, first, [left, right])) == apart, (left, right)
        assert refuses(admin, (here, first, [left]), (here, second, [right])) == apart, (left, right)
        assert refuses(admin, (here, second, [right]), (here, first, [left])) == apart, (left, right)
        assert not refuses(admin, (here, first, [left]), (there, second, [right])), (left, right)
        before, after = ("2024-01-01", "2024-06-30"), ("2024-07-01", None)
        assert not refuses(admin, (here, first, [left], before), (here, second, [right], after))
        late = ("2024-06-30", None)
        assert refuses(admin, (here, first, [left], before), (here, second, [right], late)) == apart


def test_a_change_of_roles_is_a_grant_too(
    config: Config, admin: psycopg.Connection, organisations: list[UUID]
) -> None:
    here = (make_forbund(config, "alfa").id, uuid4())
    grant(admin, here, organisations[0], ["BOARD"])
    grant(admin, here, organisations[1], ["PREP_GROUP"])
    with pytest.raises(psycopg.errors.CheckViolation):
        admin.execute(
            "UPDATE registry.membership SET roles = '{CASE_WORKER}' WHERE person_id = %s AND roles = '{PREP_GROUP}'",
            (here[1],),
        )
    admin.execute(
        "UPDATE registry.membership SET ended_at = now() WHERE person_id = %s AND roles = '{BOARD}'",
        (here[1],),
    )
    admin.execute(
        "UPDATE registry.membership SET roles = '{CASE_WORKER}' WHERE person_id = %s AND ended_at IS NULL",
        (here[1],),
    )


def test_whoever_runs_the_platform_holds_nothing_else(
    config: Config, admin: psycopg.Connection, organisations: list[UUID]
) -> None:
    forbund = make_forbund(config, "alfa")
    add = "INSERT INTO registry.national_role (person_id, role) VALUES (%s, %s)"
    make = "INSERT INTO registry.person (id, display_name) VALUES (%s, 'Prova')"
    operator, worker, analyst = uuid4(), uuid4(), uuid4()
    for person in (operator, worker, analyst):
        admin.execute(make, (person,))
    admin.execute(add, (operator, "PLATFORM_ADMIN"))
    admin.execute(add, (analyst, "NAT_COUNCIL"))
    grant(admin, (forbund.id, worker), organisations[0], ["BOARD"])
    for role in TENANT_ROLES:
        assert refuses(admin, ((forbund.id, operator), organisations[0], [role])), role
    for person, role in ((operator, "NAT_COUNCIL"), (worker, "PLATFORM_ADMIN"), (analyst, "PLATFORM_ADMIN")):
        with pytest.raises(psycopg.errors.CheckViolation):
            admin.execute(add, (person, role))
    admin.execute(add, (worker, "NAT_COUNCIL"))


def test_two_grants_at_once_do_not_slip_past_each_other(config: Config, organisations: list[UUID]) -> None:
    url = config.url_for("migrator").replace("+psycopg", "")
    here = (make_forbund(config, "alfa").id, uuid4())
    first_done, outcomes = threading.Event(), []

    def late() -> None:
        with psycopg.connect(url) as conn:
            first_done.wait(10)
            try:
                grant(conn, here, organisations[1], ["CASE_WORKER"])
                conn.commit()
                outcomes.append("granted")
            except psycopg.errors.CheckViolation:
                outcomes.append("refused")

    other = threading.Thread(target=late)
    other.start()
    with psycopg.connect(url) as conn:
        grant(conn, here, organisations[0], ["TENANT_ADMIN"])
        first_done.set()
        with psycopg.connect(url, autocommit=True) as watcher:
            waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            while other.is_alive() and watcher.execute(waiting).fetchone() == (0,):
                first_done.wait(0.01)
        conn.commit()
    other.join(10)
    assert outcomes == ["refused"]


def test_a_pair_that_got_in_anyway_opens_nothing(
    app: Flask, config: Config, admin: psycopg.Connection
) -> None:
    forbund, person = make_forbund(config, "alfa"), uuid4()
    client = sign_in(app, (forbund, Role.TENANT_ADMIN), person_id=person)
    assert client.get(f"/f/{forbund.slug}/insatser").status_code == 200
    definition = (
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'roles_apart' AND contype = 'c'"
    )
    definition += " AND conrelid = 'registry.membership'::regclass"
    held = admin.execute(definition).fetchone()
    assert held is not None
    admin.execute("ALTER TABLE registry.membership DROP CONSTRAINT roles_apart")
    try:
        admin.execute(
            "UPDATE registry.membership SET roles = '{TENANT_ADMIN,CASE_WORKER}' WHERE person_id = %s",
            (person,),
        )
        app.extensions["fyrklang.identity"].sessions.refresh(person)
        refused = client.get(f"/f/{forbund.slug}/insatser")
        assert refused.status_code == 403
        assert "kan inte höra ihop" in refused.text
    finally:
        admin.execute("DELETE FROM registry.membership WHERE person_id = %s", (person,))
        admin.execute(f"ALTER TABLE registry.membership ADD CONSTRAINT roles_apart {held[0]}")
