"""Comparison through both doors and as files, on a nation small enough to check by hand."""

from __future__ import annotations

import csv
import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from fyrklang.access.permissions import Role
from fyrklang.kernel.db import Database
from fyrklang.national.store.publishing import Plan, publish, withdraw
from tests.national.nation import Nation, connect
from tests.people import sign_in

YEAR = 2025
API = "/api/v1/national"
PAGE = "/nationellt/jamfor"
NUMBER = "2026-1-pahittat"
MEAN = {(YEAR, "K"): (30, 30, 10, 20), (YEAR, "M"): (30, 30, 10, 20)}
HIGH = {(YEAR, "K"): (50, 10, 10, 20), (YEAR, "M"): (50, 10, 10, 20)}
LOW = {(YEAR, "K"): (10, 50, 10, 20), (YEAR, "M"): (10, 50, 10, 20)}
FEW = {(YEAR, "K"): (4, 3, 1, 2), (YEAR, "M"): (3, 4, 1, 2)}
HIDDEN = {(YEAR, "K"): (1, 30, 5, 9), (YEAR, "M"): (1, 30, 5, 9)}
UNKNOWN = {(YEAR, "K"): (10, 10, 30, 9), (YEAR, "M"): (10, 10, 30, 9)}


@pytest.fixture(scope="module")
def nation(empty_nation: Nation, nation_database: Database) -> Nation:
    for name, figures in {
        "Åsviken": MEAN, "Ödeby": MEAN, "Almbro": MEAN, "=SUM(A1)": MEAN, "Ärla": MEAN, "Höjden": HIGH,
        "Låga": LOW, "Fåtal": FEW, "Skydd": HIDDEN, "Okänt": UNKNOWN,
    }.items():  # fmt: skip
        slug = empty_nation.add(f"f{len(empty_nation.forbund)}", [figures])
        with connect(empty_nation.config) as conn:
            conn.execute("UPDATE registry.tenant SET short_name = %s WHERE slug = %s", (name, slug))
            conn.commit()
        empty_nation.forbund[name] = empty_nation.forbund.pop(slug)
    empty_nation.add("tyst", [])
    publish(nation_database, Plan("2026-1", 2024, YEAR, synthetic=True))
    return empty_nation


@pytest.fixture(scope="module")
def council(nation: Nation, nation_app: Flask) -> FlaskClient:
    return sign_in(nation_app, national=Role.NAT_COUNCIL)


@pytest.fixture(scope="module")
def director(nation: Nation, nation_app: Flask) -> FlaskClient:
    return sign_in(nation_app, (nation.forbund["Åsviken"], Role.DIRECTOR))


def items(council: FlaskClient, **query: str | int) -> dict[str, dict]:
    print(council.get(f"{API}/comparison", query_string=query).text)
    found = council.get(f"{API}/comparison", query_string=query).json["items"]
    with_names = council.get(f"{API}/comparison", query_string=query).json
    assert with_names["synthetic"] is True
    return {row["slug"]: row for row in found}


def by_name(nation: Nation, found: dict[str, dict]) -> dict[str, dict]:
    return {name: found[one.slug] for name, one in nation.forbund.items()}


def test_numbers_places_and_words(nation: Nation, council: FlaskClient) -> None:
    rows = by_name(nation, items(council, measure="M1", year=YEAR))
    assert (rows["Almbro"]["numerator"], rows["Almbro"]["denominator"]) == (60, 120)
    assert rows["Almbro"]["share"] == 0.5
    assert rows["Almbro"]["low"] == pytest.approx(0.4119, abs=1e-4)
    assert rows["Almbro"]["place"] == "within"
    assert rows["Höjden"]["place"] == "far_over"
    assert rows["Låga"]["place"] == "far_under"
    assert rows["Almbro"]["known_outcome"] == pytest.approx(120 / 140)
    words = {name: row["word"] for name, row in rows.items() if row["word"]}
    silent = next(name for name in nation.forbund if name.startswith("tyst"))
    assert words == {
        "Fåtal": "UNDER_20", "Skydd": "HIDDEN", "Okänt": "LOW_RESPONSE", silent: "NOT_REPORTED",
    }  # fmt: skip
    assert all(rows[name]["numerator"] is rows[name]["share"] is None for name in words)


def test_no_order_but_the_name(council: FlaskClient) -> None:
    found = council.get(f"{API}/comparison").json
    assert "rank" not in str(found)
    with_word = council.get(f"{PAGE}?vy=tabell").text
    names = [
        "=SUM(A1)",
        "Almbro",
        "Fåtal",
        "Höjden",
        "Låga",
        "Okänt",
        "Skydd",
        "tyst",
        "Åsviken",
        "Ärla",
        "Ödeby",
    ]
    at = [with_word.index(f">{name}<") for name in names]
    assert at == sorted(at)


def test_the_nation_says_what_it_holds(council: FlaskClient) -> None:
    nation = council.get(f"{API}/comparison?measure=M9").json["nation"]
    assert nation == {
        "numerator": 5 * 180 + 180 + 180 + 20 + 90 + 118, "denominator": 0, "word": None,
        "associations": 10, "complete": True,
    }  # fmt: skip
    shares = council.get(f"{API}/comparison?measure=M1").json["nation"]
    assert (shares["complete"], shares["associations"]) == (False, 8)


def test_releases_and_measures(council: FlaskClient) -> None:
    release = council.get(f"{API}/releases").json["items"][0]
    assert (release["number"], release["state"], release["synthetic"]) == (NUMBER, "PUBLISHED", True)
    measures = council.get(f"{API}/measures").json
    assert measures["release"] == NUMBER
    assert [each["code"] for each in measures["items"]] == ["M1", "M9", "M20"]


