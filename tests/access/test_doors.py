"""Every pair of roles that must not meet, tried through every door by which anybody could be given a role."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine

from fyrklang.access.pairs import PAIRS, Where
from fyrklang.access.permissions import CASE_ROLES, PERMISSION_TRAITS, ROLE_PERMISSIONS, Reach, Role
from fyrklang.identity.directory import Directory, new_key
from fyrklang.identity.invitations import ALPHABET
from fyrklang.identity.outcomes import Accepted
from fyrklang.kernel import clock
from fyrklang.kernel.config import Config
from fyrklang.sdk.plugins.manifest import ASKABLE
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.token import TokenSigner
from fyrklang.web.security import csrf_token
from tests.people import Forbund, make_forbund, sign_in

HOMES = (UUID("00000000-0000-7000-8000-00000000d001"), UUID("00000000-0000-7000-8000-00000000d002"))
IN_TENANT = [pair for pair in PAIRS if pair.where is Where.TENANT]
PLACE = (
    "INSERT INTO registry.membership (tenant_id, id, person_id, organisation_id, display_name, roles, valid_from) "
    "VALUES (%s, %s, %s, %s, 'Prova', %s, '2024-01-01')"
)
CODE = re.compile(rf"[{ALPHABET}]{{4}}(-[{ALPHABET}]{{4}}){{3}}")


@dataclass
class House:
    """A förbund with an administrator, and two home organisations whose people can be invited."""

    app: Flask
    config: Config
    own: Forbund
    admin: psycopg.Connection
    boss: FlaskClient
    boss_id: UUID
    scim: str
    tried: Counter[str] = field(default_factory=Counter)
    let_through: list[tuple[str, str, str]] = field(default_factory=list)

    def judge(self, door: str, pair: tuple[Role, Role], refused: bool) -> None:
        self.tried[door] += 1
        if not refused:
            self.let_through.append((door, *pair))

    def person(self) -> UUID:
        made = uuid4()
        self.admin.execute(
            "INSERT INTO registry.person (id, display_name, synthetic) VALUES (%s, 'Prova', true)", (made,)
        )
        return made

    def place(self, person: UUID, role: Role, home: UUID = HOMES[0]) -> UUID:
        made = uuid4()
        self.admin.execute(PLACE, (self.own.id, made, person, home, [role.value]))
        return made

    def enter(self, person: UUID, home: UUID) -> FlaskClient:
        """The person signed in from a home organisation, with whatever places they have."""
        identity = self.app.extensions["fyrklang.identity"]
        accepted = Accepted("prov", str(person), "Prova", "loa3", None, home, "/", {}, "")
        cookie, session = identity.sessions.create(accepted, person, "prov")
        client = self.app.test_client()
        client.set_cookie(identity.sessions.cookie_name, cookie)
        token = csrf_token(session.csrf_key.hex(), identity.config.derive("csrf"))
        client.environ_base.update({"HTTP_SEC_FETCH_SITE": "same-origin", "HTTP_X_CSRF_TOKEN": token})
        return client

    def sql(self, statement: str, values: tuple[Any, ...], role: str = "app") -> bool:
        """Whether SQL as a serving role, in the administrator's signed context, is refused."""
        who = TenantContext(self.own.id, self.own.slug, self.boss_id)
        with psycopg.connect(self.config.url_for(role).replace("+psycopg", "")) as conn:
            conn.execute("SELECT set_config('fyrklang.ctx', %s, true)", (TokenSigner(self.config).sign(who),))
            try:
                conn.execute(statement, values)  # type: ignore[arg-type]
            except (psycopg.errors.CheckViolation, psycopg.errors.InsufficientPrivilege):
                return True
            finally:
                conn.rollback()
        return False


@pytest.fixture(scope="module")
def house(app: Flask, config: Config) -> Iterator[House]:
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", ""), autocommit=True) as admin:
        own, boss_id = make_forbund(config, "dorrar"), uuid4()
        boss = sign_in(app, (own, Role.TENANT_ADMIN), person_id=boss_id)
        for number, home in enumerate(HOMES):
            admin.execute(
                "INSERT INTO registry.organisation (id, kind, code, name, synthetic) VALUES (%s, 'FK', %s, %s, true) "
                "ON CONFLICT DO NOTHING",
                (home, f"DORR{number}", f"Dörrkassan {number}"),
            )
            admin.execute(
                "INSERT INTO office.member (tenant_id, id, organisation_id, party_kind, name) "
                "VALUES (%s, %s, %s, 'FK', %s)",
                (own.id, uuid4(), home, f"Dörrkassan {number}"),
            )
            admin.execute(
                "INSERT INTO registry.organisation_issuer VALUES (%s, 'prov') ON CONFLICT DO NOTHING", (home,)
            )
        engine = create_engine(config.url_for("migrator"))
        with engine.begin() as connection:
            scim = new_key(connection, Directory(HOMES[0], "prov"), 30)
        engine.dispose()
        yield House(app, config, own, admin, boss, boss_id, scim)


