"""Funnel plot: each förbund's share against its base, inside the limits that chance draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from fyrklang.web.chart_theme import (
    MIDDLE,
    NARROW,
    WIDE,
    Chart,
    Spec,
    draw,
    frame,
    nice_top,
    share_axis,
    spread,
    without_empty_fields,
    words_at,
)
from fyrklang.web.formats import percent
from fyrklang.web.i18n import gettext

PointKind = Literal["own", "similar", "other"]
Place = Literal["over", "within", "under"]
"""Against the nation's limits."""

MOST_NAMES = 6
"""Names on each side of the funnel; the rest stand in the list under it."""
NAME_REACH = 96
"""Pixels a name takes."""


@dataclass(frozen=True)
class FunnelPoint:
    """One förbund: its base (n), its share, and where it stands. `outside` is beyond 99.8 %."""

    name: str
    n: int
    share: float
    kind: PointKind = "other"
    outside: Place = "within"


@dataclass(frozen=True)
class FunnelLimits:
    """Limits around the nation's share at each base in `n`, rising."""

    n: Sequence[int]
    low95: Sequence[float]
    high95: Sequence[float]
    low998: Sequence[float]
    high998: Sequence[float]

    def high_at(self, n: float) -> float:
        """The upper 99.8 % limit at a base."""
        best = min(range(len(self.n)), key=lambda index: abs(self.n[index] - n))
        return self.high998[best]


def funnel(points: Sequence[FunnelPoint], limits: FunnelLimits, nation: float, x_title: str = "") -> Chart:
    """Funnel plot: own named in brass, similar as rings, those beyond 99.8 % as named triangles."""
    title = x_title or gettext("antal avslut")
    views = [(width, _funnel_view(width, points, limits, nation, title)) for width in (NARROW, MIDDLE, WIDE)]
    return draw(views, _funnel_words(points, nation))


def _funnel_words(points: Sequence[FunnelPoint], nation: float) -> str:
    said = [gettext("Trattdiagram med %(count)s förbund.", count=len(points))]
    said.append(gettext("Riket: %(share)s.", share=percent(nation)))
    said += [f"{point.name}: {percent(point.share)}." for point in points if point.kind == "own"]
    over = [point.name for point in points if point.outside == "over"]
    under = [point.name for point in points if point.outside == "under"]
    if over:
        said.append(gettext("Över 99,8 %%-gränsen: %(names)s.", names=", ".join(over)))
    if under:
        said.append(gettext("Under 99,8 %%-gränsen: %(names)s.", names=", ".join(under)))
    return " ".join(said)


def _funnel_view(
    width: int, points: Sequence[FunnelPoint], limits: FunnelLimits, nation: float, title: str
) -> Spec:
    height = 320 if width == NARROW else 420
    margins = (14, 72 if width > NARROW else 44, 44, 42 if width > NARROW else 38)
    plot = height - margins[0] - margins[2]
    last = max([*limits.n, *(point.n for point in points)])
    highest = max([*limits.high998, *(point.share for point in points)])
    top = nice_top(highest + 0.04)
    x: Spec = {
        "field": "n",
        "type": "quantitative",
        "scale": {"domain": [0, last], "nice": False},
        "axis": {"title": title, "tickCount": 4 if width == NARROW else 7, "format": "d"},
    }
    y: Spec = {"field": "share", **share_axis(top)}
    layers = [*_limit_layers(limits, x, y), *_nation_layer(nation, last, x, y)]
    layers += _point_layers(points, x, y)
    names = _Names((width - margins[1] - margins[3]) / last, top / plot * 13, _own_boxes(points, limits, top))
    layers += _outside_layers(points, names, x, y)
    layers += _own_layers(points, limits, top, x, y)
    layers += _limit_labels(limits, nation, top / plot * 14, width, y)
    return frame(width, height, margins, layers)


