"""A board member, a tenant admin and a council analyst try every way to participants there is, and find nothing.

The tables come from the catalog and the routes from the application, so that what is added later is tried too.
"""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from psycopg import sql

from fyrklang.access.guard import Scope, guard_of
from fyrklang.access.permissions import PERMISSION_TRAITS, Permission, Reach, Role
from fyrklang.access.teams import context_for
from fyrklang.identity.visitor import Membership
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.tenancy.token import TokenSigner
from tests.isolation.seeds import Planted, plant
from tests.isolation.test_routes import ROWS, address, ask, rules
from tests.people import Forbund, sign_in

CARE_TABLES = (
    "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = 'care' AND c.relkind IN ('r', 'p', 'v', 'm') ORDER BY 1"
)
OUTSIDERS = (Role.BOARD, Role.TENANT_ADMIN, Role.NAT_COUNCIL)


@pytest.fixture(scope="module")
def planted(config: Config) -> Planted:
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", ""), autocommit=True) as admin:
        return plant(admin, "kontor")


@pytest.mark.parametrize("role", OUTSIDERS)
def test_no_route_to_participants_opens(app: Flask, planted: Planted, role: Role) -> None:
    home = Forbund(planted.tenant_id, planted.slug)
    national = role is Role.NAT_COUNCIL
    browser = sign_in(app, national=role, loa=4) if national else sign_in(app, (home, role), loa=4)
    values = {name: planted.rows.get(table) for name, table in ROWS.items()}
    tried = 0
    for rule, method in rules(app, Scope.TENANT):
        guarded = guard_of(app.view_functions[rule.endpoint])
        assert guarded is not None
        demand = guarded[0]
        assert isinstance(demand, Permission)
        traits = PERMISSION_TRAITS[demand]
        if traits.reach not in (Reach.CASE, Reach.REFERRER) and not traits.reads_person:
            continue
        status, body = ask(browser, method, address(app, rule, slug=planted.slug, **values), planted)
        assert status == (404 if national else 403), (role, method, rule.rule)
        assert planted.canary.encode() not in body
        tried += 1
    assert tried > 0 or not any(rule.endpoint.startswith("casework") for rule in app.url_map.iter_rules())


@pytest.mark.parametrize("reach", Reach)
@pytest.mark.parametrize("role", OUTSIDERS)
def test_no_table_of_care_shows_a_row(
    config: Config, database: Database, planted: Planted, role: Role, reach: Reach
) -> None:
    """As the app's and the council's roles, under the context that the guard would make, whatever it reaches."""
    office = Membership(
        planted.tenant_id,
        planted.slug,
        "",
        True,
        frozenset({role.value}),
        "ASSOCIATION",
        "Kansliet",
        id=uuid4(),
    )
    context, _party = context_for(database, office, uuid4(), reach)
    token = TokenSigner(config).sign(context)
    serving = "council" if role is Role.NAT_COUNCIL else "app"
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", "")) as admin:
        tables = [row[0] for row in admin.execute(CARE_TABLES)]
        held = sum(_count(admin, table, planted) for table in tables)
    assert held >= len(tables) > 0
    for table in tables:
        with psycopg.connect(config.url_for(serving).replace("+psycopg", "")) as conn:
            conn.execute("SELECT set_config('fyrklang.ctx', %s, true)", (token,))
            try:
                assert _count(conn, table) == 0, table
            except psycopg.errors.InsufficientPrivilege:
                assert serving == "council", table


def _count(conn: psycopg.Connection, table: str, planted: Planted | None = None) -> int:
    query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("care", table))
    if planted is not None:
        query += sql.SQL(" WHERE tenant_id = {}").format(sql.Literal(planted.tenant_id))
    found = conn.execute(query).fetchone()
    assert found is not None
    return int(found[0])
