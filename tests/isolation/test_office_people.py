"""A board member, an administrator and a council analyst try every road to a participant, and find nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID, uuid4

import psycopg
import pytest
from flask import Flask

from fyrklang.access.guard import Scope, guard_of
from fyrklang.access.permissions import PERMISSION_TRAITS, Permission, Reach, Role
from fyrklang.access.teams import standing_of
from fyrklang.identity.grants import read_grants
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.tenancy.token import TokenSigner
from tests.isolation.census import tenant_tables
from tests.isolation.seeds import Planted, plant
from tests.isolation.test_routes import ROWS, address, rules
from tests.people import Forbund, sign_in

TRYING = (Role.BOARD, Role.TENANT_ADMIN)


@pytest.fixture
def admin(config: Config) -> Iterator[psycopg.Connection]:
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", ""), autocommit=True) as conn:
        yield conn


@pytest.fixture
def own(admin: psycopg.Connection) -> Planted:
    return plant(admin, "kontor")


def _about_people(app: Flask) -> list[tuple[str, str, str]]:
    """Every route that reaches participants: endpoint, method and rule."""
    found = []
    for rule, method in rules(app, Scope.TENANT):
        guarded = guard_of(app.view_functions[rule.endpoint])
        assert guarded is not None
        demand = guarded[0]
        assert isinstance(demand, Permission)
        if PERMISSION_TRAITS[demand].reach in (Reach.CASE, Reach.REFERRER):
            found.append((rule.endpoint, method, rule.rule))
    return found


def test_no_route_about_people_opens_to_them(
    app: Flask, own: Planted, record_property: Callable[[str, object], None]
) -> None:
    home = Forbund(own.tenant_id, own.slug)
    browsers = {role: sign_in(app, (home, role)) for role in TRYING}
    browsers[Role.NAT_COUNCIL] = sign_in(app, national=Role.NAT_COUNCIL)
    about = set(_about_people(app))
    values = {name: own.rows.get(table) for name, table in ROWS.items()}
    tried, opened = 0, []
    for role, browser in browsers.items():
        for rule, method in rules(app, Scope.TENANT):
            if (rule.endpoint, method, rule.rule) not in about:
                continue
            body = (
                {"json": {}} if method in ("POST", "PUT", "PATCH") and rule.rule.startswith("/api/") else {}
            )
            answer = browser.open(address(app, rule, slug=own.slug, **values), method=method, **body)
            tried += 1
            if answer.status_code not in (403, 404) or own.canary in answer.text:
                opened.append((role, method, rule.rule, answer.status_code))
    record_property("care routes opened to board, administrator and council", f"{len(opened)} of {tried}")
    assert opened == []
    assert len(about) >= 30
    assert tried == 3 * len(about)


def test_no_row_about_people_is_found_under_their_context(
    app: Flask,
    config: Config,
    database: Database,
    own: Planted,
    admin: psycopg.Connection,
    record_property: Callable[[str, object], None],
) -> None:
    """Every context the guard would ever sign for them, also the one of a route they are refused at."""
    tables = [name for name in tenant_tables(admin) if name.startswith("care.")]
    asked, seen = 0, []
    for role in TRYING:
        person = uuid4()
        sign_in(app, (Forbund(own.tenant_id, own.slug), role), person_id=person)
        grants = read_grants(database, person, 0.0)
        assert grants is not None
        for reach in Reach:
            context = standing_of(database, grants.memberships[0], person, reach, _foreign_lens(own)).context
            with psycopg.connect(config.url_for("app").replace("+psycopg", "")) as conn:
                conn.execute(
                    "SELECT set_config('fyrklang.ctx', %s, true)", (TokenSigner(config).sign(context),)
                )
                for table in tables:
                    asked += 1
                    if conn.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone():  # type: ignore[arg-type]
                        seen.append((role, reach, table))
    with psycopg.connect(config.url_for("council").replace("+psycopg", ""), autocommit=True) as conn:
        for table in tables:
            asked += 1
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                conn.execute(f"SELECT 1 FROM {table}")  # type: ignore[arg-type]
    record_property("rows about people found under their contexts", f"{len(seen)} in {asked} questions")
    assert seen == []
    assert len(tables) >= 14


def _foreign_lens(own: Planted) -> str:
    """Somebody else's cover, which opens nothing to who does not hold it."""
    return f"cover.{own.rows['registry.delegation'].hex}"


def test_a_change_of_roles_bites_on_the_next_request(
    app: Flask, own: Planted, admin: psycopg.Connection, record_property: Callable[[str, object], None]
) -> None:
    home = Forbund(own.tenant_id, own.slug)
    boss, person = sign_in(app, (home, Role.TENANT_ADMIN)), uuid4()
    visitor = sign_in(app, (home, Role.BOARD), person_id=person)
    row = admin.execute("SELECT id FROM registry.membership WHERE person_id = %s", (person,)).fetchone()
    assert row is not None
    place: UUID = row[0]
    bitten, changes = 0, 40
    for number in range(changes):
        role = Role.AUDITOR if number % 2 else Role.REFERRER
        changed = boss.put(
            f"/api/v1/f/{own.slug}/users/{place}", json={"roles": [role.value], "version": number + 1}
        )
        assert changed.status_code == 204, changed.text
        status = visitor.get(f"/api/v1/f/{own.slug}/members").status_code
        bitten += status == (200 if role is Role.AUDITOR else 403)
    record_property("changes of roles that bit on the next request", f"{bitten} of {changes}")
    assert bitten == changes
