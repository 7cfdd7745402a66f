"""What the pages of insatser show: rows, words and charts made of the service's answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from flask import url_for

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.modules.interventions import service
from fyrklang.sdk import codes
from fyrklang.sdk.results import NOTHING, MeasureYear, Share, Standing, standing, year_shares
from fyrklang.web.formats import interval, number, percent, percent_points, share_of
from fyrklang.web.forms import Form
from fyrklang.web.i18n import gettext as _
from fyrklang.web.tables import Cell, Column, Row, Table

STATUS_KEYS = {
    "IDEA": "draft",
    "APPLIED": "waiting",
    "DECIDED": "planned",
    "RUNNING": "ongoing",
    "PAUSED": "off",
    "ENDED": "ended",
    "IMPLEMENTED": "done",
    "REJECTED": "stopped",
}
STANDING_KEYS = {
    Standing.ABOVE: "above_goal",
    Standing.BELOW: "below_goal",
    Standing.UNCLEAR: "indistinct",
}
FEW = 20
"""Under this many endings a share is shown with the warning that chance weighs heavily."""


@dataclass(frozen=True)
class PortfolioRow:
    """One line of the portfolio."""

    row: Any
    url: str
    share: Share
    participants: int | None
    goal: int | None
    status_key: str
    standing_key: str


@dataclass(frozen=True)
class Portfolio:
    """The portfolio and its sums; sums leave out what is not reported."""

    rows: Sequence[PortfolioRow]
    participants: int | None
    share: Share
    years: Sequence[int]


def portfolio(actor: Actor, listing: service.Listing, years: Sequence[int], year: int) -> Portfolio:
    """Rows with result against goal, from facts, in three statements however many rows there are."""
    ids = [row.id for row in listing.rows]
    shares = year_shares(actor.session, ids, ("M1", "M9"), year)
    goals = service.goals_in_force(actor, ids, "M1", year)
    rows = [_portfolio_row(actor, row, shares.get(row.id, {}), goals.get(row.id)) for row in listing.rows]
    total = sum((row.share for row in rows), NOTHING)
    if sum(row.share.protected for row in rows) == 1:
        # The sum less all the others would be the one that is hidden.
        total = replace(total, withheld=True)
    reported = [row.participants for row in rows if row.participants is not None]
    return Portfolio(rows, sum(reported) if reported else None, total, years)


def _portfolio_row(actor: Actor, row: Any, found: dict[str, Share], goal: int | None) -> PortfolioRow:
    share = found.get("M1", NOTHING)
    count = found.get("M9")
    return PortfolioRow(
        row=row,
        url=url_for("interventions.show", slug=actor.slug, intervention_id=row.id),
        share=share,
        participants=count.numerator if count else None,
        goal=goal,
        status_key=STATUS_KEYS[row.status],
        standing_key=STANDING_KEYS.get(standing(share, goal), ""),
    )


@dataclass(frozen=True)
class Result:
    """The goal-against-result panel of one insats in one year."""

    share: Share
    participants: int | None
    known: Share
    goal: int | None
    status_key: str
    verdict: str
    women: Share
    men: Share
    gap: str
    halves: Sequence[tuple[str, Share]]

    @property
    def few(self) -> bool:
        """Whether the base is so small that the reader should be warned."""
        return 0 < self.share.denominator < FEW


def result(actor: Actor, row: Any, series: MeasureYear, year: int) -> Result:
    """Everything the result panel says, with its sentence."""
    goal = service.goal_for(actor, row.id, "M1", year)
    share = series.at(year)
    others = year_shares(actor.session, [row.id], ("M9", "M20"), year).get(row.id, {})
    count = others.get("M9")
    return Result(
        share=share,
        participants=count.numerator if count else None,
        known=others.get("M20", NOTHING),
        goal=goal,
        status_key=STANDING_KEYS.get(standing(share, goal), ""),
        verdict=_verdict(share, goal),
        women=series.by_sex(year)["K"],
        men=series.by_sex(year)["M"],
        gap=_gap(series, year),
        halves=series.half_years(),
    )


def _verdict(share: Share, goal: int | None) -> str:
    where = standing(share, goal)
    if where is Standing.ABOVE:
        return _("Över målet. Skillnaden är större än slumpen brukar ge.")
    if where is Standing.BELOW:
        return _("Under målet. Skillnaden är större än slumpen brukar ge.")
    if where is Standing.UNCLEAR and goal is not None:
        return _("Det går inte att skilja från målet %(goal)s.", goal=percent(goal / 1000, goal % 10 and 1))
    return ""


def _gap(series: MeasureYear, year: int) -> str:
    women, men = series.at(year, sex="K"), series.at(year, sex="M")
    limits = series.sex_gap(year)
    if limits is None or women.value is None or men.value is None:
        return ""
    distinct = limits[0] > 0 or limits[1] < 0
    text = _(
        "Skillnad kvinnor minus män %(gap)s (%(limits)s).",
        gap=percent_points(women.value - men.value),
        limits=interval(*limits, unit=False).replace("–", _(" till ")),
    )
    return text + " " + (_("Större än slumpen brukar ge.") if distinct else _("Går inte att skilja."))


def count_table(actor: Actor, intervention_id: UUID, year: int) -> Table:
    """What is registered per quarter of a year, each leading to its form."""
    rows = service.counts_per_quarter(actor, intervention_id, year)
    may = actor.may(Permission.COUNTS_WRITE)
    columns = [
        Column("quarter", _("Kvartal")),
        Column("started", _("Startade"), "number"),
        Column("ongoing", _("Pågick vid slutet"), "number"),
        Column("ended", _("Avslutade"), "number"),
        Column("known_outcome", _("Känt utfall"), "number"),
        Column("ended_work_study", _("Till arbete eller studier"), "number"),
    ]
    return Table(
        caption=_("Registrerade antal %(year)s", year=year),
        columns=columns,
        rows=[
            Row(
                cells={
                    "quarter": _("Kvartal %(number)s", number=row.quarter),
                    **{column.key: _count_cell(row, column.key) for column in columns[1:]},
                },
                url=url_for(
                    "interventions.count",
                    slug=actor.slug,
                    intervention_id=intervention_id,
                    year=year,
                    quarter=row.quarter,
                )
                if may
                else "",
            )
            for row in rows
        ],
    )


def _count_cell(row: Any, name: str) -> Cell:
    women, men, unknown = (getattr(row, f"{sex}_{name}") for sex in ("k", "m", "u"))
    parts = [_("%(n)s kvinnor", n=number(women)), _("%(n)s män", n=number(men))]
    if unknown:
        parts.append(_("%(n)s uppgift saknas", n=number(unknown)))
    return Cell(text=number(women + men + unknown), note=", ".join(parts), below=True)


def differences(form: Form, row: Any) -> list[tuple[str, str, str]]:
    """What the stored insats says now against what the form says, where they part: label, theirs, yours."""
    yes_or_no = {"": _("Nej"), "1": _("Ja")}
    compared: Sequence[tuple[str, str, Mapping[str, str]]] = (
        ("name", _("Namn"), {}),
        ("direction", _("Inriktning"), codes.DIRECTIONS),
        ("focus", _("Preciserad inriktning"), codes.FOCUS),
        ("format", _("Form"), codes.FORMATS),
        ("target_groups", _("Målgrupper"), codes.NEED_GROUPS),
        ("parties", _("Parter som deltar"), codes.PARTY_KINDS),
        ("places", _("Platser"), {}),
        ("starts_on", _("Startdatum"), {}),
        ("ends_on", _("Slutdatum"), {}),
        ("esf_funded", _("Finansieras delvis av ESF"), yes_or_no),
        ("description", _("Beskrivning"), {}),
    )
    stored, written = Form.of(row._asdict()), Form.of(form.values)
    said = [
        (label, _said(stored, name, known), _said(written, name, known)) for name, label, known in compared
    ]
    return [(label, theirs, yours) for label, theirs, yours in said if theirs != yours]


def _said(form: Form, name: str, known: Mapping[str, str]) -> str:
    """A field in the words of its form, several in the list's order."""
    if not known:
        return form.value(name)
    chosen = form.raw.get(name, [])
    return ", ".join(word for code, word in known.items() if code in chosen)


def share_words(share: Share) -> str:
    """ "50 % (35 av 70)" for a list, or nothing without a base."""
    if share.value is None:
        return ""
    return f"{percent(share.value)} ({share_of(share.numerator, share.denominator)})"
