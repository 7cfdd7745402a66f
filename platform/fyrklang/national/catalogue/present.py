"""What the catalogue shows: blocks of a card, ratings, honest results, and what a förbund gives and takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for

from fyrklang.kernel import clock
from fyrklang.national.catalogue.service import Result, Row, Shown
from fyrklang.national.catalogue.words import COSTS, EVIDENCE, METHODS, RATINGS
from fyrklang.national.store.engine import Word
from fyrklang.sdk.codes import FORMATS, INTERVENTION_STATUSES, NEED_GROUPS, PARTY_KINDS
from fyrklang.sdk.intervals import wilson
from fyrklang.web.formats import Blank, blank_word, date_iso, interval, percent, share_of
from fyrklang.web.i18n import gettext as _
from fyrklang.web.tables import Cell, Column, Table
from fyrklang.web.tables import Row as TableRow

_BLANKS: dict[str, Blank] = {
    Word.HIDDEN: "protected",
    Word.UNDER_20: "few",
    Word.NOT_REPORTED: "not_reported",
}
_VALID_YEARS = 3
_LOWEST_KNOWN = 0.6
_FULL = 0.8


@dataclass(frozen=True)
class Said:
    """A result in words: a share with base and interval, or the word for why there is none."""

    value: str = ""
    base: str = ""
    blank: Blank | None = None
    rate: float | None = None

    @property
    def line(self) -> str:
        """All of it on one line."""
        return f"{self.value} ({self.base})" if self.value else blank_word(self.blank or "unknown", self.rate)


def options(codes: Mapping[str, str]) -> list[tuple[str, str]]:
    """A code list as choices."""
    return list(codes.items())


NEEDS, FORMS, PARTIES = options(NEED_GROUPS), options(FORMATS), options(PARTY_KINDS)


def words_of(codes: Sequence[str], words: Mapping[str, str]) -> str:
    """Codes as a list in words."""
    return ", ".join(words[code] for code in codes)


def facts(card: Row) -> list[tuple[str, str]]:
    """What a card is, in short."""
    return [
        (_("Förbund"), card.owner_name),
        (_("Status"), INTERVENTION_STATUSES[card.status]),
        (_("Form"), FORMATS[card.format]),
        (_("Målgrupp"), words_of(card.need_groups, NEED_GROUPS)),
        (_("Parter"), words_of(card.parties, PARTY_KINDS)),
    ]


def brief(card: Row) -> str:
    """The line under a card in the list."""
    return " · ".join(
        (
            card.owner_name,
            words_of(card.need_groups, NEED_GROUPS),
            FORMATS[card.format],
            INTERVENTION_STATUSES[card.status],
        )
    )


def blocks(card: Row) -> list[tuple[str, str]]:
    """The card's text in its order; a block nobody has filled in is left out and counted in `fullness`."""
    return [(label, text) for label, text in _all_blocks(card) if text]


def fullness(card: Row) -> str:
    """How much of the card is filled in."""
    every = _all_blocks(card)
    filled = sum(bool(text) for _label, text in every)
    note = _("%(filled)s av %(all)s delar är ifyllda.", filled=filled, all=len(every))
    return note if filled >= _FULL * len(every) else note + " " + _("Fråga förbundet om det som saknas.")


def _all_blocks(card: Row) -> list[tuple[str, str]]:
    content = card.content
    hours = _("%(hours)s timmar per deltagare", hours=card.hours) if card.hours else ""
    return [
        (_("Problem"), content.get("problem", "")),
        (_("Vem den är för"), content.get("inclusion", "") or words_of(card.need_groups, NEED_GROUPS)),
        (_("Så arbetar man"), content.get("way", "")),
        (_("Arbetssätt"), words_of(card.methods, METHODS)),
        (_("Bemanning"), content.get("staff", "")),
        (_("Plats"), content.get("where", "")),
        (_("Omfattning"), content.get("dose", "") or hours),
        (_("Budgetram"), content.get("budget", "")),
        (_("Det som är kärnan"), content.get("core", "")),
        (_("Det som får anpassas"), content.get("free", "")),
        (_("Skulle förbundet göra om det?"), content.get("again", "")),
    ]


def ratings(card: Row) -> Table:
    """The five questions, each with value, date, assessor, source and expiry; never one sum of them."""
    given = {rating["kind"]: rating for rating in card.content.get("ratings", ())}
    return Table(
        caption=_("Bedömningar"),
        columns=[
            Column("kind", _("Fråga")),
            Column("value", _("Bedömning")),
            Column("by", _("Bedömd av"), "soft"),
            Column("source", _("Källa"), "soft"),
            Column("day", _("Gäller till"), "nowrap"),
        ],
        rows=[_rating(label, given.get(kind)) for kind, label in RATINGS.items()],
    )


