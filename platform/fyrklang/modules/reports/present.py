"""Figures as tables, sentences and files; the same words whichever door they leave by."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flask import url_for

from fyrklang.access.actor import Actor
from fyrklang.modules.reports.service import KINDS, SECTIONS, STATUSES, Change, Pack
from fyrklang.sdk.documents import Part, docx
from fyrklang.sdk.figures import FIRST_HALF, Figure
from fyrklang.sdk.sheets import Kronor, Sheet, Value
from fyrklang.web.formats import date_iso, moment_long, money, number, percent
from fyrklang.web.i18n import gettext as _
from fyrklang.web.pdf import make_pdf
from fyrklang.web.tables import Cell, Column, Link, Row, Table

TEMPLATE = Path(__file__).parent / "templates" / "reports" / "pack.typ"
SHEET_CODES = {
    "women": "Kvinnor",
    "men": "Män",
    "participants": "Deltagare",
    "budget": "Budgeterat",
    "actual": "Utfall",
    "esf_budget": "ESF, budgeterat",
    "esf_actual": "ESF, utfall",
    "work_study": "Till arbete eller studier",
}
"""The columns of the sheet; what concerns the förbund as a whole only stands below it."""
SECTION_CODES = {
    "results": ("participants", "women", "men", "work_study"),
    "economy": ("budget", "actual", "esf_budget", "esf_actual"),
}
STATUS_KEYS = {"NOT_STARTED": "off", "DRAFT": "draft", "DONE": "done"}
Grid = list[tuple[str, dict[str, Figure]]]


def period_words(year: int, period: int) -> str:
    """`första halvåret 2026` or `helåret 2026`."""
    return f"första halvåret {year}" if period == FIRST_HALF else f"helåret {year}"


def title(pack: Pack) -> str:
    """What it is and of when."""
    return f"{KINDS[pack.report.kind]}, {period_words(pack.report.year, pack.report.period)}"


def words(figure: Figure | None) -> str:
    """A figure as it is read everywhere; with its base, or the word for a blank."""
    if figure is None:
        return ""
    if figure.value is None:
        return figure.word
    if figure.unit == "ore":
        return money(figure.value)
    if figure.unit == "permille":
        base = f" ({figure.base})" if figure.base else ""
        return percent(figure.value / 1000, 1) + base
    return number(figure.value)


def grid(figures: Sequence[Figure]) -> Grid:
    """Insatser and posts with their figures by code, the whole förbund last."""
    rows: dict[str, tuple[str, dict[str, Figure]]] = {}
    for figure in figures:
        rows.setdefault(figure.subject, (figure.name, {}))[1][figure.code] = figure
    whole = rows.pop("", None)
    return [*rows.values(), *([whole] if whole else [])]


def figure_table(figures: Sequence[Figure], codes: Sequence[str] = tuple(SHEET_CODES)) -> Table:
    """The sheet as a table; a code that nobody has is left out."""
    shown = [code for code in codes if any(figure.code == code for figure in figures)]
    columns = [Column("name", _("Insats eller post"))]
    columns += [Column(code, SHEET_CODES[code], "number") for code in shown]
    found = [(name, held) for name, held in grid(figures) if any(code in held for code in shown)]
    rows = [
        Row(
            {"name": name, **{code: _cell(held.get(code)) for code in shown}},
            kind="sum" if place == len(found) - 1 else "",
        )
        for place, (name, held) in enumerate(found)
    ]
    return Table(_("Uppgifter per insats och post"), columns, rows, wide=True)


def _cell(figure: Figure | None) -> Cell:
    if figure is not None and figure.value is None:
        return Cell(blank="not_reported", blank_text=figure.word)
    return Cell(words(figure))


def whole_rows(figures: Sequence[Figure]) -> list[tuple[str, str]]:
    """What concerns the förbund as a whole and has no column."""
    return [
        (figure.label, words(figure))
        for figure in figures
        if not figure.subject and figure.code not in SHEET_CODES
    ]


def change_table(changes: Sequence[Change]) -> Table:
    """What is another now than in the frozen pack."""
    columns = [
        Column("name", _("Insats eller post")),
        Column("label", _("Uppgift")),
        Column("then", _("I rapporten"), "number"),
        Column("now", _("Nu"), "number"),
    ]
    rows = [
        Row(
            {
                "name": change.figure.name,
                "label": change.figure.label,
                "then": words(change.then) or _("fanns inte"),
                "now": words(change.now) or _("finns inte"),
            }
        )
        for change in changes
    ]
    return Table(_("Ändrat sedan rapporten frystes"), columns, rows)


def report_table(actor: Actor, reports: Sequence[Any]) -> Table:
    """Packs, latest first."""
    columns = [
        Column("name", _("Rapport")),
        Column("period", _("Period")),
        Column("number", _("Nummer"), "number"),
        Column("at", _("Fryst"), "nowrap"),
    ]
    rows = [
        Row(
            {
                "name": KINDS[row.kind],
                "period": period_words(row.year, row.period),
                "number": "" if row.number is None else number(row.number),
                "at": date_iso(row.frozen_at) if row.frozen_at else _("utkast"),
            },
            url=url_for("reports.show", slug=actor.slug, report_id=row.id),
        )
        for row in reports
    ]
    return Table(_("Rapporter"), columns, rows)


def period_links(actor: Actor, year: int, period: int) -> list[Link]:
    """This year and the one before, whole and half."""
    choices = [(at, half) for at in (year, year - 1) for half in (0, 1)]
    return [
        Link(
            period_words(at, half),
            url_for("reports.sheet", slug=actor.slug, year=at, period=half),
            current=(at, half) == (year, period),
        )
        for at, half in choices
    ]


def sheet(figures: Sequence[Figure], heading: Sequence[str]) -> Sheet:
    """The same table for a file; amounts and persons as numbers."""
    header = ("Insats eller post", *SHEET_CODES.values())
    rows = [(name, *(_value(held.get(code)) for code in SHEET_CODES)) for name, held in grid(figures)]
    whole = [
        (figure.label, _value(figure))
        for figure in figures
        if not figure.subject and figure.code not in SHEET_CODES
    ]
    return Sheet("uppföljning", header, [*rows, (), *whole], heading)


def _value(figure: Figure | None) -> Value | Kronor:
    if figure is None or figure.value is None:
        return figure.word if figure else None
    if figure.unit == "ore":
        return Kronor(figure.value)
    return words(figure) if figure.unit == "permille" else figure.value


def generated(pack: Pack, code: str) -> str:
    """A sentence made of the figures, to start a section from."""
    held = {figure.code: figure for figure in pack.figures if not figure.subject}
    when = period_words(pack.report.year, pack.report.period)
    if code in ("results", "management"):
        return (
            f"Under {when} hade förbundets individinriktade insatser {words(held.get('participants'))} deltagare, "
            f"varav kvinnor {words(held.get('women'))} och män {words(held.get('men'))}. "
            f"Till arbete eller studier vid avslut: {words(held.get('work_study'))}."
        )
    if code in ("economy", "statements"):
        return (
            f"Utfallet {when} var {words(held.get('actual'))} av årets budget {words(held.get('budget'))}. "
            f"Medlemmarnas bidrag för året är {words(held.get('contributions'))}."
        )
    return ""


def pdf(pack: Pack, subject: str, *, synthetic: bool) -> bytes:
    """The pack as an accessible PDF. It is in Swedish whoever asks, since it is filed."""
    return make_pdf(TEMPLATE, pdf_content(pack, subject, synthetic=synthetic))


def pdf_content(pack: Pack, subject: str, *, synthetic: bool) -> dict[str, Any]:
    """What the PDF shows, as finished texts."""
    return {
        "title": title(pack),
        "subtitle": f"{subject}. {stamp(pack)}",
        "foot": f"{subject} · {stamp(pack)}",
        "synthetic": synthetic,
        "sections": [
            {
                "title": SECTIONS[pack.report.kind][row.code],
                "text": row.text,
                "table": _pdf_table(pack.figures, SECTION_CODES.get(row.code, ())),
            }
            for row in pack.sections
        ],
        "sheet": _pdf_table(pack.figures, tuple(SHEET_CODES)),
        "whole": [list(pair) for pair in whole_rows(pack.figures)],
        "digest": pack.report.digest,
    }


def word(pack: Pack, subject: str, *, synthetic: bool) -> bytes:
    """The pack as a Word file: the same texts and tables as the PDF."""
    content = pdf_content(pack, subject, synthetic=synthetic)
    parts = [Part(each["title"], each["text"], each["table"]) for each in content["sections"]]
    parts.append(
        Part("Uppgifter", "" if content["sheet"] else "Inga uppgifter för perioden.", content["sheet"])
    )
    if content["whole"]:
        parts.append(Part("Hela förbundet", table=[["Uppgift", "Värde"], *content["whole"]]))
    if content["digest"]:
        parts.append(Part("Kontrollsumma", content["digest"]))
    return docx(content["title"], content["subtitle"], parts, synthetic=synthetic)


def stamp(pack: Pack) -> str:
    """Number and moment, or that it is a draft."""
    if not pack.frozen or pack.report.frozen_at is None:
        return "Utkast, siffrorna kan ändras"
    return f"Rapport {pack.report.number}, fryst {moment_long(pack.report.frozen_at)}"


def _pdf_table(figures: Sequence[Figure], codes: Sequence[str]) -> list[list[str]]:
    """Heading and rows as texts; empty when there is nothing to show."""
    shown = [code for code in codes if any(figure.code == code for figure in figures)]
    if not shown:
        return []
    rows = [
        [name, *(words(held.get(code)) for code in shown)]
        for name, held in grid(figures)
        if any(code in held for code in shown)
    ]
    return [["Insats eller post", *(SHEET_CODES[code] for code in shown)], *rows]


def status_words(code: str) -> str:
    """The status of a section."""
    return STATUSES[code]
