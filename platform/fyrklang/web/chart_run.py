"""Run chart: one unit's results over time, with what chance may do to each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fyrklang.web.chart_theme import (
    MIDDLE,
    NARROW,
    Chart,
    Spec,
    draw,
    frame,
    nice_top,
    share_axis,
    spread,
    words_at,
)
from fyrklang.web.formats import percent, share_of
from fyrklang.web.i18n import gettext


@dataclass(frozen=True)
class RunPoint:
    """One period. A period without a share has a `blank` word and its short `mark`; the line breaks there."""

    label: str
    share: float | None = None
    low: float | None = None
    high: float | None = None
    numerator: int = 0
    denominator: int = 0
    blank: str = ""
    mark: str = ""
    new_definition: bool = False


def run_chart(points: Sequence[RunPoint], goal: float | None = None, median: float | None = None) -> Chart:
    """Results over time with interval bars; never a line over a gap or a change of definition."""
    views = [(width, _run_view(width, points, goal, median)) for width in (NARROW, MIDDLE)]
    said = [
        f"{point.label}: {percent(point.share)} ({share_of(point.numerator, point.denominator)})."
        if point.share is not None
        else f"{point.label}: {point.blank}."
        for point in points
    ]
    if goal is not None:
        said.append(gettext("Mål %(goal)s.", goal=percent(goal)))
    return draw(views, " ".join(said))


def _segments(points: Sequence[RunPoint]) -> list[int]:
    numbers, segment = [], 0
    for point in points:
        if point.share is None or point.new_definition:
            segment += 1
        numbers.append(segment)
    return numbers


def _run_view(width: int, points: Sequence[RunPoint], goal: float | None, median: float | None) -> Spec:
    narrow = width == NARROW
    lines = [value for value in (goal, median) if value is not None]
    height = 190 if narrow else 230
    side = (56 if narrow else 84) if lines else 10
    margins = (12, side, 44 if narrow else 30, 38 if narrow else 42)
    highs = [point.high if point.high is not None else point.share or 0 for point in points]
    top = nice_top(max([*highs, *lines, 0.2]) + 0.02)
    step = 0.2 if top <= 0.6 else top / 2
    order = [point.label for point in points]
    lines_of_label = {"labelExpr": "split(datum.label, /[ \\u00a0]/)"} if narrow else {}
    x: Spec = {
        "field": "label",
        "type": "nominal",
        "sort": order,
        "scale": {"type": "point", "padding": 0.5, "domain": order},
        "axis": {"ticks": False, "labelOverlap": "greedy", "labelPadding": 8, **lines_of_label},
    }
    y: Spec = {"field": "share", **share_axis(top, step)}
    column = (width - margins[1] - margins[3]) / max(1, len(points))
    plot = height - margins[0] - margins[2]
    layers, said = _run_lines(goal, median, top / plot * 14, narrow, y)
    layers += _run_points(points, x, y)
    layers += said
    layers += _run_words(points, column, x, y)
    return frame(width, height, margins, layers)


def _run_lines(
    goal: float | None, median: float | None, gap: float, narrow: bool, y: Spec
) -> tuple[list[Spec], list[Spec]]:
    """Goal and median: the lines, and the words for them (which stand above the points)."""
    shown: list[tuple[float, str, Spec, Spec]] = []
    if median is not None:
        words = gettext("Median") if narrow else gettext("Median %(share)s", share=percent(median))
        dashed = {"color": "var(--fy-c-axis)", "strokeWidth": 1, "strokeDash": [4, 3]}
        shown.append((median, words, dashed, {"color": "var(--fy-text2)"}))
    if goal is not None:
        words = gettext("Mål %(share)s", share=percent(goal))
        solid = {"color": "var(--fy-c-ink)", "strokeWidth": 1.5}
        shown.append((goal, words, solid, {"fontWeight": 600}))
    layers: list[Spec] = []
    said: list[Spec] = []
    here = {key: value for key, value in y.items() if key != "field"}
    heights = spread([line[0] for line in shown], gap)
    for (at, words, rule, style), height in zip(shown, heights, strict=True):
        encoding = {"y": {**here, "datum": at}, "x": {"value": 0}, "x2": {"value": "width"}}
        layers.append({"mark": {"type": "rule", **rule}, "encoding": encoding})
        place = {**here, "datum": height}
        said += words_at(words, {"value": "width"}, place, halo=False, align="left", dx=5, **style)
    return layers, said


def _run_points(points: Sequence[RunPoint], x: Spec, y: Spec) -> list[Spec]:
    rows = [
        {"label": p.label, "share": p.share, "low": p.low, "high": p.high, "part": segment}
        for p, segment in zip(points, _segments(points), strict=True)
        if p.share is not None
    ]
    data = {"values": rows}
    with_interval = {"values": [row for row in rows if row["low"] is not None]}
    bar = {"type": "rule", "color": "var(--fy-c-other-l)", "strokeWidth": 5, "strokeCap": "round"}
    line = {"type": "line", "color": "var(--fy-c-own)", "strokeWidth": 2}
    dot = {
        "type": "point",
        "size": 62,
        "fill": "var(--fy-c-own)",
        "stroke": "var(--fy-c-edge)",
        "strokeWidth": 1.5,
    }
    return [
        {
            "data": with_interval,
            "mark": bar,
            "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
        },
        {
            "data": data,
            "mark": line,
            "encoding": {"x": x, "y": y, "detail": {"field": "part", "type": "nominal"}},
        },
        {"data": data, "mark": dot, "encoding": {"x": x, "y": y}},
    ]


def _base_words(points: Sequence[RunPoint], column: float) -> list[str | list[str]]:
    """The base of each period, for above the axis: on two lines, all of them, where columns are narrow."""
    if column >= 58:
        return [share_of(point.numerator, point.denominator) for point in points]
    short = [f"{point.numerator}/{point.denominator}" for point in points]
    if all(len(text) * 6.6 < column for text in short):
        return list(short)
    return [[str(point.numerator), f"/{point.denominator}"] for point in points]


def _run_words(points: Sequence[RunPoint], column: float, x: Spec, y: Spec) -> list[Spec]:
    layers: list[Spec] = []
    here = {key: value for key, value in y.items() if key != "field"}
    across = {key: value for key, value in x.items() if key != "field"}
    bases = _base_words(points, column)
    for index, point in enumerate(points):
        at = {**across, "datum": point.label}
        foot = {**here, "datum": 0}
        if point.share is None:
            roomy = column >= 58
            words: str | list[str] = point.blank.split(" ") if roomy else point.mark or "–"
            rise = -22 if roomy else -9
            layers += words_at(words, at, foot, dy=rise, color="var(--fy-text2)", lineHeight=14)
        else:
            rise = -9 if isinstance(bases[index], str) else -22
            layers += words_at(bases[index], at, foot, dy=rise, color="var(--fy-text2)", lineHeight=13)
        if point.new_definition and index:
            offset = -column / 2
            rule = {"type": "rule", "color": "var(--fy-c-axis)", "strokeDash": [2, 3], "xOffset": offset}
            layers.append({"mark": rule, "encoding": {"x": at, "y": {"value": 0}, "y2": {"value": "height"}}})
            text = gettext("ny definition")
            layers += words_at(text, at, {"value": 6}, align="left", dx=offset + 5, color="var(--fy-text2)")
    return layers
