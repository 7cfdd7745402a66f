"""Charts as SVG: fit for the page's policy, right in their forms, and honest at gaps."""

from __future__ import annotations

import itertools
import json
import re
import xml.etree.ElementTree as ET

import pytest

from fyrklang.web import charts
from fyrklang.web.chart_theme import NARROW, in_hex, spread, tokens
from tests.web.gallery import sample_charts

DRAWN = sample_charts()
NAMES = ("funnel", "run", "goal")


def views(name: str) -> list[ET.Element]:
    return list(ET.fromstring(f"<div>{DRAWN[name].svg}</div>"))  # noqa: S314 - our own text.


def texts(view: ET.Element) -> list[str]:
    return ["".join(one.itertext()) for one in view.iter() if one.tag.endswith("}text")]


@pytest.mark.parametrize("name", NAMES)
def test_svg_fits_the_page(name: str) -> None:
    svg = str(DRAWN[name].svg)
    assert " style=" not in svg
    assert "<script" not in svg
    assert "#000" not in svg
    ids = re.findall(r'\bid="([^"]+)"', svg)
    assert len(ids) == len(set(ids))
    named = set(re.findall(r"var\(--(fy-[a-z0-9-]+)\)", svg))
    assert named
    assert named <= set(tokens())
    assert not re.findall(r'(?:fill|stroke)="#[0-9a-f]{3,6}"', svg)


@pytest.mark.parametrize("name", NAMES)
def test_each_view_is_exactly_its_width_and_says_what_it_shows(name: str) -> None:
    for view in views(name):
        width = view.get("class", "").rsplit("--", 1)[1]
        assert view.get("width") == width
        assert view.get("role") == "img"
        assert view.get("aria-label")
        sizes = {one.get("font-size") for one in view.iter() if one.tag.endswith("}text")}
        assert all(float(str(size).removesuffix("px")) >= 12 for size in sizes)


def test_the_funnel_names_own_and_outliers_only() -> None:
    for view in views("funnel"):
        words = texts(view)
        assert "Åsviken 41\u00a0%" in words
        assert {"Granstranden", "Sju sjöar", "Kolmarken"} <= set(words)
        assert "Norrlunda" not in words
        assert "Riket 36\u00a0%" in words
    assert "Över 99,8 %-gränsen: Granstranden, Sju sjöar." in views("funnel")[0].get("aria-label", "")


def test_many_outliers_are_not_all_named() -> None:
    limits = charts.FunnelLimits([20, 300], [0.2, 0.3], [0.5, 0.4], [0.1, 0.28], [0.6, 0.45])
    crowd = [charts.FunnelPoint(f"Finsam {n}", 100 + n, 0.6 + n / 100, outside="over") for n in range(12)]
    chart = charts.funnel(crowd, limits, 0.36)
    seen = set(re.findall(r">(Finsam \d+)<", str(chart.svg)))
    assert seen == {f"Finsam {n}" for n in range(6, 12)}


def test_the_run_line_breaks_at_gaps_and_new_definitions() -> None:
    spec = json.loads(DRAWN["run"].widest)
    line = next(layer for layer in spec["layer"] if layer["mark"].get("type") == "line")
    parts = [row["part"] for row in line["data"]["values"]]
    assert parts == [0, 0, 2, 2]
    wide = texts(views("run")[1])
    assert "ny definition" in wide
    assert any("Skyddat" in text for text in wide)
    assert "6 av 16" in wide


def test_no_point_is_drawn_where_there_is_no_value() -> None:
    spec = json.loads(DRAWN["run"].widest)
    for layer in spec["layer"]:
        rows = layer.get("data", {}).get("values", [])
        assert "H1 25" not in [row.get("label") for row in rows]


def test_goal_and_result_are_written_out() -> None:
    for view in views("goal"):
        assert {"50\u00a0%", "Mål 35\u00a0%", "39", "61", "100\u00a0%"} <= set(texts(view))


@pytest.mark.parametrize(
    ("share", "low", "high", "goal"), [(0, 0, 0.1, 0.35), (1, 0.9, 1, 0.95), (0.5, 0.5, 0.5, None)]
)
def test_ends_of_the_scale(share: float, low: float, high: float, goal: float | None) -> None:
    assert "<svg" in charts.goal_bar(share, low, high, goal).svg


def test_names_are_escaped() -> None:
    limits = charts.FunnelLimits([20, 300], [0.2, 0.3], [0.5, 0.4], [0.1, 0.28], [0.6, 0.45])
    mean = '"><script>x</script>'
    chart = charts.funnel([charts.FunnelPoint(mean, 50, 0.4, "own")], limits, 0.36)
    assert "<script" not in chart.svg
    assert "&lt;script&gt;" in chart.svg


def test_another_name_never_stands_on_the_own_one() -> None:
    limits = charts.FunnelLimits([20, 300], [0.2, 0.3], [0.5, 0.4], [0.1, 0.28], [0.6, 0.45])
    own = charts.FunnelPoint("Eget", 100, 0.62, "own", "over")
    near, far = (
        charts.FunnelPoint(name, n, share, outside="over")
        for name, n, share in (("Nära", 95, 0.66), ("Fjärran", 280, 0.66))
    )
    drawn = charts.funnel([own, near, far], limits, 0.36).svg
    assert ">Fjärran<" in drawn
    assert ">Eget 62" in drawn
    assert ">Nära<" not in drawn


def test_the_same_chart_is_drawn_once() -> None:
    assert charts.goal_bar(0.5, 0.39, 0.61, 0.35) is charts.goal_bar(0.5, 0.39, 0.61, 0.35)


def test_files_get_hex_and_the_right_mode() -> None:
    spec = DRAWN["goal"].widest
    assert "var(" not in charts.file_svg(spec)
    assert "#ba8212" in charts.file_svg(spec)
    assert "#e3b34a" in charts.file_svg(spec, "dark")
    assert charts.png(spec).startswith(b"\x89PNG")
    with pytest.raises(KeyError):
        in_hex("var(--fy-nothing)")


def test_dots_are_grouped_in_order_on_one_scale() -> None:
    dots = DRAWN["dots"]
    assert [dot.name for dot in dots.own] == ["Åsviken"]
    assert [[dot.name for dot in group.dots] for group in dots.groups] == [
        ["Granstranden"],
        ["Almbro"],
        ["Västra Åslandet"],
    ]
    assert [dot.mark for group in dots.groups for dot in group.dots] == ["over", "other", "other"]
    assert dots.own[0].mark == "own"
    assert dots.scale_high == 0.6


def test_labels_are_moved_apart_as_little_as_needed() -> None:
    assert spread([1, 5, 9], 2) == [1, 5, 9]
    assert spread([5, 5], 2) == [4, 6]
    apart = spread([0.3, 0.31, 0.32, 0.9], 0.05)
    assert apart == sorted(apart)
    assert all(b - a >= 0.05 - 1e-9 for a, b in itertools.pairwise(apart))
    assert apart[3] == 0.9
    assert spread([], 1) == []


def test_narrow_is_narrow_enough_for_320_pixels() -> None:
    # 320 minus the page's edges; the panel's own padding is met by scaling, which the browser test measures.
    assert NARROW <= 320 - 2 * 16 - 2 * 8
