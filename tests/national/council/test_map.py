"""The map of the kommuner, and the council's page with what stands around it."""

from __future__ import annotations

import csv
import re

import pytest
from flask import Flask

from fyrklang.access.permissions import Role
from fyrklang.kernel.db import Database
from fyrklang.kernel.paths import project_root
from fyrklang.national.council.hexmap import draw, places
from fyrklang.national.council.service import earlier
from fyrklang.national.store.publishing import Plan, publish
from fyrklang.national.store.shapes import KommunInfo
from tests.national.nation import Nation
from tests.people import sign_in

FIGURES = {(2025, "K"): (90, 30, 10, 20), (2025, "M"): (30, 90, 10, 20)}


def kommuner() -> list[KommunInfo]:
    with (project_root() / "tenants/registers/kommuner.csv").open(encoding="utf-8", newline="") as file:
        codes = [next(iter(row.values())) for row in csv.DictReader(file)]
    return [KommunInfo(code, f"K{code}", code[:2], 1, None, covered=True) for code in codes]


def test_every_kommun_has_one_place_of_its_own() -> None:
    found = kommuner()
    assert {each.code for each in found} == set(places())
    assert len(set(places().values())) == 290 == len(draw(found).hexagons)


def test_every_county_is_one_piece() -> None:
    for county in {code[:2] for code in places()}:
        own = {place for code, place in places().items() if code[:2] == county}
        reached, left = set(), [next(iter(own))]
        while left:
            col, row = left.pop()
            reached.add((col, row))
            shift = row % 2
            around = [(col - 1, row), (col + 1, row)]
            around += [(col + shift - step, row + up) for step in (0, 1) for up in (-1, 1)]
            left += [place for place in around if place in own and place not in reached]
        assert reached == own, county


def test_a_border_lies_only_between_two_counties() -> None:
    found = kommuner()
    assert draw([each for each in found if each.county == "12"]).borders == ""
    sides = re.findall(r"M(\S+) (\S+)L(\S+) (\S+)", draw(found).borders)
    assert len(sides) > 100
    lengths = {
        round(((float(c) - float(a)) ** 2 + (float(d) - float(b)) ** 2) ** 0.5) for a, b, c, d in sides
    }
    assert lengths == {11}


def test_coverage_before_only_grew_and_has_sources() -> None:
    counts = [each.kommuner for each in earlier()]
    assert counts == sorted(counts)
    assert all(each.source and each.kommuner <= 290 for each in earlier())


@pytest.fixture(scope="module")
def page(empty_nation: Nation, nation_database: Database, nation_app: Flask) -> str:
    for name in ("ett", "tva", "tre"):
        empty_nation.add(name, [FIGURES])
    publish(nation_database, Plan("2026-1", 2025, 2025, synthetic=True))
    text = sign_in(nation_app, national=Role.NAT_COUNCIL).get("/nationellt/").text
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{MINUS SIGN}", "-")


def test_women_and_men_stand_side_by_side_with_the_difference(page: str) -> None:
    strip = page.split('id="kon"')[1].split("</section>", maxsplit=1)[0]
    assert "kvinnor 75 % (270 av 360), män 25 % (90 av 360)" in strip
    assert "+50,0 procentenheter" in strip
    assert strip.count("Skillnaden är större än slumpen väntas ge.") == 1
    assert strip.count("Skillnaden ligger inom vad slumpen väntas ge.") == 1


def test_nothing_adopted_has_a_word(page: str) -> None:
    assert "Ingen har anpassat något än" in page
