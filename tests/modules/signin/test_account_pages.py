"""A local account in a real browser without script: from an administrator's invitation to being logged in."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page
from sqlalchemy import create_engine
from werkzeug.serving import make_server

from fyrklang.access.permissions import Role
from fyrklang.identity.invitations import ALPHABET
from fyrklang.identity.local_accounts import allow
from fyrklang.kernel.config import Config
from tests.chromium import axe, sideways
from tests.people import Forbund, make_forbund, sign_in

PASSWORD = "blå cykel under trappan"
CODE = re.compile(rf"[{ALPHABET}]{{4}}(?:-[{ALPHABET}]{{4}}){{3}}")


@pytest.fixture
def own(config: Config) -> Forbund:
    """A förbund whose office may have accounts of ours and has no login of its own."""
    made, office = make_forbund(config, "alfa"), uuid4()
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", "")) as conn:
        conn.execute(
            "INSERT INTO registry.organisation (id, kind, code, name, synthetic) "
            "VALUES (%s, 'ASSOCIATION', %s, 'Förbundet alfas kansli', true)",
            (office, made.slug),
        )
    engine = create_engine(config.url_for("migrator"))
    with engine.begin() as connection:
        allow(connection, [office])
    engine.dispose()
    return made


@pytest.fixture
def boss(app: Flask, own: Forbund) -> FlaskClient:
    client = sign_in(app, (own, Role.TENANT_ADMIN))
    app.extensions["fyrklang.identity"].issuers.forget()
    return client


def invite(boss: FlaskClient, own: Forbund, **changes: object) -> str:
    """Invite somebody to the board as the administrator does; the code that is shown once."""
    page = boss.get(f"/f/{own.slug}/anvandare/bjud-in").text
    office = re.search(r'<option value="([^"]+)"[^>]*>Förbundet alfas kansli \(Konto i Fyrklang\)', page)
    assert office is not None
    asked = {
        "name": "Kim Prov", "organisation_id": office[1], "way": "LOCAL", "roles": ["BOARD"], **changes
    }  # fmt: skip
    answer = boss.post(f"/f/{own.slug}/anvandare/bjud-in", data=asked)
    assert answer.status_code == 200, answer.text
    assert "/logga-in/konto/nytt" in answer.text
    found = CODE.search(answer.text)
    assert found is not None
    return found.group()


def test_an_organisation_without_a_login_of_its_own_takes_accounts_only(
    boss: FlaskClient, own: Forbund
) -> None:
    page = boss.get(f"/f/{own.slug}/anvandare/bjud-in").text
    office = re.search(r'<option value="([^"]+)"[^>]*>Förbundet alfas kansli', page)
    assert office is not None
    asked = {"name": "Kim", "organisation_id": office[1], "way": "OIDC", "roles": ["BOARD"]}
    answer = boss.post(f"/f/{own.slug}/anvandare/bjud-in", data=asked)
    assert answer.status_code == 422
    assert "Därifrån går det bara att logga in med Konto i Fyrklang." in answer.text


@pytest.fixture
def page(app: Flask, browser: Browser) -> Iterator[Page]:
    """A browser of somebody who has never been here, with script turned off."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    context = browser.new_context(
        base_url=f"http://127.0.0.1:{server.server_port}",
        viewport={"width": 1280, "height": 900},
        java_script_enabled=False,
        locale="sv-SE",
    )
    yield context.new_page()
    context.close()
    server.shutdown()
    thread.join()


def send(page: Page, **typed: str) -> None:
    """Fill in and send the form."""
    for name, value in typed.items():
        page.fill(f"#f-{name}", value)
    page.click("main form.fy-form button[type=submit]")


