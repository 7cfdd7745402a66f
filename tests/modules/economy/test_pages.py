"""A year's money as the people of the office handle it."""

from __future__ import annotations

from io import BytesIO
from uuid import UUID, uuid4

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from fyrklang.access.permissions import Role
from fyrklang.kernel.config import Config
from tests.modules.economy.test_sie import FILE
from tests.people import Forbund, make_forbund, sign_in


@pytest.fixture
def own(config: Config) -> Forbund:
    made = make_forbund(config, "kassa")
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", "")) as conn:
        for kind in ("FK", "AF", "REGION", "KOMMUN", "KOMMUN"):
            conn.execute(
                "INSERT INTO registry.organisation (id, kind, code, name, synthetic) "
                "VALUES (%(org)s, %(kind)s, %(code)s, %(code)s, true)",
                {"org": (org := uuid4()), "kind": kind, "code": f"prov-{org.hex[:8]}"},
            )
            conn.execute("SELECT set_config('fyrklang.ctx', '', true)")
            conn.execute(
                "INSERT INTO office.member (tenant_id, id, organisation_id, party_kind, name, source) "
                "VALUES (%s, %s, %s, %s, %s, 'OWN')",
                (made.id, uuid4(), org, kind, f"{kind} {org.hex[:4]}"),
            )
    return made


@pytest.fixture
def chief(app: Flask, own: Forbund) -> FlaskClient:
    return sign_in(app, (own, Role.DIRECTOR))


def test_a_year_from_empty_to_called_and_paid(app: Flask, chief: FlaskClient, own: Forbund) -> None:
    home = f"/f/{own.slug}/ekonomi"
    assert "Årets bidrag är inte angivet" in chief.get(f"{home}?year=2025").text
    refused = chief.post(f"{home}/ar?year=2025", data={"total": "åtta"})
    assert refused.status_code == 422
    assert 'value="åtta"' in refused.text
    saved = chief.post(f"{home}/ar?year=2025", data={"total": "8 400 000,01", "decision": "§ 42"})
    assert saved.status_code == 303
    api = f"/api/v1/f/{own.slug}/economy/2025/financing"
    before = chief.get(api).json
    assert sum(item["owed"] for item in before["items"]) == before["total"] == 840_000_001
    assert before["balanced"] is True
    key = {item["organisation_id"]: "3" for item in before["items"]}
    key[before["items"][-1]["organisation_id"]] = "1"
    assert chief.post(f"{home}/nyckel?year=2025", data=key).status_code == 303
    for quarter in ("1", "4"):
        assert chief.post(f"{home}/rekvirera?year=2025", data={"quarter": quarter}).status_code == 303
    assert chief.post(f"{home}/rekvirera?year=2025", data={"quarter": "4"}).status_code == 409
    called = chief.get(api).json["items"]
    assert all(item["called"] == item["owed"] for item in called)
    assert called[-2]["owed"] > 2 * called[-1]["owed"]
    paid = {"organisation_id": called[0]["organisation_id"], "amount": "100", "on_date": "2025-03-01"}
    assert chief.post(f"{home}/betalning?year=2025", data=paid).status_code == 303
    page = chief.get(f"{home}?year=2025")
    assert "50/25/25 stämmer" in page.text
    assert "som inte är betalt" in page.text
    board = sign_in(app, (own, Role.BOARD))
    assert board.get(f"{home}?year=2025").status_code == 200
    assert board.get(f"{home}/ar?year=2025").status_code == 403


def upload(client: FlaskClient, own: Forbund, text: str, name: str = "bok.se"):
    file = (BytesIO(text.encode("cp437")), name)
    return client.post(f"/f/{own.slug}/ekonomi/bokforing", data={"file": file})


