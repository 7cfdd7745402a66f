"""The platform's charts from plain numbers: funnel, run chart, goal bar and dots with intervals.

No builder computes statistics: limits and intervals come in as arguments, so that one place in the domain
answers for them. Shares are 0 to 1. Every chart must stand with a table twin and its definition; the macro
`ui.figure` asks for both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fyrklang.web.chart_funnel import FunnelLimits, FunnelPoint, Place, PointKind, funnel
from fyrklang.web.chart_run import RunPoint, run_chart
from fyrklang.web.chart_theme import (
    MIDDLE,
    NARROW,
    PERCENT_LABEL,
    Chart,
    Spec,
    draw,
    file_svg,
    frame,
    in_hex,
    nice_top,
    png,
    words_at,
)
from fyrklang.web.formats import interval, percent
from fyrklang.web.i18n import gettext

__all__ = [
    "Chart",
    "Dot",
    "DotGroup",
    "DotGroups",
    "FunnelLimits",
    "FunnelPoint",
    "Place",
    "PointKind",
    "RunPoint",
    "dot_groups",
    "file_svg",
    "funnel",
    "goal_bar",
    "in_hex",
    "png",
    "run_chart",
]


def goal_bar(share: float, low: float, high: float, goal: float | None = None) -> Chart:
    """One result with its interval against the goal, on 0–100 %."""
    views = [(width, _goal_view(width, share, low, high, goal)) for width in (NARROW, MIDDLE)]
    words = gettext(
        "Resultat %(share)s, osäkerhetsintervall %(interval)s.",
        share=percent(share),
        interval=interval(low, high),
    )
    if goal is not None:
        words += " " + gettext("Mål %(goal)s.", goal=percent(goal))
    return draw(views, words)


def _goal_view(width: int, share: float, low: float, high: float, goal: float | None) -> Spec:
    x: Spec = {
        "type": "quantitative",
        "scale": {"domain": [0, 1], "nice": False},
        "axis": {"values": [0, 0.25, 0.5, 0.75, 1], "labelExpr": PERCENT_LABEL, "grid": True},
    }
    middle = {"value": 40}

    def at(value: float) -> Spec:
        return {**x, "datum": value}

    band = {"type": "rule", "color": "var(--fy-c-own)", "opacity": 0.38, "strokeWidth": 15, "strokeCap": "round"}
    dot = {
        "type": "point",
        "size": 140,
        "fill": "var(--fy-c-own)",
        "stroke": "var(--fy-c-edge)",
        "strokeWidth": 1.5,
    }
    layers: list[Spec] = [
        {"mark": band, "encoding": {"x": at(low), "x2": {"datum": high}, "y": middle}},
        {"mark": dot, "encoding": {"x": at(share), "y": middle}},
    ]
    ends = f"{interval(low, high, unit=False)}".split("–")
    # Ends that would run together under a short band move outwards.
    close = (high - low) * (width - 42) < 34
    layers += words_at(ends[0], at(low), {"value": 62}, align="right" if close else "center", color="var(--fy-text2)")
    layers += words_at(ends[1], at(high), {"value": 62}, align="left" if close else "center", color="var(--fy-text2)")
    value_side, goal_side = "center", "center"
    if goal is not None:
        tick = {"type": "rule", "color": "var(--fy-c-ink)", "strokeWidth": 2}
        layers.append({"mark": tick, "encoding": {"x": at(goal), "y": {"value": 14}, "y2": {"value": 58}}})
        before = goal <= share
        goal_side = "right" if (before and goal > 0.2) or goal > 0.8 else "left"
        if abs(goal - share) * (width - 42) < 34:
            value_side = "left" if before else "right"
        layers += words_at(
            gettext("Mål %(share)s", share=percent(goal)),
            at(goal),
            {"value": 6},
            align=goal_side,
            dx=4 if goal_side == "right" else -4,
            fontWeight=600,
        )
    layers += words_at(percent(share), at(share), {"value": 19}, align=value_side, fontSize=14, fontWeight=600)
    return frame(width, 108, (4, 24, 26, 18), layers)


@dataclass(frozen=True)
class Dot:
    """One unit with its share and interval. `place` is against 95 %, `outside` beyond 99.8 %."""

    name: str
    share: float
    low: float
    high: float
    numerator: int
    denominator: int
    place: Place = "within"
    outside: bool = False
    own: bool = False
    note: str = ""
    url: str = ""

    @property
    def mark(self) -> str:
        """The form of the dot: brass for own, triangle beyond 99.8 %, else grey."""
        if self.own:
            return "own"
        return self.place if self.outside and self.place != "within" else "other"


@dataclass(frozen=True)
class DotGroup:
    """The dots that stand on one side of the limits."""

    title: str
    note: str
    dots: tuple[Dot, ...]


@dataclass(frozen=True)
class DotGroups:
    """Own first, then over, within and under, all on one scale with the nation's line through."""

    own: tuple[Dot, ...]
    groups: tuple[DotGroup, ...]
    nation: float
    scale_high: float


def dot_groups(dots: Sequence[Dot], nation: float) -> DotGroups:
    """Group dots for `ui.dot_groups`, in the order given. The scale ends where the longest interval does."""

    def those(place: Place) -> tuple[Dot, ...]:
        return tuple(dot for dot in dots if dot.place == place and not dot.own)

    groups = (
        DotGroup(gettext("Över det väntade"), gettext("utanför 95 %, ▲ utanför 99,8 %"), those("over")),
        DotGroup(gettext("Inom det väntade"), gettext("går inte att skilja från riket"), those("within")),
        DotGroup(gettext("Under det väntade"), gettext("utanför 95 %, ▼ utanför 99,8 %"), those("under")),
    )
    top = nice_top(max([nation, *(dot.high for dot in dots)], default=1.0))
    return DotGroups(tuple(dot for dot in dots if dot.own), groups, nation, top)
