"""Terms stand before everything else: nothing but reading, accepting and leaving is open until they are accepted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID, uuid4

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from fyrklang.access import terms
from fyrklang.access.guard import PUBLIC, Scope, guard_of
from fyrklang.access.permissions import Role
from fyrklang.kernel.config import Config
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.token import TokenSigner
from tests.isolation.seeds import plant
from tests.isolation.test_routes import ROWS, address, rules
from tests.people import Forbund, make_forbund, sign_in

FIRST = "Läs bara det du behöver för ditt arbete.\n\nDela aldrig din inloggning."
SECOND = FIRST + "\n\nAnmäl misstänkta intrång samma dag."
PUBLISH = "INSERT INTO registry.terms (tenant_id, id, version, body) VALUES (%s, %s, %s, %s)"


@pytest.fixture
def admin(config: Config) -> Iterator[psycopg.Connection]:
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", ""), autocommit=True) as conn:
        yield conn


@pytest.fixture
def own(config: Config) -> Forbund:
    return make_forbund(config, "villkor")


def publish(admin: psycopg.Connection, tenant_id: UUID, version: int, body: str) -> UUID:
    made = uuid4()
    admin.execute(PUBLISH, (tenant_id, made, version, body))
    terms.forget(tenant_id)
    return made


def test_accepted_once_and_again_at_a_new_version(
    app: Flask, own: Forbund, admin: psycopg.Connection
) -> None:
    person = uuid4()
    boss = sign_in(app, (own, Role.TENANT_ADMIN))
    reader = sign_in(app, (own, Role.BOARD), person_id=person)
    path = f"/f/{own.slug}/insatser"
    assert reader.get(path).status_code == 200
    page = f"/f/{own.slug}/anvandare/villkor"
    assert "Inga egna villkor" in boss.get(page).text
    for version, body in ((1, FIRST), (2, SECOND)):
        assert boss.post(page, data={"body": body}).status_code == 303
        led = reader.get(f"{path}?status=alla")
        assert led.status_code == 303
        assert led.headers["Location"].startswith("/villkor?nasta=")
        shown = reader.get(led.headers["Location"]).text
        assert f"version {version}" in shown
        assert body.split("\n\n")[-1] in shown
        assert "Kryssa i" in reader.post("/villkor", data={"nasta": path}).text
        old = admin.execute(
            "SELECT id FROM registry.terms WHERE tenant_id = %s AND version <> %s", (own.id, version)
        ).fetchone()
        if old:
            assert reader.post("/villkor", data={"ids": str(old[0])}).status_code == 422
        due = admin.execute(
            "SELECT id FROM registry.terms WHERE tenant_id = %s AND version = %s", (own.id, version)
        ).fetchone()
        assert due is not None
        taken = reader.post("/villkor", data={"ids": str(due[0]), "nasta": path})
        assert (taken.status_code, taken.headers["Location"]) == (303, path)
        assert reader.get(path).status_code == 200
        assert boss.get(page).status_code == 303, "the administrator accepts too"
        assert boss.post("/villkor", data={"ids": str(due[0])}).status_code == 303
        assert "2 av 2 användare har godkänt" in boss.get(page).text
    assert "redan gäller" in boss.post(page, data={"body": SECOND}).text
    assert "minst 20" in boss.post(page, data={"body": "Kort"}).text
    events = admin.execute(
        "SELECT action, detail->>'version' FROM audit.event WHERE tenant_id = %s AND actor_id = %s "
        "AND action LIKE 'terms%%' ORDER BY seq",
        (own.id, person),
    ).fetchall()
    assert events == [("terms.accepted", "1"), ("terms.accepted", "2")]


def test_nothing_else_is_open_until_then(
    app: Flask, config: Config, admin: psycopg.Connection, record_property: Callable[[str, object], None]
) -> None:
    planted = plant(admin, "villkor")
    own = Forbund(planted.tenant_id, planted.slug)
    browsers: dict[Role, FlaskClient] = {
        role: sign_in(app, (own, role)) for role in (Role.TENANT_ADMIN, Role.COORDINATOR, Role.LOG_REVIEWER)
    }
    publish(admin, own.id, 2, SECOND)
    values = {name: planted.rows.get(table) for name, table in ROWS.items()}
    tried, left = 0, []
    for browser in browsers.values():
        for rule, method in rules(app):
            guarded = guard_of(app.view_functions[rule.endpoint])
            if guarded is None or guarded[0] is PUBLIC:
                continue
            if rule.endpoint in terms.FREE:
                left.append(rule.endpoint)
                continue
            body = (
                {"json": {}} if method in ("POST", "PUT", "PATCH") and rule.rule.startswith("/api/") else {}
            )
            answer = browser.open(address(app, rule, slug=own.slug, **values), method=method, **body)
            tried += 1
            led = answer.status_code == 303 and answer.headers["Location"].startswith("/villkor")
            refused = answer.status_code == 403 and "villkor" in answer.text
            assert led or refused or answer.status_code == 404, (rule.rule, method, answer.status_code)
            assert guarded[1] is not Scope.TENANT or led or refused, (rule.rule, method)
            assert planted.canary not in answer.text
    assert set(left) == {"terms.waiting", "terms.accept", "signin.choose", "signin.act"}
    record_property("routes open before the terms are accepted", f"0 of {tried}")
    browser = browsers[Role.TENANT_ADMIN]
    assert browser.post("/logga-ut").status_code in (200, 303)
    assert "/logga-in" in browser.get(f"/f/{own.slug}/").headers["Location"]


def test_the_platforms_terms_hold_everywhere(app: Flask, own: Forbund, admin: psycopg.Connection) -> None:
    person = uuid4()
    reader = sign_in(app, (own, Role.BOARD), person_id=person)
    council = sign_in(app, national=Role.NAT_COUNCIL)
    made = publish(admin, terms.PLATFORM.tenant_id, 1, FIRST)
    try:
        for client, path in ((reader, f"/f/{own.slug}/insatser"), (council, "/nationellt/")):
            answer = client.get(path)
            assert answer.headers["Location"].startswith("/villkor"), path
            assert "Villkor för Fyrklang" in client.get("/villkor").text
            assert client.post("/villkor", data={"ids": str(made), "nasta": path}).status_code == 303
            assert client.get(path).status_code == 200
        for outside in ("//annan.test/", "https://annan.test/", "/\\annan.test"):
            assert reader.get("/villkor", query_string={"nasta": outside}).headers["Location"] == "/"
    finally:
        admin.execute("DELETE FROM registry.terms_acceptance WHERE terms_id = %s", (made,))
        admin.execute("DELETE FROM registry.terms WHERE id = %s", (made,))
        terms.forget(terms.PLATFORM.tenant_id)


def test_nobody_accepts_for_another_and_nothing_is_taken_back(
    own: Forbund, admin: psycopg.Connection, config: Config
) -> None:
    made, me, other = publish(admin, own.id, 1, FIRST), uuid4(), uuid4()
    token = TokenSigner(config).sign(TenantContext(own.id, own.slug, me))
    with psycopg.connect(config.url_for("app").replace("+psycopg", "")) as conn:
        conn.execute("SELECT set_config('fyrklang.ctx', %s, true)", (token,))
        conn.execute(
            "INSERT INTO registry.terms_acceptance (tenant_id, id, terms_id, person_id) VALUES (%s, %s, %s, %s)",
            (own.id, uuid4(), made, other),
        )
        assert conn.execute("SELECT person_id FROM registry.terms_acceptance").fetchone() == (me,)
        for change in (
            "DELETE FROM registry.terms_acceptance",
            "UPDATE registry.terms SET body = body || ' och mer'",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), conn.transaction():
                conn.execute(change)  # type: ignore[arg-type]