def test_no_door_lets_a_forbidden_pair_through(
    house: House, record_property: Callable[[str, object], None]
) -> None:
    assert len(IN_TENANT) == 21
    at_once = (invite_both, change_place, write_sql, directory)
    one_after_the_other = (invite_beside, change_beside, cover)
    for pair, door in product(IN_TENANT, (*at_once, *one_after_the_other)):
        first, second = sorted(pair.roles)
        door(house, first, second)
        if door in one_after_the_other:
            door(house, second, first)
    for pair in PAIRS:
        if pair.where is not Where.TENANT:
            outside(house, *sorted(pair.roles))
    record_property("forbidden pairs granted", f"{len(house.let_through)} of {sum(house.tried.values())}")
    record_property("tries by door", dict(house.tried))
    assert house.let_through == []
    assert set(house.tried) >= {"page", "api", "scim", "import", "invitation", "delegation", "sql", "session"}
    held = house.admin.execute(
        "SELECT m.person_id, array_agg(DISTINCT role) FROM registry.membership m, unnest(m.roles) role "
        "WHERE m.tenant_id = %s AND m.ended_at IS NULL GROUP BY 1",
        (house.own.id,),
    ).fetchall()
    apart = [pair.roles for pair in IN_TENANT]
    assert len(held) > 21
    assert not [
        person for person, roles in held if any(two <= {Role(each) for each in roles} for two in apart)
    ]


def invite_both(house: House, first: Role, second: Role) -> None:
    """One invitation to both."""
    asked = {"name": "Nya", "organisation_id": str(HOMES[0]), "roles": [first.value, second.value]}
    page = house.boss.post(f"/f/{house.own.slug}/anvandare/bjud-in", data=asked)
    house.judge("page", (first, second), page.status_code == 422)
    answer = house.boss.post(f"/api/v1/f/{house.own.slug}/users/invitations", json=asked)
    house.judge("api", (first, second), answer.status_code == 422)


def invite_beside(house: House, first: Role, second: Role) -> None:
    """An invitation to the second, used by who has the first, from the same employer and from another."""
    for home in HOMES:
        person = house.person()
        house.place(person, first)
        asked = {"name": "Nya", "organisation_id": str(home), "roles": [second.value]}
        made = house.boss.post(f"/api/v1/f/{house.own.slug}/users/invitations", json=asked)
        assert CODE.fullmatch(made.json["code"])
        used = house.enter(person, home).post("/inbjudan", data={"code": made.json["code"]})
        house.judge("invitation", (first, second), used.status_code == 422)


def change_place(house: House, first: Role, second: Role) -> None:
    """The second given on the place that has the first."""
    place = house.place(house.person(), first)
    asked = {"roles": [first.value, second.value], "version": 1}
    page = house.boss.post(f"/f/{house.own.slug}/anvandare/{place}/andra", data=asked)
    house.judge("page", (first, second), page.status_code == 422)
    answer = house.boss.put(f"/api/v1/f/{house.own.slug}/users/{place}", json=asked)
    house.judge("api", (first, second), answer.status_code == 422)


def change_beside(house: House, first: Role, second: Role) -> None:
    """The second given on another place of the same person."""
    person = house.person()
    house.place(person, first)
    beside = house.place(person, first, HOMES[1])
    asked = {"roles": [second.value], "version": 1}
    answer = house.boss.put(f"/api/v1/f/{house.own.slug}/users/{beside}", json=asked)
    house.judge("api", (first, second), answer.status_code == 422)


