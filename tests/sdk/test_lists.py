"""Lists as files and with columns of one's own: every row, in three kinds, and text stays text."""

from __future__ import annotations

import csv
import io
import re
from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import Markup
from openpyxl import load_workbook

from fyrklang.access.permissions import Role
from fyrklang.kernel.config import Config
from fyrklang.sdk.lists import sheet_of
from fyrklang.web.tables import Cell, Column, Row, Table
from tests.people import Forbund, make_forbund, sign_in

MANY = 130
"""More than a page of the list holds."""


@pytest.fixture(scope="module")
def own(config: Config) -> Forbund:
    made = make_forbund(config, "listor")
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", "")) as conn:
        for number in range(MANY):
            conn.execute(
                "INSERT INTO office.intervention (tenant_id, id, name, direction, follow_up_method, focus, format, "
                "status, starts_on) VALUES (%s, %s, %s, 'INDIVIDUAL', 'COUNT_ONLY', 'TEAM', 'TEAM', %s, '2020-01-01')",
                (made.id, uuid4(), f"=Insats {number:03}", "RUNNING" if number % 2 else "DECIDED"),
            )
    return made


@pytest.fixture
def lead(app: Flask, own: Forbund) -> FlaskClient:
    return sign_in(app, (own, Role.DIRECTOR))


def rows_of(answer: object) -> list[list[str]]:
    text = answer.data.decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def test_a_file_holds_every_row_of_what_was_chosen(lead: FlaskClient, own: Forbund) -> None:
    page = f"/f/{own.slug}/insatser"
    whole = lead.get(page, query_string={"fil": "csv", "page": 2})
    names = [row[0] for row in rows_of(whole) if row and row[0].startswith("'=Insats")]
    assert len(set(names)) == len(names) == MANY
    assert "pahittat-" in whole.headers["Content-Disposition"]
    half = rows_of(lead.get(page, query_string={"fil": "csv", "status": "RUNNING"}))
    assert sum(row[:1] != [] and "=Insats" in row[0] for row in half) == MANY // 2
    assert any(f"{MANY // 2 + 1} rader" in cell for row in half[:4] for cell in row)
    book = load_workbook(io.BytesIO(lead.get(page, query_string={"fil": "xlsx"}).data)).active
    assert book is not None
    cells = [cell for row in book.iter_rows() for cell in row]
    assert sum(str(cell.value).startswith("=Insats") for cell in cells) == MANY
    assert not [cell for cell in cells if cell.data_type == "f"]
    document = lead.get(page, query_string={"fil": "pdf"}).data
    assert document.startswith(b"%PDF-")
    assert b"pdfuaid:part" in document


def test_columns_are_chosen_in_the_address_and_follow_into_the_file(lead: FlaskClient, own: Forbund) -> None:
    page = f"/f/{own.slug}/insatser"
    all_of_it = lead.get(page).text
    assert "Till arbete eller studier</th>" in all_of_it
    some = lead.get(page, query_string={"kol": ["status"], "status": "RUNNING"}).text
    assert "Till arbete eller studier</th>" not in some
    assert 'name="status" value="RUNNING"' in some
    header = rows_of(lead.get(page, query_string={"kol": "status", "fil": "csv"}))[4]
    assert header == ["Insats", "Insats, tillägg", "Status"]
    nonsense = lead.get(page, query_string={"kol": "finns-inte"}).text
    assert "Till arbete eller studier</th>" in nonsense
    assert lead.get(f"/f/{own.slug}/medlemmar", query_string={"fil": "exe"}).mimetype == "text/html"


def test_only_those_who_see_a_list_get_its_file(app: Flask, own: Forbund, config: Config) -> None:
    other = make_forbund(config, "annan")
    stranger = sign_in(app, (other, Role.DIRECTOR))
    assert stranger.get(f"/f/{own.slug}/insatser?fil=csv").status_code == 404


def test_numbers_stay_numbers_and_blanks_say_why() -> None:
    table = Table(
        "Prov",
        [Column("a", "Namn"), Column("n", "Antal", "number"), Column("m", "Bild", "mark")],
        [
            Row(
                {"a": Cell(Markup("<b>Åsa &amp; Bo</b>"), note="team"), "n": 1200, "m": Markup("<svg></svg>")}
            ),
            Row({"a": "Två", "n": Cell(blank="protected")}),
            Row({"a": "Summa", "n": 1200}, kind="sum"),
        ],
    )
    sheet = sheet_of(table)
    assert sheet.header == ["Namn", "Namn, tillägg", "Antal"]
    assert sheet.rows == [["Åsa & Bo", "team", 1200], ["Två", "", "Skyddat värde"], ["Summa", "", 1200]]
    assert "3 rader" in sheet.preface[-1]


def test_a_narrowed_list_is_saved_shared_and_removed(app: Flask, lead: FlaskClient, own: Forbund) -> None:
    page, door = f"/f/{own.slug}/insatser", f"/f/{own.slug}/listor"
    query = "status=RUNNING&kol=status&q=namn&fil=csv&page=2"
    assert "Spara som lista" in lead.get(f"{page}?status=RUNNING").text
    told = {"place": "interventions.portfolio", "query": query}
    nameless = lead.post(door, data=told)
    assert nameless.status_code == 422
    assert "Skriv vad listan ska heta" in nameless.text
    own_one = lead.post(door, data={**told, "name": "Bara min"})
    assert own_one.status_code == 303
    assert own_one.location.endswith("/insatser?status=RUNNING&kol=status")
    assert lead.post(door, data={**told, "name": "Bara min"}).status_code == 422
    assert lead.post(door, data={**told, "name": "Allas", "shared": "1"}).status_code == 303
    colleague = sign_in(app, (own, Role.PROCESS_LEAD))
    seen = colleague.get(page).text
    assert "Allas" in seen
    assert "Bara min" not in seen
    assert "Ta bort listan" not in colleague.get(f"{page}?status=RUNNING&kol=status").text
    mine = lead.get(f"{page}?status=RUNNING&kol=status").text
    doors = re.findall(r"/listor/[0-9a-f-]+/ta-bort", mine)
    assert len(doors) == 2
    assert colleague.post(f"/f/{own.slug}{doors[0]}").status_code == 404
    for one in doors:
        assert lead.post(f"/f/{own.slug}{one}").status_code == 303
    assert "Allas" not in colleague.get(page).text
    for elsewhere in ("cases.index", "finns.inte", "interventions.show"):
        assert lead.post(door, data={**told, "place": elsewhere, "name": "x"}).status_code == 422
    odd = lead.post(door, data={**told, "query": "slug=annan&endpoint=x&_anchor=y", "name": "Udda"})
    assert odd.status_code == 303
    assert odd.location.startswith(f"{page}?")
