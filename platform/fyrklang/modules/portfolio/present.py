"""What the pages of the portfolio show, and the decision paper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import url_for
from markupsafe import Markup

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.modules.portfolio.models import Application, Step
from fyrklang.modules.portfolio.protocol import PARTS, STEPS
from fyrklang.modules.portfolio.service import Line, Money
from fyrklang.sdk import codes
from fyrklang.sdk.insatser import Insats
from fyrklang.sdk.portfolio import adds_links
from fyrklang.web.formats import date_iso, money, number, span
from fyrklang.web.i18n import gettext as _
from fyrklang.web.pdf import make_pdf
from fyrklang.web.shell import component
from fyrklang.web.tables import Cell, Column, Link, Row, Table

TEMPLATE = Path(__file__).parent / "templates" / "portfolio" / "paper.typ"
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
IN_PLAY = ("DECIDED", "RUNNING", "PAUSED")
"""Statuses of what is there or about to be, as opposed to ideas and what is over."""
YEARS_BACK, YEARS_AHEAD = 4, 3


@adds_links
def links(actor: Actor, intervention_id: UUID) -> Iterable[Link]:
    """The life of an insats, from the page of the insats."""
    url = url_for("portfolio.life", slug=actor.slug, intervention_id=intervention_id)
    yield Link(_("Beslut och steg"), url)


def tabs(actor: Actor, view: str) -> list[Link]:
    """The views of the portfolio."""
    named = [("timeline", _("Tidslinje")), ("matrix", _("Målgrupp och form"))]
    if actor.may(Permission.ECONOMY_READ):
        named.insert(0, ("overview", _("Beslut, pengar och personal")))
    return [
        Link(label, url_for(f"portfolio.{name}", slug=actor.slug), current=name == view)
        for name, label in named
    ]


def status(code: str) -> Markup:
    """The status of an insats with its mark."""
    return component("status", STATUS_KEYS[code], text=codes.INTERVENTION_STATUSES[code])


def life_url(actor: Actor, insats: Insats) -> str:
    """The page of one insats' life."""
    return url_for("portfolio.life", slug=actor.slug, intervention_id=insats.id)


def year_links(actor: Actor, year: int, this_year: int) -> list[Link]:
    """Last year, this and next."""
    return [
        Link(str(at), url_for("portfolio.overview", slug=actor.slug, year=at), current=at == year)
        for at in (this_year - 1, this_year, this_year + 1)
    ]


def overview_table(actor: Actor, lines: Sequence[Line], year: int) -> Table:
    """A row for each insats: decision, budget and outcome, lent staff."""
    columns = [
        Column("name", _("Insats")),
        Column("status", _("Status"), "nowrap", card="whole"),
        Column("decision", _("Beslut i kraft"), "nowrap"),
        Column("budget", _("Budget"), "number"),
        Column("actual", _("Utfall"), "number"),
        Column("staff", _("Personal"), "number"),
    ]
    sums = {what: kronor(sum(line.known.get(what, 0) for line in lines)) for what in ("budget", "actual")}
    rows = [_line_row(actor, line) for line in lines]
    return Table(
        _("Beslut, pengar och personal %(year)s", year=year),
        columns,
        [*rows, Row({"name": _("Alla insatser"), **sums}, kind="sum")],
    )


def _line_row(actor: Actor, line: Line) -> Row:
    budget, actual = line.known.get("budget"), line.known.get("actual")
    return Row(
        {
            "name": line.insats.name,
            "status": Cell(status(line.insats.status)),
            "decision": _decision_cell(line.decision),
            "budget": Cell(
                kronor(budget),
                note=_("%(much)s mot beslutat", much=signed(line.difference)) if line.difference else "",
                below=True,
            )
            if budget is not None
            else Cell(blank="not_reported"),
            "actual": kronor(actual) if actual is not None else Cell(blank="not_reported"),
            "staff": _staff_cell(line),
        },
        url=life_url(actor, line.insats),
    )


def _decision_cell(decision: Step | None) -> Cell:
    if decision is None:
        return Cell(blank="not_reported", blank_text=_("Inget registrerat"))
    granted = money(decision.amount_ore) if decision.amount_ore is not None else ""
    words = f"{decision.reference}, {date_iso(decision.on_date)}"
    return Cell(granted or words, note=words if granted else "", below=True)


