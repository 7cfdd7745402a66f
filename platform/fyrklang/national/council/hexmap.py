"""Sweden's 290 kommuner as equally large hexagons, so that Norrland and Stockholm are read alike.

The places are in `hexagons.csv`: column 0–16 and row 0–36, odd rows shifted half a step, each län in one
piece. A kommun that the file does not know is left out of the map and stands in the table beside it.
"""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fyrklang.national.store.shapes import KommunInfo

RADIUS = 11.0
_DRAWN = 0.94
_ROOT = math.sqrt(3)
_CORNERS = [(math.sin(math.pi * k / 3), math.cos(math.pi * k / 3)) for k in range(6)]
_MARGIN = 70.0
_NAME_WIDTH, _NAME_HEIGHT = 60.0, 11.0

Point = tuple[float, float]


@dataclass(frozen=True)
class Hexagon:
    """A kommun on the map; `points` as SVG writes them."""

    kommun: KommunInfo
    points: str


@dataclass(frozen=True)
class Label:
    """A län's name, without the word, and where it is written."""

    name: str
    x: float
    y: float


@dataclass(frozen=True)
class Map:
    """Everything to draw, in the units of `box` (an SVG viewBox)."""

    box: str
    hexagons: Sequence[Hexagon]
    borders: str
    labels: Sequence[Label]


@cache
def places() -> dict[str, tuple[int, int]]:
    """Kommun code to column and row."""
    with Path(__file__).with_name("hexagons.csv").open(encoding="utf-8", newline="") as file:
        return {row["kommun_code"]: (int(row["col"]), int(row["row"])) for row in csv.DictReader(file)}


def draw(kommuner: Iterable[KommunInfo]) -> Map:
    """Lay the kommuner out, with lines where two län meet."""
    placed = [(kommun, places()[kommun.code]) for kommun in kommuner if kommun.code in places()]
    centres = {kommun.code: _centre(*place) for kommun, place in placed}
    right = max((x for x, _y in centres.values()), default=0) + RADIUS
    bottom = max((y for _x, y in centres.values()), default=0) + RADIUS
    return Map(
        box=f"{-_MARGIN:.0f} -4 {right + 2 * _MARGIN:.0f} {bottom + 8:.0f}",
        hexagons=[Hexagon(kommun, _points(centres[kommun.code])) for kommun, _place in placed],
        borders=_borders(placed),
        labels=_labels([(kommun.county, centres[kommun.code]) for kommun, _place in placed]),
    )


def _centre(col: int, row: int) -> Point:
    return (col + 0.5 + 0.5 * (row % 2)) * _ROOT * RADIUS, (1.5 * row + 1) * RADIUS


def _points(centre: Point) -> str:
    x, y = centre
    size = RADIUS * _DRAWN
    return " ".join(f"{x + size * across:.1f},{y + size * down:.1f}" for across, down in _CORNERS)


def _borders(placed: Sequence[tuple[KommunInfo, tuple[int, int]]]) -> str:
    """The sides between neighbours of two län, as one path."""
    county = {place: kommun.county for kommun, place in placed}
    lines = []
    for (col, row), name in county.items():
        shift = row % 2
        # Right, down right and down left: each pair of neighbours is looked at once.
        for other, first in (
            ((col + 1, row), 1),
            ((col + shift, row + 1), 0),
            ((col + shift - 1, row + 1), 5),
        ):
            if county.get(other, name) != name:
                lines.append(_side(_centre(col, row), first))
    return " ".join(lines)


def _side(centre: Point, first: int) -> str:
    (x, y), ends = centre, (_CORNERS[first], _CORNERS[(first + 1) % 6])
    (a, b), (c, d) = ((x + RADIUS * across, y + RADIUS * down) for across, down in ends)
    return f"M{a:.1f} {b:.1f}L{c:.1f} {d:.1f}"


def _labels(found: Sequence[tuple[str, Point]]) -> list[Label]:
    by_county: defaultdict[str, list[Point]] = defaultdict(list)
    for county, centre in found:
        by_county[county].append(centre)
    middles = sorted(
        (sum(y for _x, y in points) / len(points), sum(x for x, _y in points) / len(points), name)
        for name, points in by_county.items()
    )
    found_labels: list[Label] = []
    for y, x, name in middles:
        # Names that would lie over one another are moved apart, downwards.
        while any(abs(each.x - x) < _NAME_WIDTH and abs(each.y - y) < _NAME_HEIGHT for each in found_labels):
            y += 2  # noqa: PLW2901 - moved on purpose
        found_labels.append(Label(name.removesuffix(" län"), x, y))
    return found_labels
