"""The platform's charts from plain numbers: funnel, run chart, goal bar and dots with intervals.

No builder computes statistics: limits and intervals come in as arguments, so that one place in the domain
answers for them. Shares are 0 to 1. Every chart must stand with a table twin and its definition; the macro
`ui.figure` asks for both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fyrklang.web.chart_funnel import FunnelLimits, FunnelPoint, Place, PointKind, funnel
from fyrklang.web.chart_goal import goal_bar
from fyrklang.web.chart_run import RunPoint, run_chart
from fyrklang.web.chart_theme import Chart, file_svg, in_hex, nice_top, png
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
