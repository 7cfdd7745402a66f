"""Charts of one insats, and the table that says the same."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from fyrklang.sdk.results import Share
from fyrklang.web.chart_goal import goal_bar
from fyrklang.web.chart_run import RunPoint
from fyrklang.web.chart_run import run_chart as draw_run
from fyrklang.web.formats import blank_word, interval, percent
from fyrklang.web.i18n import gettext as _
from fyrklang.web.tables import Cell, Column, Row, Table

if TYPE_CHECKING:
    from fyrklang.modules.interventions.present import Result
    from fyrklang.web.chart_theme import Chart

HALVES_SHOWN = 8
FEWEST_FOR_MEDIAN = 5


def goal_chart(view: Result) -> Chart | None:
    """The year's share with its interval against the goal; None without a base."""
    share = view.share
    if share.value is None or share.interval is None:
        return None
    goal = view.goal / 1000 if view.goal is not None else None
    return goal_bar(share.value, *share.interval, goal=goal)


def run_chart(view: Result) -> Chart:
    """Half-years in order; protected and empty ones break the line."""
    halves = view.halves[-HALVES_SHOWN:]
    shown = [share.value for _label, share in halves if share.value is not None and not share.protected]
    goal = view.goal / 1000 if view.goal is not None else None
    middle = median(shown) if len(shown) >= FEWEST_FOR_MEDIAN else None
    return draw_run([_point(label, share) for label, share in halves], goal=goal, median=middle)


def _point(label: str, share: Share) -> RunPoint:
    if share.value is None or share.interval is None:
        return RunPoint(label, blank=blank_word("not_reported"), mark="-")
    if share.protected:
        return RunPoint(label, blank=blank_word("protected"), mark="..")
    low, high = share.interval
    return RunPoint(label, share.value, low, high, share.numerator, share.denominator)


def half_year_table(view: Result) -> Table:
    """The run chart as a table, every half-year there is."""
    return Table(
        caption=_("Per halvår"),
        columns=[
            Column("half", _("Halvår")),
            Column("share", _("Andel"), "number"),
            Column("limits", _("Osäkerhetsintervall 95 %"), "number-soft"),
            Column("base", _("Avslut"), "number"),
        ],
        rows=[_half_row(label, share) for label, share in view.halves],
    )


def _half_row(label: str, share: Share) -> Row:
    if share.value is None or share.interval is None:
        return Row(cells={"half": label, "share": Cell(blank="not_reported")})
    if share.protected:
        return Row(cells={"half": label, "share": Cell(blank="protected")})
    return Row(
        cells={
            "half": label,
            "share": percent(share.value),
            "limits": interval(*share.interval),
            "base": share.denominator,
        }
    )


def sex_rows(view: Result) -> list[tuple[str, Share, str]]:
    """Women and men: word, share, and the mark that tells them apart by form."""
    return [(_("Kvinnor"), view.women, "women"), (_("Män"), view.men, "men")]
