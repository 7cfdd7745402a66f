"""Years as it was and in today's borders: a rename, a merger and a mid-year joiner keep every series' total."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from fyrklang.access.permissions import Role
from fyrklang.kernel.db import Database
from fyrklang.national.compare.borders import heirs, redrawn
from fyrklang.national.store.engine import Word
from fyrklang.national.store.publishing import Plan, publish
from fyrklang.national.store.shapes import Figure
from tests.national.nation import Figures, Nation, connect
from tests.people import sign_in

YEARS = range(2022, 2026)
API = "/api/v1/national/series"
PAGE = "/nationellt/jamfor/over-tid"
WENT = {"Ett": "Nya", "Två": "Nya", "Tre": "Nya", "Fyra": "Nya", "Förr": "Efter"}


def figures(first: int, last: int, size: int = 30) -> Figures:
    """Every year from `first` to `last`, alike for women and men."""
    return {(year, sex): (size, size, 5, 8) for year in range(first, last + 1) for sex in ("K", "M")}


@pytest.fixture(scope="module")
def nation(empty_nation: Nation, nation_database: Database) -> Nation:
    told = {
        "Ett": figures(2022, 2023), "Två": figures(2022, 2023, 40), "Tre": figures(2022, 2024),
        "Fyra": {**figures(2022, 2022), (2023, "K"): (1, 30, 5, 9), (2023, "M"): (1, 30, 5, 9)},
        "Nya": figures(2024, 2025, 90), "Förr": figures(2022, 2023), "Efter": figures(2024, 2025),
        "Delat": figures(2022, 2023), "Väst": figures(2024, 2025), "Öst": figures(2024, 2025),
        "Fast": figures(2022, 2025), "Senare": figures(2024, 2025),
    }  # fmt: skip
    for name, found in told.items():
        slug = empty_nation.add(f"f{len(empty_nation.forbund)}", [found])
        empty_nation.forbund[name] = empty_nation.forbund.pop(slug)
        with connect(empty_nation.config) as conn:
            conn.execute("UPDATE registry.tenant SET short_name = %s WHERE slug = %s", (name, slug))
    went = [*WENT.items(), ("Delat", "Väst"), ("Delat", "Öst")]
    with connect(empty_nation.config) as conn:
        for here, there in went:
            one, other = empty_nation.forbund[here], empty_nation.forbund[there]
            conn.execute("UPDATE registry.tenant SET status = 'MERGED' WHERE id = %s", (one.id,))
            conn.execute(
                "INSERT INTO registry.succession (tenant_id, successor_id, kind, year) VALUES (%s, %s, %s, 2024)",
                (one.id, other.id, "SPLIT" if here == "Delat" else "MERGED_INTO"),
            )
        # A kommun that joins in the middle of a year changes no figure that was reported.
        conn.execute(
            "INSERT INTO registry.area (id, tenant_id, kommun_code, valid_from) "
            "SELECT gen_random_uuid(), %s, min(code), '2024-07-01' FROM registry.kommun HAVING count(*) > 0",
            (empty_nation.forbund["Fast"].id,),
        )
    publish(nation_database, Plan("2026-1", YEARS[0], YEARS[-1], synthetic=True))
    return empty_nation


@pytest.fixture(scope="module")
def council(nation: Nation, nation_app: Flask) -> FlaskClient:
    return sign_in(nation_app, national=Role.NAT_COUNCIL)


def tracks(council: FlaskClient, nation: Nation, **query: str) -> dict[str, dict[int, Any]]:
    names = {one.slug: name for name, one in nation.forbund.items()}
    answer = council.get(API, query_string=query).json
    return {names[item["slug"]]: {row["year"]: row for row in item["years"]} for item in answer["items"]}


def test_a_merger_and_a_rename_stand_under_who_is_there_today(council: FlaskClient, nation: Nation) -> None:
    then = tracks(council, nation, measure="M9", borders="then")
    today = tracks(council, nation, measure="M9", borders="today")
    assert set(then) == set(nation.forbund)
    assert set(today) == {"Nya", "Efter", "Delat", "Väst", "Öst", "Fast", "Senare"}
    assert today["Efter"][2022]["numerator"] == then["Förr"][2022]["numerator"]
    merged = [then[name][2022]["numerator"] for name in ("Ett", "Två", "Tre", "Fyra")]
    assert today["Nya"][2022]["numerator"] == sum(merged)
    assert today["Nya"][2024]["numerator"] == then["Nya"][2024]["numerator"] + then["Tre"][2024]["numerator"]
    for year in YEARS:
        sums = [sum(each[year]["numerator"] or 0 for each in view.values()) for view in (then, today)]
        assert sums[0] == sums[1] > 0


def test_a_hidden_part_hides_the_sum(council: FlaskClient, nation: Nation) -> None:
    then = tracks(council, nation, borders="then")
    assert then["Fyra"][2023]["word"] == "HIDDEN"
    today = tracks(council, nation, borders="today")["Nya"]
    assert (today[2023]["word"], today[2023]["numerator"]) == ("HIDDEN", None)
    assert (today[2022]["numerator"], today[2022]["denominator"]) == (260, 520)
    assert council.get(API, query_string={"borders": "annat"}).status_code == 422


def test_the_page_and_its_files_say_which_borders(council: FlaskClient) -> None:
    page = council.get(f"{PAGE}?matt=M9").text
    assert "med Ett, Fyra, Tre, Två" in page
    assert "blev Väst, Öst" in page
    assert "räknas samman under det förbund som finns nu" in page
    was = council.get(f"{PAGE}?matt=M9&granser=da").text
    assert "blev Nya" in was
    for word, text in (("idag", page), ("da", was)):
        assert re.search(rf'name="granser" value="{word}"[^>]* checked', text)
    assert council.get(f"{PAGE}?granser=annat").status_code == 404
    assert "jamfor/over-tid" in council.get("/nationellt/jamfor?vy=tabell").text
    sent = council.get(f"{PAGE}.csv?matt=M9&granser=idag")
    rows = list(csv.reader(io.StringIO(sent.data.decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == ["Påhittade uppgifter"]
    assert "over-tid-idag" in sent.headers["Content-Disposition"]
    assert council.get(f"{PAGE}.xlsx?granser=da").status_code == 200


SLUGS = [f"f{number}" for number in range(8)]
# Only onward in the list, so that nobody becomes what it came from.
ROADS = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda pair: pair[0] < pair[1]), max_size=10
).map(lambda pairs: [(SLUGS[here], SLUGS[there]) for here, there in pairs])
REPORTED = st.dictionaries(
    st.tuples(st.integers(2020, 2024), st.sampled_from(SLUGS)),
    st.one_of(
        st.builds(Figure, st.integers(0, 500), st.integers(500, 900), st.none()),
        st.sampled_from([Figure(None, None, word) for word in (Word.HIDDEN, Word.NOT_REPORTED)]),
    ),
    max_size=30,
)


@settings(max_examples=40, deadline=None)
@given(roads=ROADS, reported=REPORTED)
def test_no_borders_change_a_years_total(
    roads: list[tuple[str, str]], reported: dict[tuple[int, str], Figure]
) -> None:
    heir = heirs(SLUGS, roads)
    found = redrawn(reported, heir)
    for year in {place[0] for place in reported}:
        hidden = {
            heir[slug] for (when, slug), each in reported.items() if when == year and each.word == Word.HIDDEN
        }
        for part in ("numerator", "denominator"):
            shown = sum(getattr(each, part) or 0 for (when, _), each in found.items() if when == year)
            told = sum(
                getattr(each, part) or 0
                for (when, slug), each in reported.items()
                if when == year and heir[slug] not in hidden
            )
            assert shown == told
    assert all(heir[there] == there for there in heir.values())


def test_roads_that_run_in_a_ring_end_nowhere() -> None:
    assert heirs(["a", "b"], [("a", "b"), ("b", "a")]) == {"a": "a", "b": "b"}