def test_bookkeeping_counts_first_when_confirmed_and_is_undone(chief: FlaskClient, own: Forbund) -> None:
    budget = f"/api/v1/f/{own.slug}/economy/2025/budget"
    staged = upload(chief, own, FILE)
    assert staged.status_code == 303
    assert chief.get(budget).json["items"] == []
    waiting = chief.post(staged.location, data={"deed": "confirm"})
    assert waiting.status_code == 422
    assert "Välj var konto 5010" in waiting.text
    assert chief.get(budget).json["items"] == []
    choices = {"target.5010.": "PREMISES", "target.7010.0001": "STAFF"}
    assert chief.post(staged.location, data=choices).status_code == 303
    spent = {item["target"]: item["actual"] for item in chief.get(budget).json["items"]}
    assert spent == {"PREMISES": 1_250_50, "STAFF": 13_200_00}
    assert "redan inläst" in upload(chief, own, FILE).text
    more = FILE + "#VER A 2 20250301 Hyra\n{\n#TRANS 5010 {} 100.00\n#TRANS 1930 {} -100.00\n}\n"
    more += "#VER A 3 20250302 Annat\n{\n#TRANS 5999 {} 7.00\n#TRANS 1930 {} -7.00\n}\n"
    again = upload(chief, own, more)
    shown = chief.get(again.location).text
    assert "verifikation A1 är redan inläst" in shown
    assert "konto 5999 finns inte i filens kontoplan" in shown
    assert chief.get(f"{again.location}/rader.xlsx").data[:2] == b"PK"
    # The places are remembered, so nothing needs to be chosen.
    assert chief.post(again.location, data={"deed": "confirm"}).status_code == 303
    spent = {item["target"]: item["actual"] for item in chief.get(budget).json["items"]}
    assert spent["PREMISES"] == 1_350_50
    assert chief.post(again.location, data={"deed": "undo"}).status_code == 303
    spent = {item["target"]: item["actual"] for item in chief.get(budget).json["items"]}
    assert spent["PREMISES"] == 1_250_50


def test_a_broken_file_leaves_nothing(chief: FlaskClient, own: Forbund) -> None:
    refused = upload(chief, own, FILE.replace("-1250.50", "-1250.5x"))
    assert refused.status_code == 422
    assert "Rad 21: Beloppet går inte att läsa" in refused.text
    assert "Ingen fil är inläst än" in chief.get(f"/f/{own.slug}/ekonomi/bokforing").text


def test_budget_forecast_and_what_saved_money_costs_next_year(chief: FlaskClient, own: Forbund) -> None:
    home = f"/f/{own.slug}/ekonomi"
    values = {"budget": "900 000", "forecast": "850 000", "comment": "Vakans"}
    assert chief.post(f"{home}/budget/STAFF/FINSAM?year=2025", data=values).status_code == 303
    chief.post(f"{home}/budget/STAFF/ESF?year=2025", data={"budget": "500 000"})
    cost = {"target": "STAFF", "amount": "12,50", "on_date": "2025-05-05"}
    assert chief.post(f"{home}/utfall", data=cost).status_code == 303
    items = chief.get(f"/api/v1/f/{own.slug}/economy/2025/budget").json["items"]
    found = {(item["target"], item["fund"]): (item["budget"], item["actual"]) for item in items}
    assert found == {("STAFF", "FINSAM"): (900_000_00, 12_50), ("STAFF", "ESF"): (500_000_00, 0)}
    page = chief.get(f"{home}/budget?year=2025").text
    assert "Vakans" in page
    assert chief.post(f"{home}/budget/utkast?year=2026").status_code == 303
    chief.post(f"{home}/ar?year=2025", data={"total": "8 000 000"})
    assert (
        chief.post(f"{home}/kapital/andra", data={"year": "2024", "closing": "1 000 000"}).status_code == 303
    )
    capital = chief.get(f"/api/v1/f/{own.slug}/economy/2025/capital").json
    # One million, plus eight, less the forecast; at most a fifth of eight is recommended; half may go.
    assert capital["forecast"] == 8_150_000_00
    assert capital["recommended"] == 1_600_000_00
    assert capital["effect"] == (8_150_000_00 - 1_600_000_00) // 2
    assert "kan minska statens tilldelning 2026" in chief.get(f"{home}/kapital?year=2025").text
    assert chief.get(f"{home}/excel?year=2025").data[:2] == b"PK"


def test_an_unknown_post_is_missing(chief: FlaskClient, own: Forbund) -> None:
    for target in ("NOPE", str(UUID(int=7))):
        answer = chief.get(f"/f/{own.slug}/ekonomi/budget/{target}/FINSAM")
        assert answer.status_code == 404
