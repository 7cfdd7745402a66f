"""The look's colours keep the contrast the look promises, in light and dark."""

from __future__ import annotations

import pytest

from fyrklang.web.chart_theme import tokens

LIGHT, DARK = 0, 1


def luminance(colour: str) -> float:
    parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


GROUNDS = ("bg", "surface", "raised", "sunken", "sel", "hover")

TEXT = [
    *((ink, ground) for ink in ("text", "text2", "text3") for ground in GROUNDS),
    ("on-bar", "bar"), ("on-bar2", "bar"), ("on-bar", "bar2"), ("on-act", "act"), ("on-act", "act-h"),
    ("link", "surface"), ("link", "bg"), ("brass-t", "surface"), ("neg", "surface"),
    *((status, f"{status}-b") for status in ("pos", "warn", "neg", "info", "neu", "syn")),
    *((f"on-c{step}", f"c{step}") for step in range(1, 6)),
]  # fmt: skip
MARKS = [
    *(("control", ground) for ground in ("surface", "bg", "sunken")),
    *((party, "surface") for party in ("fk", "af", "region", "kommun")),
    ("sel-line", "surface"), ("sel-line", "sel"), ("focus", "surface"), ("brass", "surface"), ("brass", "bar"),
    ("c-ink", "surface"), ("c-other", "surface"), ("c-axis", "surface"), ("c-own", "surface"),
    *((f"{status}-l", "surface") for status in ("pos", "warn", "neg", "info", "neu", "syn")),
]  # fmt: skip


@pytest.mark.parametrize("mode", [LIGHT, DARK])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_reaches_four_and_a_half(ink: str, ground: str, mode: int) -> None:
    colours = tokens()
    assert contrast(colours[f"fy-{ink}"][mode], colours[f"fy-{ground}"][mode]) >= 4.5


@pytest.mark.parametrize("mode", [LIGHT, DARK])
@pytest.mark.parametrize(("mark", "ground"), MARKS)
def test_marks_reach_three(mark: str, ground: str, mode: int) -> None:
    colours = tokens()
    assert contrast(colours[f"fy-{mark}"][mode], colours[f"fy-{ground}"][mode]) >= 3.0
