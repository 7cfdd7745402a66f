"""The portfolio's table, filters and pages, and the small tables of the forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from markupsafe import Markup

from fyrklang.access.actor import Actor
from fyrklang.modules.interventions import service
from fyrklang.modules.interventions.present import Portfolio, PortfolioRow
from fyrklang.sdk import codes
from fyrklang.sdk.measures import MEASURES, Measure
from fyrklang.sdk.results import Share
from fyrklang.web.formats import number, percent, share_of
from fyrklang.web.i18n import gettext as _
from fyrklang.web.shell import component
from fyrklang.web.tables import Cell, Column, Link, Pager, Row, Table

FILTERED_STATUSES = ("RUNNING", "DECIDED", "ENDED", "IMPLEMENTED")


def portfolio_table(view: Portfolio, year: int) -> Table:
    """The portfolio as a table with a sum row."""
    columns = [
        Column("name", _("Insats")),
        Column("status", _("Status"), "nowrap", card="whole"),
        Column("participants", _("Deltagare %(year)s", year=year), "number"),
        Column("goal", _("Mål"), "number-soft"),
        Column("share", _("Till arbete eller studier"), "number", card="value"),
        Column("mark", _("0–100 %"), "mark", card="none"),
    ]
    sums = Row(
        cells={
            "name": _("Hela förbundet"),
            "participants": Cell(blank="not_reported") if view.participants is None else view.participants,
            "share": _share_cell(view.share),
        },
        kind="sum",
    )
    return Table(
        caption=_("Insatser %(year)s", year=year),
        columns=columns,
        rows=[*(_row(item) for item in view.rows), sums],
    )


def _row(item: PortfolioRow) -> Row:
    row = item.row
    words = f"{codes.FORMATS[row.format]} · {codes.FOCUS[row.focus]}"
    cells: dict[str, Cell | Markup | str | int | None] = {
        "name": Cell(row.name, note=words, below=True),
        "status": Cell(_status(item.status_key, codes.INTERVENTION_STATUSES[row.status])),
    }
    if row.direction == "INDIVIDUAL":
        cells |= {
            "participants": Cell(blank="not_reported") if item.participants is None else item.participants,
            "goal": percent(item.goal / 1000, 1 if item.goal % 10 else 0) if item.goal is not None else None,
            "share": _share_cell(item.share),
            "mark": _mark(item),
        }
    else:
        cells["participants"] = Cell(blank="not_applicable")
    return Row(cells=cells, url=item.url)


def _share_cell(share: Share) -> Cell:
    if share.value is None:
        return Cell(blank="not_reported")
    if share.protected:
        return Cell(blank="protected")
    return Cell(percent(share.value), note=share_of(share.numerator, share.denominator), below=True)


def _mark(item: PortfolioRow) -> Cell | None:
    if item.share.interval is None or item.share.protected:
        return None
    low, high = item.share.interval
    goal = item.goal / 1000 if item.goal is not None else None
    return Cell(component("radmatt", item.share.value, low, high, goal=goal))


def _status(key: str, text: str) -> Markup:
    return component("status", key, text=text)


def status_links(actor: Actor, wanted: Mapping[str, Any], year: int) -> list[Link]:
    """Chips for the statuses worth choosing; the chosen one leads back to all."""
    return [
        Link(
            codes.INTERVENTION_STATUSES[code],
            _list_url(actor, {**wanted, "status": None if wanted["status"] == code else code}, year),
            current=wanted["status"] == code,
        )
        for code in FILTERED_STATUSES
    ]


def direction_links(actor: Actor, wanted: Mapping[str, Any], year: int) -> list[Link]:
    """Chips for the two directions."""
    return [
        Link(
            label,
            _list_url(actor, {**wanted, "direction": None if wanted["direction"] == code else code}, year),
            current=wanted["direction"] == code,
        )
        for code, label in codes.DIRECTIONS.items()
    ]


def year_links(actor: Actor, wanted: Mapping[str, Any], years: Sequence[int], year: int) -> list[Link]:
    """The years there are counts for, latest first, at most six."""
    return [Link(str(each), _list_url(actor, wanted, each), current=each == year) for each in years[:6]]


def pager(actor: Actor, listing: service.Listing, wanted: Mapping[str, Any], year: int) -> Pager:
    """Where in the list we are."""
    first = (listing.page - 1) * listing.page_size + 1
    last = first + len(listing.rows) - 1
    before, after = listing.page - 1, listing.page + 1
    return Pager(
        first,
        last,
        listing.total,
        _("insatser"),
        previous_url=_list_url(actor, {**wanted, "page": before}, year) if before else "",
        next_url=_list_url(actor, {**wanted, "page": after}, year) if last < listing.total else "",
    )


def goal_table(goals: Sequence[Any]) -> Table:
    """Every goal that was ever set."""
    return Table(
        caption=_("Mål hittills"),
        columns=[
            Column("measure", _("Mått")),
            Column("target", _("Mål, minst"), "number"),
            Column("from", _("Från och med"), "number"),
        ],
        rows=[
            Row(
                cells={
                    "measure": MEASURES[goal.measure].name,
                    "target": percent(goal.target_permille / 1000, 1 if goal.target_permille % 10 else 0),
                    "from": str(goal.first_year),
                }
            )
            for goal in goals
        ],
    )


def difference_table(changed: Sequence[tuple[str, str, str]]) -> Table:
    """What somebody else saved beside what you wrote."""
    nothing = _("Inget")
    return Table(
        caption=_("Skillnader"),
        columns=[
            Column("what", _("Uppgift")),
            Column("theirs", _("Sparat nu")),
            Column("yours", _("Du skrev")),
        ],
        rows=[
            Row(cells={"what": what, "theirs": theirs or nothing, "yours": yours or nothing})
            for what, theirs, yours in changed
        ],
    )


def facts(row: Any) -> list[tuple[str, Any]]:
    """The line of facts under the heading of an insats."""
    parties = [party.lower() for party in codes.PARTY_KINDS if party in row.parties]
    glyph = component("party", parties) if parties else ""
    groups = ", ".join(codes.NEED_GROUPS[code] for code in row.target_groups)
    start = row.starts_on.isoformat()
    end = row.ends_on.isoformat() if row.ends_on else ""
    span = (
        _("%(start)s till %(end)s", start=start, end=end) if end else _("%(start)s tills vidare", start=start)
    )
    listed = [
        (_("Målgrupp"), groups),
        (_("Parter"), glyph),
        (_("Form"), codes.FORMATS[row.format]),
        (_("Pågår"), span),
        (_("Platser"), number(row.places) if row.places else ""),
    ]
    return [(label, value) for label, value in listed if value]


def options(known: Mapping[str, str]) -> list[tuple[str, str]]:
    """A code list as a field takes it."""
    return list(known.items())


def _list_url(actor: Actor, wanted: Mapping[str, Any], year: int) -> str:
    chosen = {name: value for name, value in wanted.items() if value is not None and name != "year"}
    if chosen.get("page") == 1:
        chosen.pop("page")
    if chosen.get("page_size") == 100:
        chosen.pop("page_size")
    return url_for("interventions.portfolio", slug=actor.slug, year=year, **chosen)


def definition(measure: Measure) -> list[tuple[str, str]]:
    """ "Så räknas det" for a measure."""
    return [
        (_("Vad som räknas"), measure.counted),
        (_("Bas"), measure.base),
        (_("Räknas inte"), measure.excluded),
        (_("Det går inte att säga"), measure.caution),
    ]


def result_year_links(actor: Actor, row: Any, years: Sequence[int], year: int) -> list[Link]:
    """The years an insats has results for, latest first, at most six."""
    return [
        Link(
            str(each),
            url_for("interventions.show", slug=actor.slug, intervention_id=row.id, year=each),
            current=each == year,
        )
        for each in sorted(years, reverse=True)[:6]
    ]


def years_to_choose(row: Any, this_year: int) -> list[tuple[int, str]]:
    """Years an insats may have counts for, latest first."""
    return [(year, str(year)) for year in range(this_year, row.starts_on.year - 1, -1)]


def quarters() -> list[tuple[int, str]]:
    """The four quarters in months."""
    return [
        (1, _("januari–mars")),
        (2, _("april–juni")),
        (3, _("juli–september")),
        (4, _("oktober–december")),
    ]