def _limit_layers(limits: FunnelLimits, x: Spec, y: Spec) -> list[Spec]:
    rows = [
        {"n": n, "l95": a, "h95": b, "l998": c, "h998": d}
        for n, a, b, c, d in zip(
            limits.n, limits.low95, limits.high95, limits.low998, limits.high998, strict=True
        )
    ]
    data = {"values": rows}

    def band(low: str, high: str, colour: str) -> Spec:
        return {
            "data": data,
            "mark": {"type": "area", "color": colour},
            "encoding": {"x": x, "y": {**y, "field": low}, "y2": {"field": high}},
        }

    def edge(field: str, dash: list[int] | None) -> Spec:
        mark: Spec = {"type": "line", "color": "var(--fy-c-axis)", "strokeWidth": 1}
        if dash:
            mark["strokeDash"] = dash
        return {"data": data, "mark": mark, "encoding": {"x": x, "y": {**y, "field": field}}}

    return [
        band("l998", "h998", "var(--fy-c-band2)"),
        band("l95", "h95", "var(--fy-c-band1)"),
        edge("l998", None),
        edge("h998", None),
        edge("l95", [4, 3]),
        edge("h95", [4, 3]),
    ]


def _nation_layer(nation: float, last: float, x: Spec, y: Spec) -> list[Spec]:
    data = {"values": [{"n": 0, "share": nation}, {"n": last, "share": nation}]}
    mark = {"type": "line", "color": "var(--fy-c-ink)", "strokeWidth": 1.5}
    return [{"data": data, "mark": mark, "encoding": {"x": x, "y": y}}]


def _dots(points: Sequence[FunnelPoint], mark: Spec, x: Spec, y: Spec) -> list[Spec]:
    if not points:
        return []
    rows = [{"n": point.n, "share": point.share} for point in points]
    return [{"data": {"values": rows}, "mark": {"type": "point", **mark}, "encoding": {"x": x, "y": y}}]


def _point_layers(points: Sequence[FunnelPoint], x: Spec, y: Spec) -> list[Spec]:
    inside = [point for point in points if point.outside == "within"]
    others = [point for point in inside if point.kind == "other"]
    similar = [point for point in inside if point.kind == "similar"]
    ring = {"size": 54, "fill": "var(--fy-surface)", "stroke": "var(--fy-c-ink)", "strokeWidth": 2}
    return [
        *_dots(others, {"color": "var(--fy-c-other)", "size": 54}, x, y),
        *_dots(similar, ring, x, y),
    ]


def _label_heights(points: Sequence[FunnelPoint], per_n: float, gap: float) -> list[float]:
    """Where names may stand beside points sorted by base, so that near ones do not run together."""
    heights: list[float] = []
    start = 0
    for index in range(1, len(points) + 1):
        apart = index == len(points) or (points[index].n - points[index - 1].n) * per_n > NAME_REACH
        if apart:
            heights += spread([point.share for point in points[start:index]], gap)
            start = index
    return heights


@dataclass(frozen=True)
class _Box:
    """What is taken on the plot: pixels right of `n`, and shares."""

    n: int
    left: float
    right: float
    low: float
    high: float


@dataclass(frozen=True)
class _Names:
    """Pixels per unit of base, the share one line of text takes, and what names must keep clear of."""

    per_n: float
    line: float
    taken: Sequence[_Box]

    def clear(self, n: int, height: float) -> bool:
        """Whether a name that begins at `n` runs into nothing."""
        begin = n * self.per_n + 9
        return not any(
            begin < box.n * self.per_n + box.right
            and box.n * self.per_n + box.left < begin + NAME_REACH
            and box.low - self.line / 2 < height < box.high + self.line / 2
            for box in self.taken
        )