def test_from_invitation_to_logged_in_and_in_again(page: Page, boss: FlaskClient, own: Forbund) -> None:
    code = invite(boss, own)
    page.goto("/logga-in")
    page.click("text=Logga in med ett konto i Fyrklang")
    page.click("text=Har du fått en inbjudan?")
    send(page, inbjudan="ABCD-EFGH-JKMN-PQRS")
    assert "Koden fungerar inte" in page.inner_text("main")
    send(page, inbjudan=code.lower())
    assert "Kim Prov från Förbundet alfas kansli" in page.inner_text("main")
    secret = page.inner_text("main code").replace(" ", "")
    assert page.get_attribute("main img", "src").startswith("data:image/svg+xml")
    totp = pyotp.TOTP(secret)
    send(page, kod="000000", losenord="kort")
    said = page.inner_text("main")
    assert "Siffrorna stämmer inte" in said
    assert "minst 15 tecken" in said
    assert page.inner_text("main code").replace(" ", "") == secret
    assert page.input_value("#f-losenord") == ""
    send(page, kod=totp.now(), losenord=PASSWORD)
    assert "Kontot är klart" in page.inner_text("h1")
    login = re.search(rf"[{ALPHABET}]{{8}}", page.inner_text(".fy-plain__lead"))
    assert login is not None
    recovery = CODE.findall(page.inner_text("main"))
    assert len(recovery) == 8
    page.click("text=Jag har sparat dem")
    assert page.url.endswith(f"/f/{own.slug}/")
    assert page.goto(f"/f/{own.slug}/medlemmar").status == 200
    assert page.goto(f"/f/{own.slug}/anvandare").status == 403
    page.goto("/logga-in/starkare?niva=3")
    assert "inte godkänd för den nivån" in page.inner_text("main")
    page.goto("/mina-inloggningar")
    assert page.is_visible("text=Byt lösenord eller kodapp")
    page.context.clear_cookies()
    page.goto(f"/logga-in/konto?nasta=/f/{own.slug}/medlemmar")
    send(page, kontonamn=login[0], losenord="fel lösenord igen", kod="000000")
    said = page.inner_text("main")
    assert "Kontonamnet, lösenordet eller koden stämmer inte" in said
    assert page.input_value("#f-kontonamn") == login[0]
    assert page.input_value("#f-losenord") == ""
    send(page, losenord=PASSWORD, kod=totp.at(time.time() + 30))
    assert page.url.endswith(f"/f/{own.slug}/medlemmar")
    page.context.clear_cookies()
    page.goto("/logga-in/konto/aterstall")
    send(page, kontonamn=login[0], aterstallning=recovery[3])
    assert "Fyll i lösenordet, eller koden från appen" in page.inner_text("main")
    send(page, losenord=PASSWORD)
    renewed = pyotp.TOTP(page.inner_text("main code").replace(" ", ""))
    send(page, kod=renewed.now(), losenord="sju getter på en holme")
    assert "Kontot är klart" in page.inner_text("h1")
    assert page.goto("/logga-in/konto/skydd").status == 410


def test_the_pages_hold_for_everyone(
    app: Flask, browser: Browser, page: Page, boss: FlaskClient, own: Forbund
) -> None:
    code = invite(boss, own)
    page.goto("/logga-in/konto/nytt")
    send(page, inbjudan=code)
    base = page.url.split("/logga-in")[0]
    name = app.extensions["fyrklang.identity"].sessions.cookie_name
    held = boss.get_cookie(name)
    assert held is not None
    signed_in = {"name": name, "value": held.value, "url": base}
    shots = os.environ.get("FYRKLANG_SHOTS")
    for scheme, width in (("light", 1280), ("dark", 390)):
        context = browser.new_context(
            base_url=base, viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
        )
        context.add_cookies(page.context.cookies())  # type: ignore[arg-type]
        seen = context.new_page()
        for path in ("konto", "konto/aterstall", "konto/skydd", "prova", f"/f/{own.slug}/inloggningar"):
            if path == "prova":
                context.add_cookies([signed_in])  # type: ignore[list-item]
            seen.goto(path if path.startswith("/") else f"/logga-in/{path}")
            if path in ("konto", "konto/aterstall"):
                seen.click("main form.fy-form button[type=submit]")
            assert axe(seen) == [], f"{path} {scheme} {width}"
            assert sideways(seen) == 0
            if shots:
                shot = f"{path.strip('/').replace('/', '-')}-{width}.png"
                seen.screenshot(path=str(Path(shots) / shot), full_page=True)
        context.close()


def test_the_administrator_sees_where_everyone_logs_in(app: Flask, boss: FlaskClient, own: Forbund) -> None:
    identity = app.extensions["fyrklang.identity"]
    with psycopg.connect(identity.config.url_for("migrator").replace("+psycopg", "")) as conn:
        for code, linked in (("X-PROV-A", True), ("X-PROV-B", False)):
            organisation = uuid4()
            conn.execute(
                "INSERT INTO registry.organisation (id, kind, code, name, synthetic) "
                "VALUES (%s, 'KOMMUN', %s, %s, true)",
                (organisation, f"{code}-{own.slug}", f"{code} kommun"),
            )
            conn.execute(
                "INSERT INTO office.member (tenant_id, id, organisation_id, party_kind, name) "
                "VALUES (%s, %s, %s, 'KOMMUN', %s)",
                (own.id, uuid4(), organisation, f"{code} kommun"),
            )
            if linked:
                conn.execute("INSERT INTO registry.organisation_issuer VALUES (%s, 'prov')", (organisation,))
    shown = boss.get(f"/f/{own.slug}/inloggningar")
    assert shown.status_code == 200
    for words in (
        "Konto i Fyrklang", "Förbundet alfas kansli", "2 enligt avtalet", "Provinloggningen", "X-PROV-A kommun",
        "4 enligt avtalet", "https://prov.test", "Medlemmar utan inloggning", "X-PROV-B kommun",
    ):  # fmt: skip
        assert words in shown.text
    assert f"/f/{own.slug}/inloggningar" in boss.get(f"/f/{own.slug}/anvandare").text
    identity.health.good("prov", "metadata")
    assert "Svarar<" in boss.get(f"/f/{own.slug}/inloggningar").text
    identity.health.failed("prov", "unreachable", down=True)
    assert "Svarar inte just nu" in boss.get(f"/f/{own.slug}/inloggningar").text
    identity.health.good("prov", "metadata")
    member = sign_in(app, (own, Role.BOARD))
    assert member.get(f"/f/{own.slug}/inloggningar").status_code == 403
