"""Goal bar: one result with its interval against the goal."""

from __future__ import annotations

from fyrklang.web.chart_theme import MIDDLE, NARROW, PERCENT_LABEL, Chart, Spec, draw, frame, words_at
from fyrklang.web.formats import interval, percent
from fyrklang.web.i18n import gettext

HEIGHT = 108
MARGINS = (4, 24, 26, 18)
CLOSE = 34
"""Pixels under which two numbers beside each other would run together."""

_BAND = {
    "type": "rule",
    "color": "var(--fy-c-own)",
    "opacity": 0.38,
    "strokeWidth": 15,
    "strokeCap": "round",
}
_DOT = {
    "type": "point",
    "size": 140,
    "fill": "var(--fy-c-own)",
    "stroke": "var(--fy-c-edge)",
    "strokeWidth": 1.5,
}
_SCALE: Spec = {
    "type": "quantitative",
    "scale": {"domain": [0, 1], "nice": False},
    "axis": {"values": [0, 0.25, 0.5, 0.75, 1], "labelExpr": PERCENT_LABEL, "grid": True},
}


def goal_bar(share: float, low: float, high: float, goal: float | None = None) -> Chart:
    """One result with its interval against the goal, on 0–100 %."""
    views = [(width, _view(width, (share, low, high), goal)) for width in (NARROW, MIDDLE)]
    words = gettext(
        "Resultat %(share)s, osäkerhetsintervall %(interval)s.",
        share=percent(share),
        interval=interval(low, high),
    )
    if goal is not None:
        words += " " + gettext("Mål %(goal)s.", goal=percent(goal))
    return draw(views, words)


def _at(value: float) -> Spec:
    return {**_SCALE, "datum": value}


def _view(width: int, result: tuple[float, float, float], goal: float | None) -> Spec:
    share, low, high = result
    plot = width - MARGINS[1] - MARGINS[3]
    middle = {"value": 40}
    layers: list[Spec] = [
        {"mark": _BAND, "encoding": {"x": _at(low), "x2": {"datum": high}, "y": middle}},
        {"mark": _DOT, "encoding": {"x": _at(share), "y": middle}},
        *_ends(low, high, plot),
    ]
    side = "center"
    if goal is not None:
        layers += _goal(goal, share)
        if abs(goal - share) * plot < CLOSE:
            side = "left" if goal <= share else "right"
    place = {"value": 19}
    layers += words_at(percent(share), _at(share), place, align=side, fontSize=14, fontWeight=600)
    return frame(width, HEIGHT, MARGINS, layers)


def _ends(low: float, high: float, plot: float) -> list[Spec]:
    texts = interval(low, high, unit=False).split("–")
    # Ends that would run together under a short band move outwards.
    close = (high - low) * plot < CLOSE
    layers: list[Spec] = []
    for text, at, outward in ((texts[0], low, "right"), (texts[1], high, "left")):
        side = outward if close else "center"
        layers += words_at(text, _at(at), {"value": 62}, align=side, color="var(--fy-text2)")
    return layers


def _goal(goal: float, share: float) -> list[Spec]:
    tick = {"type": "rule", "color": "var(--fy-c-ink)", "strokeWidth": 2}
    line = {"mark": tick, "encoding": {"x": _at(goal), "y": {"value": 14}, "y2": {"value": 58}}}
    left_of_tick = (goal <= share and goal > 0.2) or goal > 0.8
    words = words_at(
        gettext("Mål %(share)s", share=percent(goal)),
        _at(goal),
        {"value": 6},
        align="right" if left_of_tick else "left",
        dx=4 if left_of_tick else -4,
        fontWeight=600,
    )
    return [line, *words]