def _own_boxes(points: Sequence[FunnelPoint], limits: FunnelLimits, top: float) -> list[_Box]:
    """The reader's own mark with its leader, and its label, which matter more than another's name."""
    boxes = []
    for point in (point for point in points if point.kind == "own"):
        label = _own_label(point, limits, top)
        boxes.append(_Box(point.n, -8, 8, point.share - 0.01, label))
        boxes.append(_Box(point.n, -5, 9.0 * len(point.name) + 40, label - 0.02, label + 0.02))
    return boxes


def _own_label(point: FunnelPoint, limits: FunnelLimits, top: float) -> float:
    """At which share the own label stands."""
    return min(top - 0.025, max(limits.high_at(point.n), point.share) + 0.1)


def _outside_layers(points: Sequence[FunnelPoint], names: _Names, x: Spec, y: Spec) -> list[Spec]:
    layers: list[Spec] = []
    for place, shape in (("over", "triangle-up"), ("under", "triangle-down")):
        chosen = [point for point in points if point.outside == place and point.kind != "own"]
        layers += _dots(chosen, {"color": "var(--fy-c-ink)", "shape": shape, "size": 95}, x, y)
        farthest = sorted(chosen, key=lambda point: point.share, reverse=place == "over")[:MOST_NAMES]
        named = sorted(farthest, key=lambda point: point.n)
        for point, height in zip(named, _label_heights(named, names.per_n, names.line), strict=True):
            if not names.clear(point.n, height):
                continue
            before = (x["scale"]["domain"][1] - point.n) * names.per_n < NAME_REACH
            layers += words_at(
                point.name,
                {**x, "field": None, "datum": point.n},
                {**y, "field": None, "datum": height},
                align="right" if before else "left",
                dx=-9 if before else 9,
                fontWeight=500,
            )
    return [without_empty_fields(layer) for layer in layers]


def _own_layers(
    points: Sequence[FunnelPoint], limits: FunnelLimits, top: float, x: Spec, y: Spec
) -> list[Spec]:
    layers: list[Spec] = []
    for point in (point for point in points if point.kind == "own"):
        label = _own_label(point, limits, top)
        rows = [{"n": point.n, "share": point.share, "label": label - 0.02}]
        layers.append(
            {
                "data": {"values": rows},
                "mark": {"type": "rule", "color": "var(--fy-c-ink)", "strokeWidth": 1.25},
                "encoding": {"x": x, "y": y, "y2": {"field": "label"}},
            }
        )
        own = {"size": 150, "fill": "var(--fy-c-own)", "stroke": "var(--fy-c-edge)", "strokeWidth": 1.5}
        layers += _dots([point], own, x, y)
        after = point.n > max(limits.n) * 0.6
        layers += words_at(
            f"{point.name} {percent(point.share)}",
            {**x, "field": None, "datum": point.n},
            {**y, "field": None, "datum": label},
            align="right" if after else "left",
            dx=5 if after else -5,
            dy=-2,
            fontSize=14,
            fontWeight=600,
        )
    return [without_empty_fields(layer) for layer in layers]


def _limit_labels(limits: FunnelLimits, nation: float, gap: float, width: int, y: Spec) -> list[Spec]:
    at_end = [limits.high998[-1], limits.high95[-1], nation, limits.low95[-1], limits.low998[-1]]
    percent998, percent95 = "99,8\u00a0%", "95\u00a0%"
    country = f"{gettext('Riket')} {percent(nation)}"
    texts = (percent998, percent95, country, percent95, percent998)
    layers: list[Spec] = []
    for index, (at, text) in enumerate(zip(spread(at_end, gap), texts, strict=True)):
        inside = width == NARROW and index == 2
        place = {**y, "field": None, "datum": nation if inside else at}
        layers += words_at(
            text,
            {"value": "width"},
            place,
            halo=inside,
            align="right" if inside else "left",
            dx=-2 if inside else 5,
            dy=-9 if inside else 0,
            color="var(--fy-text)" if index == 2 else "var(--fy-text2)",
        )
    return [without_empty_fields(layer) for layer in layers]