def _rating(label: str, rating: Mapping[str, str] | None) -> TableRow:
    if rating is None:
        return TableRow({"kind": label, "value": Cell(blank="unknown", blank_text=_("Inte bedömd"), span=4)})
    rated = date.fromisoformat(rating["rated_on"])
    expires = rated.replace(year=rated.year + _VALID_YEARS, day=min(rated.day, 28))
    old = _("har gått ut") if expires < clock.today() else ""
    codes = {"EVIDENCE": EVIDENCE, "COST": COSTS}.get(rating["kind"], {})
    return TableRow(
        {
            "kind": label,
            "value": codes.get(rating["value"], rating["value"]),
            "by": _("%(who)s, %(day)s", who=rating["assessor"], day=date_iso(rated)),
            "source": rating["source"],
            "day": Cell(date_iso(expires), note=old, below=True),
        }
    )


def result(found: Result) -> Said:
    """The förbund's share to work or study, or the word for why it is not shown."""
    figure = found.figure
    if found.release is None or figure is None:
        return Said(blank="not_reported")
    if figure.numerator is None or not figure.denominator:
        return Said(blank=_BLANKS.get(figure.word or "", "protected"))
    known = found.known
    if known and known.numerator is not None and known.denominator:
        rate = known.numerator / known.denominator
        if rate < _LOWEST_KNOWN:
            return Said(blank="low_response", rate=rate)
    low, high = wilson(figure.numerator, figure.denominator)
    base = f"{share_of(figure.numerator, figure.denominator)}, {interval(low, high)}"
    return Said(percent(figure.numerator / figure.denominator), base)


def source(found: Result) -> str:
    """Which cell of which release a result is."""
    if found.release is None:
        return _("%(name)s står inte i någon utgåva.", name=found.name)
    return _(
        "Utgåva %(number)s, helår %(year)s. Gäller alla avslut i %(name)s, inte bara den här insatsen.",
        number=found.release.short_number,
        year=found.release.last_year,
        name=found.name,
    )


def where(found: Result) -> str:
    """The comparison that holds the same figure."""
    if found.release is None:
        return ""
    return url_for("compare.show", utgava=found.release.number, matt="M1", ar=found.release.last_year)


def family(found: Shown) -> Table:
    """The tree as a table: origin and what came of it, each with its förbund's latest result."""
    rows = []
    for branch in found.family:
        step = "– " * branch.depth
        url = url_for("catalogue.card", card_id=branch.card_id) if branch.card_id else ""
        here = branch.card_id == found.card.id
        note = branch.note or (_("det här kortet") if here else "")
        rows.append(
            TableRow(
                {
                    "name": Cell(step + branch.name, note=note, below=True, url="" if here else url),
                    "owner": branch.owner_name,
                    "result": result(found.results[branch.slug]).line,
                }
            )
        )
    return Table(
        caption=_("Släktträd"),
        columns=[
            Column("name", _("Insats")),
            Column("owner", _("Förbund"), "soft"),
            Column("result", _("Till arbete eller studier, hela förbundet")),
        ],
        rows=rows,
    )


def exchange(found: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """What a förbund gives and takes, sorted by direction, with days as dates."""
    slug = found.get("slug")
    questions = [_dated(each, "asked_at", "answered_at") for each in found.get("questions", ())]
    adoptions = [_dated(each, "adopted_at") for each in found.get("adoptions", ())]
    return {
        "to_us": [each for each in questions if each["owner"] == slug],
        "from_us": [each for each in questions if each["slug"] == slug],
        "of_ours": [each for each in adoptions if each["owner"] == slug],
        "by_us": [each for each in adoptions if each["slug"] == slug],
        "follows": list(found.get("follows", ())),
    }


def done(code: str) -> str:
    """What was just done, in words."""
    words = {
        "fraga": _("Frågan är skickad. Förbundet ser den på sin startsida."),
        "svar": _("Svaret är sparat. Alla som läser kortet ser det."),
        "foljer": _("Ni följer kortet."),
        "foljer-inte": _("Ni följer inte längre kortet."),
    }
    return words.get(code, "")


def _dated(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {**row, **{name: datetime.fromisoformat(row[name]) if row[name] else None for name in names}}
