"""The same figures by every door, and a frozen pack that a correction does not move."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from uuid import UUID

import pytest
from docx import Document
from flask import Flask
from flask.testing import FlaskClient

from fyrklang.access.permissions import Role
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.modules.interventions.models import COUNT_FIELDS
from fyrklang.modules.reports import present, service
from fyrklang.sdk.facts import Touched, recompute
from fyrklang.sdk.figures import Figure
from fyrklang.tenancy.session import tenant_session
from tests.people import Forbund, act, make_forbund, sign_in

YEAR = 2025
NAMES = ("Team Åsen", "Stegen", "Kompassen", "Rörelse")


@pytest.fixture
def own(config: Config) -> Forbund:
    return make_forbund(config, "rapport")


@pytest.fixture
def chief(app: Flask, own: Forbund) -> FlaskClient:
    return sign_in(app, (own, Role.DIRECTOR))


def plain(text: str) -> str:
    """Text as it is read: no tags, plain spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)).strip()


@pytest.fixture
def insatser(app: Flask, own: Forbund, database: Database) -> dict[str, str]:
    """Four insatser with counts, budget and cost; returns name to id."""
    lead = sign_in(app, (own, Role.TENANT_ADMIN))
    found = {}
    for place, name in enumerate(NAMES, start=1):
        insats = {
            "name": name,
            "direction": "INDIVIDUAL",
            "focus": "TEAM",
            "format": "TEAM",
            "starts_on": "2024-01-01",
        }
        made = lead.post(f"/f/{own.slug}/insatser/ny", data={**insats, "status": "RUNNING"})
        found[name] = made.location.rsplit("/", 1)[1]
        for quarter in (1, 2, 3, 4):
            count(lead, own, found[name], quarter, 10 + 3 * place)
        url = f"/f/{own.slug}/ekonomi/budget/{found[name]}/FINSAM?year={YEAR}"
        assert lead.post(url, data={"budget": f"{place}00 000"}).status_code == 303
        cost = {"target": found[name], "amount": f"{place}1 000,50", "on_date": "2025-09-05"}
        assert lead.post(f"/f/{own.slug}/ekonomi/utfall", data=cost).status_code == 303
    recount(own, database)
    return found


