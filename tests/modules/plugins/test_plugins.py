"""What an administrator does with plugins, through the HTML door, on the bundled example."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from fyrklang.access.permissions import Role
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.sdk.plugins import settings
from fyrklang.sdk.plugins.models import PluginSettings
from fyrklang.sdk.plugins.shelf import SHELF
from fyrklang.tenancy.session import tenant_session
from tests.people import Forbund, make_forbund, sign_in

GOOD = {"halsning": "God dag", "dagar": "15", "kon": "alla", "nyckel": "hemligt-ord"}


@pytest.fixture
def home(config: Config) -> Forbund:
    return make_forbund(config, "tillagg")


@pytest.fixture
def admin(app: Flask, home: Forbund) -> FlaskClient:
    return sign_in(app, (home, Role.TENANT_ADMIN))


def turn(admin: FlaskClient, home: Forbund, to: str) -> None:
    answer = admin.post(f"/f/{home.slug}/tillagg/example/lage", data={"to": to})
    assert answer.status_code == 303, answer.text


def test_off_is_as_if_it_were_not_there(
    app: Flask, config: Config, admin: FlaskClient, home: Forbund
) -> None:
    doors = ("/f/{}/t/{}/start", "/f/{}/t/{}/fil/insatser", "/api/v1/f/{}/plugins/{}/antal")
    other = make_forbund(config, "granne")
    reader = sign_in(app, (other, Role.DIRECTOR))

    def same_as_missing(browser: FlaskClient, forbund: Forbund) -> None:
        for door in doors:
            off, missing = (browser.get(door.format(forbund.slug, name)) for name in ("example", "finnsinte"))
            assert off.status_code == missing.status_code == 404
            assert off.data.replace(b"example", b"finnsinte") == missing.data

    same_as_missing(admin, home)
    turn(admin, home, "on")
    assert all(admin.get(door.format(home.slug, "example")).status_code == 200 for door in doors)
    assert f"/f/{home.slug}/t/example/start" in admin.get(f"/f/{home.slug}/").text
    same_as_missing(reader, other)
    assert "/t/example/" not in reader.get(f"/f/{other.slug}/").text
    turn(admin, home, "off")
    same_as_missing(admin, home)
    assert "/t/example/" not in admin.get(f"/f/{home.slug}/").text


def test_settings_are_judged_saved_marked_and_taken_back(
    admin: FlaskClient, home: Forbund, database: Database
) -> None:
    address = f"/f/{home.slug}/tillagg/example"
    wrong = admin.post(address, data={**GOOD, "dagar": "900"})
    assert wrong.status_code == 422
    assert "Skriv ett tal mellan 1 och 90." in wrong.text
    assert 'value="God dag"' in wrong.text
    assert admin.post(address, data=GOOD).status_code == 303
    shown = admin.get(address).text
    assert "ändrat från 10" in shown
    assert "hemligt-ord" not in shown
    assert "Kan inte visas igen" in shown
    found = SHELF.get("example")
    assert found is not None
    assert admin.post(address, data={**GOOD, "halsning": "Tja", "nyckel": ""}).status_code == 303
    with tenant_session(database, home.context) as session:
        assert settings.in_use(session, found)["nyckel"] == "hemligt-ord"
        stored = [(row.chosen, row.secrets) for row in session.query(PluginSettings)]
        assert "hemligt-ord" not in repr(stored)
    assert admin.post(f"{address}/aterstall", data={"version": "1"}).status_code == 303
    with tenant_session(database, home.context) as session:
        assert settings.in_use(session, found)["halsning"] == "God dag"
    assert admin.post(f"{address}/aterstall", data={"version": "99"}).status_code == 404


def test_a_dry_run_saves_nothing(admin: FlaskClient, home: Forbund, database: Database) -> None:
    answer = admin.post(f"/f/{home.slug}/tillagg/example", data={**GOOD, "deed": "try"})
    assert answer.status_code == 200
    assert "Provkörningen gick bra" in answer.text
    with tenant_session(database, home.context) as session:
        assert session.query(PluginSettings).count() == 0


def test_its_own_page_and_file(app: Flask, admin: FlaskClient, home: Forbund) -> None:
    turn(admin, home, "on")
    address = f"/f/{home.slug}/t/example/anteckna"
    assert "Skriv minst tre tecken." in admin.post(address, data={"rubrik": "x"}).text
    assert (
        "Anteckningen är sparad." in admin.post(address, data={"rubrik": "<b>Rubrik</b>", "ord": "Ord"}).text
    )
    assert "&lt;b&gt;Rubrik" in admin.get(address).text
    assert sign_in(app, (home, Role.BOARD)).get(address).status_code == 403
    file = admin.get(f"/f/{home.slug}/t/example/fil/insatser")
    assert load_workbook(io.BytesIO(file.data)).active["A1"].value == "Påhittade uppgifter"


def test_only_the_administrator_decides(app: Flask, home: Forbund) -> None:
    for role in (Role.DIRECTOR, Role.CASE_WORKER):
        browser = sign_in(app, (home, role))
        assert browser.get(f"/f/{home.slug}/tillagg").status_code == 403
        assert browser.post(f"/f/{home.slug}/tillagg/example/lage", data={"to": "on"}).status_code == 403
