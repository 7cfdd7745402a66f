"""Seats with terms, and staff promised against filled."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from fyrklang.access.permissions import Role
from fyrklang.kernel import clock
from fyrklang.kernel.config import Config
from tests.people import Forbund, make_forbund, sign_in


@pytest.fixture
def own(config: Config) -> Forbund:
    return make_forbund(config, "parter")


@pytest.fixture
def kommun(config: Config, own: Forbund) -> UUID:
    """An invented kommun that is a member since 2025."""
    organisation = uuid4()
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", "")) as conn:
        conn.execute(
            "INSERT INTO registry.organisation (id, kind, code, name, synthetic) "
            "VALUES (%s, 'KOMMUN', %s, 'Provby kommun', true)",
            (organisation, f"prov-{organisation.hex[:8]}"),
        )
        conn.execute(
            "INSERT INTO office.member (tenant_id, id, organisation_id, party_kind, name, valid_from, source) "
            "VALUES (%s, %s, %s, 'KOMMUN', 'Provby kommun', '2025-01-01', 'OWN')",
            (own.id, uuid4(), organisation),
        )
    return organisation


@pytest.fixture
def chief(app: Flask, own: Forbund) -> FlaskClient:
    return sign_in(app, (own, Role.DIRECTOR))


def test_a_seat_has_a_term_and_one_chair_at_a_time(
    app: Flask, chief: FlaskClient, own: Forbund, kommun: UUID, config: Config
) -> None:
    url = f"/f/{own.slug}/medlemmar/styrelse"
    assert "Ingen plats är registrerad" in chief.get(url).text
    seat = {
        "name": "Prova Ordförande",
        "role": "CHAIR",
        "organisation_id": str(kommun),
        "valid_from": "2025-02-01",
    }
    early = chief.post(url, data={**seat, "valid_from": "2024-02-01"})
    assert early.status_code == 422
    assert "Välj en medlem den dagen." in early.text
    assert 'value="Prova Ordförande"' in early.text
    assert chief.post(url, data=seat).status_code == 303
    assert "Platsen är redan besatt" in chief.post(url, data=seat).text
    assert chief.post(url, data={**seat, "role": "SUBSTITUTE", "name": "Prova Ersättare"}).status_code == 303
    page = chief.get(url).text
    assert "Ordförande" in page
    assert "Prova Ersättare" in page
    with psycopg.connect(config.database_url) as conn:
        query = "SELECT id FROM office.seat WHERE tenant_id = %s AND role = 'CHAIR'"
        [(seat_id,)] = conn.execute(query, (own.id,)).fetchall()
    assert chief.post(f"{url}/{seat_id}", data={"last_day": "2025-01-01"}).status_code == 422
    yesterday = str(clock.today() - timedelta(days=1))
    assert chief.post(f"{url}/{seat_id}", data={"last_day": yesterday}).status_code == 303
    assert "Prova Ordförande" not in chief.get(url).text
    assert chief.post(url, data={**seat, "valid_from": str(clock.today())}).status_code == 303
    board = sign_in(app, (own, Role.BOARD))
    assert board.get(url).status_code == 200
    assert board.post(url, data=seat).status_code == 403


def test_promised_is_set_against_filled(
    chief: FlaskClient, own: Forbund, kommun: UUID, config: Config
) -> None:
    url = f"/f/{own.slug}/medlemmar/utlanad-personal"
    assert "Ingen utlånad personal är registrerad" in chief.get(url).text
    post = {"profession": "Koordinator", "organisation_id": str(kommun), "valid_from": "2025-03-01"}
    assert chief.post(url, data={**post, "percent": "75", "person": "Prova Koordinator"}).status_code == 303
    assert chief.post(url, data={**post, "percent": "50"}).status_code == 303
    assert chief.post(url, data={**post, "percent": "101"}).status_code == 422
    foreign = chief.post(url, data={**post, "percent": "10", "intervention_id": str(uuid4())})
    assert "Välj en insats." in foreign.text
    cells = sums(chief, url)
    assert cells == ["125 %", "75 %", "50 %"]
    with psycopg.connect(config.database_url) as conn:
        query = "SELECT id FROM office.secondment WHERE tenant_id = %s AND person = ''"
        [(vacant,)] = conn.execute(query, (own.id,)).fetchall()
    assert chief.post(f"{url}/{vacant}", data={"person": "Prova Handläggare"}).status_code == 303
    assert sums(chief, url) == ["125 %", "125 %", "0 %"]


def sums(client: FlaskClient, url: str) -> list[str]:
    """Promised, filled and vacant in the sum row."""
    foot = client.get(url).text.split("<tfoot")[1].split("</tfoot>")[0]
    return [cell.split("<")[0] for cell in foot.split('">') if cell.split("<")[0].endswith("%")]
