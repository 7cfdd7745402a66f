"""Tokens for programs: never more than their maker may, and nothing once called back, expired or left behind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from fyrklang.access.guard import Scope, guard_of
from fyrklang.access.permissions import PERMISSION_TRAITS, ROLE_PERMISSIONS, Permission, Reach, Role
from fyrklang.identity.api_tokens import LEVEL, digest, new_token
from fyrklang.kernel import clock
from fyrklang.kernel.config import Config
from fyrklang.modules.users.tokens.service import FOR_PROGRAMS
from tests.isolation.seeds import plant
from tests.isolation.test_routes import ROWS, address, rules
from tests.people import Forbund, make_forbund, sign_in

SHAPE = re.compile(r"fkl_[\w-]{43}")


@pytest.fixture
def admin(config: Config) -> Iterator[psycopg.Connection]:
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", ""), autocommit=True) as conn:
        yield conn


@pytest.fixture
def own(config: Config) -> Forbund:
    return make_forbund(config, "nyckel")


@pytest.fixture
def person() -> UUID:
    return uuid4()


@pytest.fixture
def boss(app: Flask, own: Forbund, person: UUID) -> FlaskClient:
    return sign_in(app, (own, Role.TENANT_ADMIN), person_id=person)


def asked(**values: object) -> dict[str, object]:
    last = (clock.today() + timedelta(days=30)).isoformat()
    return {"name": "Webbplatsen", "permissions": ["members:read"], "last_day": last, **values}


def make(boss: FlaskClient, own: Forbund, **values: object) -> dict[str, str]:
    answer = boss.post(f"/api/v1/f/{own.slug}/tokens", json=asked(**values))
    assert answer.status_code == 201, answer.text
    return dict(answer.json)


def use(app: Flask, token: str, path: str, method: str = "GET", **more: object) -> int:
    return (
        app.test_client()
        .open(path, method=method, headers={"Authorization": f"Bearer {token}"}, **more)
        .status_code
    )


def test_a_token_is_shown_once_and_kept_as_a_digest(
    app: Flask, own: Forbund, boss: FlaskClient, admin: psycopg.Connection
) -> None:
    page = boss.post(f"/f/{own.slug}/nycklar/ny", data=asked())
    assert page.status_code == 200, page.text
    assert page.headers["Cache-Control"] == "no-store"
    found = SHAPE.search(page.text)
    assert found is not None
    token = found.group()
    stored = admin.execute(
        "SELECT t::text FROM registry.api_token t WHERE tenant_id = %s", (own.id,)
    ).fetchone()
    assert stored is not None
    assert token not in stored[0]
    assert digest(token) in stored[0]
    members = f"/api/v1/f/{own.slug}/members"
    assert "Aldrig" in boss.get(f"/f/{own.slug}/nycklar").text
    assert use(app, token, members) == 200
    listed = boss.get(f"/f/{own.slug}/nycklar").text
    assert clock.today().isoformat() in listed
    assert token[:10] in listed
    assert token not in listed


def test_it_opens_its_permissions_and_nothing_else(
    app: Flask, config: Config, admin: psycopg.Connection
) -> None:
    planted = plant(admin, "nyckel")
    own = Forbund(planted.tenant_id, planted.slug)
    boss = sign_in(app, (own, Role.TENANT_ADMIN))
    token = make(boss, own, permissions=["members:read", "interventions:read"])["token"]
    values = {name: planted.rows.get(table) for name, table in ROWS.items()}
    opened = set()
    for rule, method in rules(app, Scope.TENANT):
        guarded = guard_of(app.view_functions[rule.endpoint])
        assert guarded is not None
        body: dict[str, object] = {"json": {}} if method in ("POST", "PUT", "PATCH") else {}
        status = use(app, token, address(app, rule, slug=own.slug, **values), method, **body)
        if not rule.rule.startswith("/api/"):
            assert status not in (200, 201, 204), rule.rule
        elif guarded[0] in (Permission.MEMBERS_READ, Permission.INTERVENTIONS_READ):
            assert status not in (401, 403), rule.rule
            opened.add(guarded[0])
        else:
            assert status == 403, (method, rule.rule)
    assert len(opened) == 2
    other = make_forbund(config, "annat")
    assert use(app, token, f"/api/v1/f/{other.slug}/members") == 404
    assert use(app, token, "/api/v1/f/finns-inte/members") == 404


def test_it_never_holds_what_takes_an_e_identification_or_shows_people() -> None:
    for permission in Permission:
        traits = PERMISSION_TRAITS[permission]
        if traits.loa > LEVEL or traits.reads_person or traits.reach is not Reach.TENANT:
            assert permission not in FOR_PROGRAMS
    assert Permission.MEMBERS_READ in FOR_PROGRAMS


@pytest.mark.parametrize(
    ("values", "field"),
    [
        *[({"permissions": [each]}, "permissions") for each in sorted(set(Permission) - FOR_PROGRAMS)],
        *[
            ({"permissions": [each]}, "permissions")
            for each in sorted(FOR_PROGRAMS - ROLE_PERMISSIONS[Role.TENANT_ADMIN])
        ],
        ({"permissions": []}, "permissions"),
        ({"permissions": ["allt"]}, "permissions/0"),
        ({"last_day": (clock.today() - timedelta(days=1)).isoformat()}, "last_day"),
        ({"last_day": (clock.today() + timedelta(days=366)).isoformat()}, "last_day"),
        ({"last_day": None}, "last_day"),
        ({"name": ""}, "name"),
    ],
)
def test_nothing_wider_can_be_made(
    own: Forbund, boss: FlaskClient, admin: psycopg.Connection, values: dict[str, object], field: str
) -> None:
    answer = boss.post(f"/api/v1/f/{own.slug}/tokens", json=asked(**values))
    assert answer.status_code == 422
    assert field in answer.text
    found = admin.execute(
        "SELECT count(*) FROM registry.api_token WHERE tenant_id = %s", (own.id,)
    ).fetchone()
    assert found == (0,)


def test_called_back_it_opens_nothing_on_the_next_request(
    app: Flask, own: Forbund, boss: FlaskClient
) -> None:
    made = make(boss, own)
    members = f"/api/v1/f/{own.slug}/members"
    assert use(app, made["token"], members) == 200
    assert boss.post(f"/f/{own.slug}/nycklar/{made['id']}/aterkalla").status_code == 303
    assert use(app, made["token"], members) == 401
    assert boss.delete(f"/api/v1/f/{own.slug}/tokens/{made['id']}").status_code == 204
    assert "Återkallad" in boss.get(f"/f/{own.slug}/nycklar").text
    assert boss.delete(f"/api/v1/f/{own.slug}/tokens/{uuid4()}").status_code == 404


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (
            "UPDATE registry.api_token SET created_at = '2024-01-01', expires_at = '2024-02-01' WHERE person_id = %s",
            401,
        ),
        ("UPDATE registry.membership SET ended_at = now() WHERE person_id = %s", 401),
        ("UPDATE registry.membership SET valid_to = '2024-02-01' WHERE person_id = %s", 401),
        ("UPDATE registry.person SET ended_at = now() WHERE id = %s", 401),
        ("UPDATE registry.membership SET roles = '{LOG_REVIEWER}' WHERE person_id = %s", 403),
        ("UPDATE registry.api_token SET permissions = '{log:read}' WHERE person_id = %s", 403),
        ("UPDATE registry.api_token SET permissions = '{cases:read}' WHERE person_id = %s", 403),
    ],
)
def test_it_ends_with_its_day_and_with_its_maker(
    app: Flask,
    own: Forbund,
    boss: FlaskClient,
    admin: psycopg.Connection,
    person: UUID,
    change: str,
    status: int,
) -> None:
    token = make(boss, own)["token"]
    assert use(app, token, f"/api/v1/f/{own.slug}/members") == 200
    admin.execute(change, (person,))  # type: ignore[arg-type]
    assert use(app, token, f"/api/v1/f/{own.slug}/members") == status


def test_a_bad_token_is_not_saved_by_a_good_cookie(own: Forbund, boss: FlaskClient) -> None:
    path = f"/api/v1/f/{own.slug}/tokens"
    for bad in (new_token(), "fkl_x", "", "x" * 5000, "å"):
        sent = {"Authorization": f"Bearer {bad}".encode().decode("latin-1")}
        assert boss.get(path, headers=sent).status_code == 401
        assert boss.post(path, json=asked(), headers=sent).status_code == 401
    assert boss.get(path, headers={"Authorization": "Basic eDp5"}).status_code == 200


def test_making_and_calling_back_stand_in_the_log(
    own: Forbund, boss: FlaskClient, admin: psycopg.Connection
) -> None:
    made = make(boss, own)
    boss.delete(f"/api/v1/f/{own.slug}/tokens/{made['id']}")
    query = (
        "SELECT action, object_id::text FROM audit.event "
        "WHERE tenant_id = %s AND action LIKE 'token.%%' ORDER BY seq"
    )
    assert admin.execute(query, (own.id,)).fetchall() == [
        ("token.made", made["id"]),
        ("token.revoked", made["id"]),
    ]