def write_sql(house: House, first: Role, second: Role) -> None:
    """Hand-written SQL as the app's and the worker's roles, and rows laid in by the one who imports."""
    person = house.person()
    place = house.place(person, first)
    both, one = [first.value, second.value], [second.value]
    for role in ("app", "worker"):
        insert = (house.own.id, uuid4(), house.person(), HOMES[0], both)
        house.judge("sql", (first, second), house.sql(PLACE, insert, role))
        house.judge(
            "sql", (first, second), house.sql(PLACE, (house.own.id, uuid4(), person, HOMES[1], one), role)
        )
        change = "UPDATE registry.membership SET roles = %s WHERE id = %s"
        house.judge("sql", (first, second), house.sql(change, (both, place), role))
    for values in ((house.person(), HOMES[0], both), (person, HOMES[1], one)):
        try:
            house.admin.execute(PLACE, (house.own.id, uuid4(), *values))
            house.judge("import", (first, second), False)
        except psycopg.errors.CheckViolation:
            house.judge("import", (first, second), True)


def cover(house: House, first: Role, second: Role) -> None:
    """Who has the first covers for who has the second."""
    taker, giver = house.place(house.person(), first), house.place(house.person(), second)
    today = clock.today()
    asked = {
        "giver_id": str(giver),
        "taker_id": str(taker),
        "first_day": today.isoformat(),
        "last_day": (today + timedelta(days=3)).isoformat(),
        "reason": "Semester",
    }
    page = house.boss.post(f"/f/{house.own.slug}/anvandare/tackning/ny", data=asked)
    house.judge("delegation", (first, second), page.status_code == 422)
    laid = (
        "INSERT INTO registry.delegation (tenant_id, id, giver_id, taker_id, reason, first_day, last_day, "
        "arranged_by) VALUES (%s, %s, %s, %s, 'x', %s, %s, %s)"
    )
    values = (house.own.id, uuid4(), giver, taker, today, today, house.boss_id)
    house.judge("delegation", (first, second), house.sql(laid, values))


def directory(house: House, first: Role, second: Role) -> None:
    """An employer's directory that says somebody has roles: it is not believed in that."""
    sent = {"Authorization": f"Bearer {house.scim}", "Content-Type": "application/scim+json"}
    who = {"externalId": str(house.person()), "userName": f"{uuid4().hex}@prov.test"}
    claimed = {
        "roles": [{"value": first.value}, {"value": second.value}],
        "groups": [{"value": second.value}],
    }
    before = _places(house)
    told = house.app.test_client().post("/scim/v2/Users", json={**who, **claimed}, headers=sent)
    assert told.status_code in (201, 400), told.text
    if told.status_code == 201:
        patch = {"Operations": [{"op": "add", "path": "roles", "value": claimed["roles"]}]}
        house.app.test_client().patch(f"/scim/v2/Users/{told.json['id']}", json=patch, headers=sent)
        assert "roles" not in told.json
    house.judge("scim", (first, second), _places(house) == before)


def outside(house: House, first: Role, second: Role) -> None:
    """Pairs that reach outside one förbund: of one person at all, or in one session."""
    person = house.person()
    national = "INSERT INTO registry.national_role (person_id, role) VALUES (%s, %s)"
    refused = False
    for role in (first, second):
        try:
            if role in (Role.NAT_COUNCIL, Role.NAT_EDITOR, Role.PLATFORM_ADMIN):
                house.admin.execute(national, (person, role.value))
            else:
                house.place(person, role)
        except psycopg.errors.CheckViolation:
            refused = True
    seen = [
        house.enter(person, HOMES[0]).get(path).status_code
        for path in (f"/f/{house.own.slug}/deltagare", "/nationellt/")
    ]
    case = bool({first, second} & CASE_ROLES)
    house.judge("session", (first, second), refused or not (case and seen.count(200) == len(seen)))


def _places(house: House) -> int:
    row = house.admin.execute("SELECT count(*) FROM registry.membership").fetchone()
    assert row is not None
    return int(row[0])


def test_a_plugin_can_ask_for_nothing_that_gives_a_role() -> None:
    """Nor for anything of the national part: what it may ask for reaches one förbund's office, weakly."""
    gives = {
        permission
        for permission in PERMISSION_TRAITS
        if permission.value in ("users:write", "tokens:write", "plugins:write", "covers:use")
    }
    assert len(gives) == 4
    assert not ASKABLE & gives
    for permission in ASKABLE:
        assert PERMISSION_TRAITS[permission].reach is Reach.TENANT
        assert not PERMISSION_TRAITS[permission].reads_person
    assert ROLE_PERMISSIONS[Role.TENANT_ADMIN] & gives