def count(client: FlaskClient, own: Forbund, insats: str, quarter: int, size: int) -> None:
    numbers = dict(zip(COUNT_FIELDS, (size, size + 5, size, size, size // 2), strict=True))
    data = {f"{sex}_{name}": str(value) for sex in "KM" for name, value in numbers.items()}
    url = f"/f/{own.slug}/insatser/{insats}/antal?year={YEAR}&quarter={quarter}"
    assert client.post(url, data=data).status_code == 303


def recount(own: Forbund, database: Database) -> None:
    with tenant_session(database, own.context, role="worker") as session:
        recompute(session, Touched())


def make(client: FlaskClient, own: Forbund, kind: str) -> str:
    made = client.post(f"/f/{own.slug}/rapporter", data={"kind": kind, "year": str(YEAR), "period": "0"})
    assert made.status_code == 303, made.text
    return made.location


def test_twenty_figures_are_the_same_by_every_door(
    chief: FlaskClient, own: Forbund, insatser: dict[str, str], database: Database
) -> None:
    board, annual = (make(chief, own, kind) for kind in ("BOARD", "ANNUAL"))
    for location in (board, annual):
        assert chief.post(f"{location}/frys").status_code == 303
    api = chief.get(f"/api/v1/f/{own.slug}/reports/figures/{YEAR}/0").json["items"]
    wanted = {
        (item["subject"], item["code"]): item
        for item in api
        if item["code"] in ("women", "men", "participants", "budget", "actual")
        and item["subject"] in insatser.values()
    }
    assert len(wanted) == 20
    sheet = plain(chief.get(f"/f/{own.slug}/rapporter/uppfoljning?year={YEAR}").text)
    answer = chief.get(f"/f/{own.slug}/rapporter/uppfoljning.csv?year={YEAR}")
    lines = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    header = next(line for line in lines if line[:1] == ["Insats eller post"])
    rows = {line[0]: dict(zip(header, line, strict=True)) for line in lines if len(line) == len(header)}
    budget = chief.get(f"/api/v1/f/{own.slug}/economy/{YEAR}/budget").json["items"]
    money = {item["target"]: item for item in budget}
    packs = [frozen_rows(own, location, database) for location in (board, annual)]
    for (subject, code), item in wanted.items():
        shown = present.words(Figure(**item))
        label = present.SHEET_CODES[code]
        assert plain(shown) in sheet
        ore = item["unit"] == "ore"
        in_file = f"{item['value'] / 100:.2f}".replace(".", ",") if ore else str(item["value"])
        assert rows[item["name"]][label] == in_file
        for pack in packs:
            assert pack[item["name"]][label] == shown
        if ore:
            assert money[subject][code] == item["value"]
        if code == "participants":
            page = plain(chief.get(f"/f/{own.slug}/insatser/{subject}?year={YEAR}").text)
            assert f"Deltagare {YEAR} {shown}" in page


def frozen_rows(own: Forbund, location: str, database: Database) -> dict[str, dict[str, str]]:
    """What the PDF of a pack shows: row name to heading to text."""
    actor = act(database, own, Role.DIRECTOR)
    with actor.session:
        pack = service.get_pack(actor, UUID(location.rsplit("/", 1)[1]))
        content = present.pdf_content(pack, "Prov", synthetic=True)
    header, *lines = content["sheet"]
    return {line[0]: dict(zip(header, line, strict=True)) for line in lines}


def test_a_correction_moves_the_live_page_and_not_the_frozen_pack(
    app: Flask, chief: FlaskClient, own: Forbund, insatser: dict[str, str], database: Database
) -> None:
    location = make(chief, own, "BOARD")
    assert chief.post(f"{location}/del/stories", data={"text": "=1+1", "status": "DONE"}).status_code == 303
    assert chief.post(f"{location}/frys").status_code == 303
    assert "Inga uppgifter har ändrats" in chief.get(location).text
    before = chief.get(
        location.replace(f"/f/{own.slug}/rapporter", f"/api/v1/f/{own.slug}/reports") + "/figures"
    ).json
    team = insatser["Team Åsen"]
    count(sign_in(app, (own, Role.TENANT_ADMIN)), own, team, 4, 90)
    recount(own, database)
    cost = {"target": team, "amount": "7", "on_date": "2025-10-05"}
    chief.post(f"/f/{own.slug}/ekonomi/utfall", data=cost)
    page = plain(chief.get(location).text)
    assert "Uppgifter har ändrats sedan rapporten frystes" in page
    assert "11 000,50 kr 11 007,50 kr" in page
    after = chief.get(
        location.replace(f"/f/{own.slug}/rapporter", f"/api/v1/f/{own.slug}/reports") + "/figures"
    ).json
    assert after == before
    live = plain(chief.get(f"/f/{own.slug}/rapporter/uppfoljning?year={YEAR}").text)
    assert "11 007,50 kr" in live
    assert chief.post(f"{location}/frys").status_code == 409
    assert chief.post(f"{location}/del/stories", data={"text": "annat", "status": "DONE"}).status_code == 409


def test_files_open_and_hold_no_formula(chief: FlaskClient, own: Forbund, insatser: dict[str, str]) -> None:
    location = make(chief, own, "ANNUAL")
    assert "utkast" in chief.get(f"/f/{own.slug}/rapporter").text
    assert "deltagare, varav kvinnor" in chief.get(f"{location}/del/results").text
    made = chief.get(f"{location}/fil.pdf")
    assert made.data[:5] == b"%PDF-"
    assert b"pdfuaid" in made.data
    book = chief.get(f"{location}/fil.xlsx")
    with zipfile.ZipFile(io.BytesIO(book.data)) as content:
        assert not any(b"<f>" in content.read(name) for name in content.namelist())
    assert chief.get(f"{location}/fil.exe").status_code == 404


def test_the_word_file_says_what_the_pdf_says(
    chief: FlaskClient, own: Forbund, insatser: dict[str, str], database: Database
) -> None:
    location = make(chief, own, "BOARD")
    words = "Första stycket.\r\n\r\nAndra <b>stycket</b> & mer."
    assert chief.post(f"{location}/del/stories", data={"text": words, "status": "DONE"}).status_code == 303
    assert chief.post(f"{location}/frys").status_code == 303
    rows = frozen_rows(own, location, database)
    found = Document(io.BytesIO(chief.get(f"{location}/fil.docx").data))
    texts = [paragraph.text for paragraph in found.paragraphs]
    assert texts[0] == "Påhittade uppgifter"
    assert "Första stycket." in texts
    assert "Andra <b>stycket</b> & mer." in texts
    header, *lines = [[cell.text for cell in row.cells] for row in found.tables[-2].rows]
    assert {line[0]: dict(zip(header, line, strict=True)) for line in lines} == rows
    assert all("w:tblHeader" in table.rows[0]._tr.xml for table in found.tables)


def test_the_board_reads_frozen_packs_only(app: Flask, chief: FlaskClient, own: Forbund) -> None:
    board = sign_in(app, (own, Role.BOARD))
    location = make(chief, own, "BOARD")
    assert board.get(location).status_code == 404
    assert chief.post(f"{location}/frys").status_code == 303
    assert board.get(location).status_code == 200
    assert "Rapport 1, fryst" in board.get(location).text
    other = make(chief, own, "FOLLOW_UP")
    assert chief.post(f"{other}/frys").status_code == 303
    assert "Rapport 2, fryst" in board.get(other).text
    assert board.post(f"{location}/frys").status_code == 403


def test_a_few_persons_of_one_sex_are_not_shown(
    app: Flask, chief: FlaskClient, own: Forbund, database: Database
) -> None:
    lead = sign_in(app, (own, Role.TENANT_ADMIN))
    insats = {
        "name": "Liten",
        "direction": "INDIVIDUAL",
        "focus": "TEAM",
        "format": "TEAM",
        "status": "RUNNING",
    }
    made = lead.post(f"/f/{own.slug}/insatser/ny", data={**insats, "starts_on": "2024-01-01"})
    own_id = made.location.rsplit("/", 1)[1]
    url = f"/f/{own.slug}/insatser/{own_id}/antal?year={YEAR}&quarter=2"
    data = {"K_started": "3", "K_ongoing": "3", "M_started": "20", "M_ongoing": "20"}
    assert lead.post(url, data=data).status_code == 303
    recount(own, database)
    for period in (0, 1):
        items = chief.get(f"/api/v1/f/{own.slug}/reports/figures/{YEAR}/{period}").json["items"]
        found = {(item["subject"], item["code"]): item for item in items}
        for subject in (own_id, ""):
            assert found[subject, "women"]["word"] == found[subject, "men"]["word"] == "Skyddat värde"
            assert found[subject, "women"]["value"] is None