def _staff_cell(line: Line) -> Cell:
    promised, filled = line.known.get("promised"), line.known.get("filled", 0)
    if promised is None:
        return Cell(blank="not_reported", blank_text=_("Ingen"))
    vacant = promised - filled
    note = _("%(percent)s %% vakant", percent=vacant) if vacant else ""
    return Cell(f"{filled} %", note=note, below=True)


def kronor(ore: int) -> str:
    """An amount without its unit, for a column of amounts."""
    return money(ore).removesuffix("kr").rstrip()


def signed(ore: int | None) -> str:
    """A difference with its sign."""
    return "" if not ore else f"+{money(ore)}" if ore > 0 else money(ore)


def timeline_span(found: Sequence[Insats], today: date) -> tuple[int, int]:
    """First and last year of the time line."""
    first = min((item.starts_on.year for item in found), default=today.year)
    last = max((item.ends_on.year for item in found if item.ends_on), default=today.year)
    return max(first, today.year - YEARS_BACK), max(min(last, today.year + YEARS_AHEAD), today.year)


def timeline_table(actor: Actor, found: Sequence[Insats], today: date) -> Table:
    """Insatser that are in play or were within the years shown, each with a bar over them."""
    first, last = timeline_span(found, today)
    shown = [
        item
        for item in found
        if item.status != "REJECTED" and item.starts_on.year <= last and (item.ends_on or today).year >= first
    ]
    columns = [
        Column("name", _("Insats")),
        Column("status", _("Status"), "nowrap", card="whole"),
        Column("span", _("Period"), "nowrap"),
        Column("bar", f"{first}–{last}", "mark", card="none"),
    ]
    rows = [
        Row(
            {
                "name": item.name,
                "status": Cell(status(item.status)),
                "span": span(item.starts_on, item.ends_on),
                "bar": Cell(time_bar(item, (first, last), today)),
            },
            url=life_url(actor, item),
        )
        for item in sorted(shown, key=lambda item: (item.status not in IN_PLAY, item.starts_on))
    ]
    return Table(_("Tidslinje"), columns, rows)


def time_bar(item: Insats, years: tuple[int, int], today: date) -> Markup:
    """A bar from first to last day with a tick at today; the row says the same in dates."""
    start, end = date(years[0], 1, 1), date(years[1] + 1, 1, 1)
    left, right, now = (_along(day, start, end) for day in (item.starts_on, item.ends_on or end, today))
    tone = "ink" if item.status in ("RUNNING", "PAUSED") else "soft"
    return Markup(
        '<svg class="fy-mark-row" aria-hidden="true">'
        '<line class="fy-r-track" x1="0" x2="100%" y1="50%" y2="50%"/>'
        '<rect class="fy-money fy-money--{}" x="{:.2f}%" y="25%" width="{:.2f}%" height="50%"/>'
        '<line class="fy-r-goal" x1="{:.2f}%" x2="{:.2f}%" y1="8%" y2="92%"/></svg>'
    ).format(tone, left, max(0.5, right - left), now, now)


def _along(day: date, start: date, end: date) -> float:
    return min(100.0, max(0.0, 100 * (day - start).days / (end - start).days))


def matrix_table(found: Sequence[Insats]) -> Table:
    """Target groups against forms: the names of what is in play, and words where nothing is."""
    active = [item for item in found if item.status in IN_PLAY and item.direction == "INDIVIDUAL"]
    columns = [Column("group", _("Målgrupp")), *(Column(code, word) for code, word in codes.FORMATS.items())]
    rows = [
        Row(
            {
                "group": word,
                **{form: _matrix_cell(active, code, form) for form in codes.FORMATS},
            }
        )
        for code, word in codes.NEED_GROUPS.items()
    ]
    return Table(_("Målgrupper mot former"), columns, rows)


def _matrix_cell(active: Sequence[Insats], group: str, form: str) -> Cell:
    names = [item.name for item in active if group in item.target_groups and item.format == form]
    if not names:
        return Cell(blank="not_applicable", blank_text=_("Ingen"))
    return Cell(number(len(names)), note=", ".join(names), below=True)