@pytest.mark.parametrize("path", ["releases", "measures", "comparison?measure=M1&year=2025&sex=K"])
def test_an_answer_one_has_is_not_sent_again(council: FlaskClient, path: str) -> None:
    first = council.get(f"{API}/{path}")
    again = council.get(f"{API}/{path}", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")
    other = council.get(f"{API}/{path}", headers={"If-None-Match": '"annan"'})
    assert other.data == first.data


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("sex=X", 422), ("year=abc", 422), ("release=../x", 422), ("measure=M99", 404), ("year=1999", 404),
        ("release=1999-1", 404),
    ],
)  # fmt: skip
def test_what_is_not_there(council: FlaskClient, query: str, status: int) -> None:
    answer = council.get(f"{API}/comparison?{query}")
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("query", ["ar=x", "ar=1999", "matt=M99", "kon=X", "utgava=1999-1"])
def test_a_page_that_is_not_there(council: FlaskClient, query: str) -> None:
    assert council.get(f"{PAGE}?{query}").status_code == 404


@pytest.mark.parametrize("view", ["tratt", "punkter", "tabell"])
@pytest.mark.parametrize("sex", ["T", "K", "M"])
def test_views(council: FlaskClient, view: str, sex: str) -> None:
    page = council.get(f"{PAGE}?vy={view}&kon={sex}")
    assert page.status_code == 200
    assert "Påhittade uppgifter" in page.text
    assert "Utgåva 2026-1, fryst" in page.text
    assert "Så räknas det" in page.text
    assert " style=" not in page.text


def test_the_funnel_names_those_outside(council: FlaskClient) -> None:
    text = council.get(PAGE).text
    assert "<svg" in text
    assert "Över: Höjden" in text
    assert "Under: Låga" in text
    assert "1 förbund: under 20 avslut." in text
    assert "1 förbund: ej rapporterat." in text


def test_own_is_marked_with_a_sentence(director: FlaskClient) -> None:
    text = " ".join(director.get(PAGE).text.replace("\xa0", " ").split())
    assert "Åsviken ligger på 50 % (osäkerhetsintervall 41–59 %). Det går inte att skilja från rikets" in text
    assert 'class="fy-row--own"' in director.get(f"{PAGE}?vy=tabell").text


def test_a_stranger_is_told(nation: Nation, nation_app: Flask) -> None:
    from tests.people import make_forbund

    real = make_forbund(nation.config, "riktigt", synthetic=False)
    text = sign_in(nation_app, (real, Role.DIRECTOR)).get(PAGE).text
    assert "Utgåvan har bara påhittade förbund." in text


def test_a_count_has_only_the_table(council: FlaskClient) -> None:
    text = council.get(f"{PAGE}?matt=M9&vy=tratt").text
    assert "vy=tratt" not in text
    assert "vy=tabell" in text


def test_the_start_of_the_council(council: FlaskClient) -> None:
    text = " ".join(council.get("/nationellt/").text.replace("\xa0", " ").split())
    assert "Läget i landet" in text
    assert ">10<" in text
    assert "av 11" in text
    assert ">tyst<" in text


def test_those_without_the_right_are_refused(nation: Nation, nation_app: Flask) -> None:
    referrer = sign_in(nation_app, (nation.forbund["Almbro"], Role.REFERRER))
    for path in (PAGE, "/nationellt/", f"{PAGE}/tabell.xlsx", f"{PAGE}/tabell.csv", f"{API}/releases"):
        assert referrer.get(path).status_code == 403
        assert nation_app.test_client().get(path).status_code in (302, 303, 401)


def test_excel(council: FlaskClient) -> None:
    answer = council.get(f"{PAGE}/tabell.xlsx?matt=M1&ar=2025")
    assert "fyrklang-m1-2025-t-utgava-2026-1-pahittat.xlsx" in answer.headers["Content-Disposition"]
    book = load_workbook(io.BytesIO(answer.data))
    assert book.sheetnames == ["tabell", "definition"]
    rows = [[cell.value for cell in row] for row in book["tabell"].iter_rows()]
    assert rows[0][0] == "Påhittade uppgifter"
    table = {row[0]: row[1:] for row in rows[5:]}
    assert table["Almbro"][0] == 0.5
    assert table["Almbro"][3:5] == [60, 120]
    assert table["Fåtal"][-1] == "Under 20\xa0avslut" or table["Fåtal"][-1] == "Under 20 avslut"
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    assert "=SUM(A1)" in table
    explained = dict(book["definition"].iter_rows(values_only=True))
    assert explained["Utgåva"].startswith(NUMBER)
    assert len(explained["Kontrollsumma"]) == 64


def test_csv(council: FlaskClient) -> None:
    answer = council.get(f"{PAGE}/tabell.csv?matt=M1&ar=2025")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert "-pahittat.csv" in answer.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == ["Påhittade uppgifter"]
    table = {row[0]: row[1:] for row in rows[5:]}
    assert table["Almbro"][0] == "0,5000"
    assert "'=SUM(A1)" in table
    assert "=SUM(A1)" not in table


def test_a_withdrawn_release_says_so(council: FlaskClient, nation_database: Database) -> None:
    """Last: the release is read by number, and is no longer the one shown first."""
    tag = council.get(f"{API}/comparison?release={NUMBER}").headers["ETag"]
    withdraw(nation_database, NUMBER, "Fel i underlaget.")
    assert "Fel i underlaget." in council.get(f"{PAGE}?utgava={NUMBER}").text
    assert council.get(f"{API}/comparison").status_code == 404
    answer = council.get(f"{API}/comparison?release={NUMBER}", headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert "Ingen utgåva har publicerats än" in council.get("/nationellt/").text