def gaps(found: Sequence[Insats]) -> list[str]:
    """Target groups that nothing in play is meant for."""
    met = {
        code
        for item in found
        if item.status in IN_PLAY and item.direction == "INDIVIDUAL"
        for code in item.target_groups
    }
    return [word for code, word in codes.NEED_GROUPS.items() if code not in met and code != "OTHER"]


def step_facts(step: Step) -> list[tuple[str, str]]:
    """What a step says, in the words of its kind."""
    labels = STEPS[step.kind].labels
    listed = []
    for name, label in labels.items():
        value = getattr(step, name)
        if value in (None, ""):
            continue
        shown = (
            money(value) if name == "amount_ore" else date_iso(value) if isinstance(value, date) else value
        )
        listed.append((str(label), shown))
    return listed


def money_table(found: Money) -> Table:
    """Budget and outcome per year, ESF apart."""
    columns = [
        Column("year", _("År")),
        Column("budget", _("Budget"), "number"),
        Column("actual", _("Utfall"), "number"),
        Column("esf_budget", _("ESF, budget"), "number-soft"),
        Column("esf_actual", _("ESF, utfall"), "number-soft"),
    ]
    rows = [
        Row(
            {
                "year": str(each.year),
                **{
                    name: "" if value is None else kronor(value)
                    for name, value in (
                        ("budget", each.budget),
                        ("actual", each.actual),
                        ("esf_budget", each.esf_budget),
                        ("esf_actual", each.esf_actual),
                    )
                },
            }
        )
        for each in found.years
    ]
    return Table(_("Budget och utfall i kronor"), columns, rows)


def money_sentence(found: Money) -> str:
    """Whether budget and decision agree."""
    decision = found.decision
    if decision is None or decision.amount_ore is None or not found.years:
        return ""
    granted, budgeted = money(decision.amount_ore), money(found.budgeted)
    if found.difference == 0:
        return _("Budgeten för beslutets år är lika stor som det beviljade, %(granted)s.", granted=granted)
    values = {"granted": granted, "budgeted": budgeted, "much": money(abs(found.difference))}
    if found.difference > 0:
        return _(
            "Budgeten för beslutets år är %(budgeted)s, %(much)s mer än det beviljade %(granted)s.", **values
        )
    return _(
        "Budgeten för beslutets år är %(budgeted)s, %(much)s mindre än det beviljade %(granted)s.", **values
    )


def paper(
    insats: Insats,
    application: Application,
    steps: Sequence[Step],
    found: Money,
    whose: tuple[str, bool],
) -> bytes:
    """The decision paper as an accessible PDF, in Swedish since it is filed; `whose` is name and whether invented."""
    subject, synthetic = whose
    content: dict[str, Any] = {
        "title": f"Beslutsunderlag: {insats.name}",
        "subtitle": subject,
        "foot": f"{subject} · Beslutsunderlag",
        "synthetic": synthetic,
        "facts": _paper_facts(insats),
        "parts": [[str(word), getattr(application, name)] for name, word in PARTS.items()],
        "steps": [
            [f"{STEPS[step.kind].done} {date_iso(step.on_date)}", [list(pair) for pair in step_facts(step)]]
            for step in steps
        ],
        "years": [
            [
                str(each.year),
                *("" if value is None else kronor(value) for value in (each.budget, each.actual)),
            ]
            for each in found.years
        ],
        "sentence": money_sentence(found),
    }
    return make_pdf(TEMPLATE, content)


def _paper_facts(insats: Insats) -> list[list[str]]:
    groups = ", ".join(codes.NEED_GROUPS[code] for code in insats.target_groups)
    listed = [
        ["Inriktning", codes.DIRECTIONS[insats.direction]],
        ["Form", codes.FORMATS[insats.format]],
        ["Målgrupper", groups],
        ["Platser", number(insats.places) if insats.places else ""],
        ["ESF-medel", "Ja" if insats.esf_funded else "Nej"],
        ["Status", codes.INTERVENTION_STATUSES[insats.status]],
        ["Period", span(insats.starts_on, insats.ends_on)],
    ]
    return [pair for pair in listed if pair[1]]


def this_year() -> int:
    """The year it is."""
    return clock.today().year
