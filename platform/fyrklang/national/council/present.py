"""Figures and tables of the council's start page, each with its base or the word for why it has none."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from fyrklang.national.council import hexmap
from fyrklang.national.council.service import KNOWN, PARTICIPANTS, TO_WORK, Country, earlier
from fyrklang.national.store.engine import Word
from fyrklang.national.store.shapes import KommunInfo, NationFigure
from fyrklang.sdk.intervals import Interval, newcombe_difference, wilson
from fyrklang.web.formats import (
    Blank,
    blank_word,
    date_long,
    interval,
    number,
    percent,
    percent_points,
    share_of,
)
from fyrklang.web.i18n import gettext as _
from fyrklang.web.tables import Cell, Column, Row, Table

BLANKS: dict[str, Blank] = {
    Word.HIDDEN: "protected",
    Word.UNDER_20: "few",
    Word.NOT_REPORTED: "not_reported",
}


@dataclass(frozen=True)
class KeyFigure:
    """A number with its base, or a blank's word."""

    label: str
    value: str = ""
    base: str = ""
    blank: Blank | None = None


def edition(found: Country) -> str:
    """The line under the heading."""
    return _(
        "Helår %(year)s, utgåva %(number)s. Fryst %(day)s.",
        year=found.year,
        number=found.release.short_number,
        day=date_long(found.release.published_at),
    )


def figures(found: Country) -> list[KeyFigure]:
    """The figures; coverage only where the release's förbund lie in real kommuner."""
    return [
        KeyFigure(
            _("Förbund med uppgifter"),
            number(found.reported),
            _("av %(all)s", all=number(len(found.associations))),
        ),
        *([_kommuner(found)] if found.covered else []),
        _participants(found),
        _share(_("Till arbete eller studier"), found.totals[TO_WORK, "T"]),
        _share(_("Känt utfall"), found.totals[KNOWN, "T"]),
    ]


def coverage_table(found: Country) -> Table:
    """Län by län: how many kommuner stand outside, and which."""
    return Table(
        caption=_("Kommuner utanför förbund, per län"),
        columns=[
            Column("county", _("Län")),
            Column("covered", _("Med i förbund"), "number"),
            Column("outside", _("Utanför"), card="whole"),
        ],
        rows=[
            Row(
                {
                    "county": county.name,
                    "covered": share_of(county.kommuner - len(county.outside), county.kommuner),
                    "outside": ", ".join(kommun.name for kommun in county.outside) or _("inga"),
                }
            )
            for county in found.counties
        ],
    )


def silent_table(found: Country) -> Table:
    """Förbund that have not reported the year."""
    county = [Column("county", _("Län"), "soft")] if any(each.regions for each in found.silent) else []
    return Table(
        caption=_("Förbund som inte har lämnat uppgifter"),
        columns=[Column("name", _("Förbund")), *county],
        rows=[
            Row({"name": each.short_name, "county": ", ".join(each.regions) or Cell(blank="unknown")})
            for each in found.silent
        ],
    )


@dataclass(frozen=True)
class Gap:
    """Women minus men for one measure in shares of one, and whether chance alone could give it."""

    label: str
    women: str
    men: str
    difference: str = ""
    verdict: str = ""
    value: float = 0.0
    interval: Interval | None = None


COVERED, OUTSIDE, SILENT = "covered", "outside", "silent"
GAP_SCALE = 0.2
"""Differences are drawn from −20 to +20 percentage points."""


def chart(found: Country) -> hexmap.Map:
    """The map of the kommuner."""
    return hexmap.draw(found.places)


def state_of(found: Country, kommun: KommunInfo) -> str:
    """covered, outside, or silent when its förbund has reported nothing."""
    if not kommun.covered:
        return OUTSIDE
    return SILENT if kommun.slug in {each.slug for each in found.silent} else COVERED


def state_words(state: str) -> str:
    """What a kommun's form on the map means."""
    return {
        COVERED: _("med i förbund"),
        SILENT: _("förbundet har inte lämnat uppgifter"),
        OUTSIDE: _("inte med i förbund"),
    }[state]


def kommun_table(found: Country) -> Table:
    """The map as a list: every kommun, its län and whether it is covered."""
    return Table(
        caption=_("Alla kommuner"),
        columns=[Column("name", _("Kommun")), Column("county", _("Län"), "soft"), Column("state", _("Läge"))],
        rows=[
            Row(
                {
                    "name": kommun.name,
                    "county": kommun.county,
                    "state": state_words(state_of(found, kommun)),
                }
            )
            for kommun in found.places
        ],
        density="dense",
    )


def over_time(found: Country) -> Table:
    """Coverage year by year with who says so, and the goal."""
    rows = [
        Row({"year": str(each.year), "count": share_of(each.kommuner, found.kommuner), "source": each.source})
        for each in earlier()
    ]
    now = Row(
        {"year": _("Nu"), "count": share_of(found.covered, found.kommuner), "source": _("registret")}, "here"
    )
    goal = Row(
        {"year": _("Mål"), "count": share_of(found.kommuner, found.kommuner), "source": _("alla kommuner")}
    )
    return Table(
        caption=_("Kommuner i förbund över tid"),
        columns=[
            Column("year", _("År")),
            Column("count", _("Kommuner"), "number"),
            Column("source", _("Källa"), "soft", card="whole"),
        ],
        rows=[*rows, now, goal],
    )


def gaps(found: Country) -> list[Gap]:
    """Women beside men, with the difference and whether it is larger than chance gives."""
    measures = ((TO_WORK, _("Till arbete eller studier")), (KNOWN, _("Känt utfall")))
    return [_gap(label, found.totals[code, "K"], found.totals[code, "M"]) for code, label in measures]


def _gap(label: str, women: NationFigure, men: NationFigure) -> Gap:
    ours, theirs = _said(women), _said(men)
    if women.numerator is None or men.numerator is None or not (women.denominator and men.denominator):
        return Gap(label, ours, theirs)
    value = women.numerator / women.denominator - men.numerator / men.denominator
    low, high = newcombe_difference(women.numerator, women.denominator, men.numerator, men.denominator)
    if low > 0 or high < 0:
        verdict = _("Skillnaden är större än slumpen väntas ge.")
    else:
        verdict = _("Skillnaden ligger inom vad slumpen väntas ge.")
    return Gap(label, ours, theirs, percent_points(value, 1), verdict, value, (low, high))


def _said(figure: NationFigure) -> str:
    if figure.numerator is None or not figure.denominator:
        return blank_word(BLANKS[figure.word or Word.HIDDEN])
    return (
        f"{percent(figure.numerator / figure.denominator)} ({share_of(figure.numerator, figure.denominator)})"
    )


def lesson_table(found: Country) -> Table:
    """Whose insatser others have adopted, and what nobody has answered."""
    return Table(
        caption=_("Lär av varandra"),
        columns=[
            Column("name", _("Insats")),
            Column("owner", _("Från"), "soft"),
            Column("adopters", _("Anpassad hos")),
            Column("waiting", _("Obesvarade frågor"), "number"),
        ],
        rows=[
            Row(
                {
                    "name": each.card.name,
                    "owner": each.card.owner_name,
                    "adopters": ", ".join(each.adopters) or _("ingen än"),
                    "waiting": number(each.waiting),
                },
                url=url_for("catalogue.card", card_id=each.card.id),
            )
            for each in found.lessons
        ],
    )


def _kommuner(found: Country) -> KeyFigure:
    label = _("Kommuner i förbund")
    if not found.covered:
        return KeyFigure(label, base=_("Registret säger inget om förbundens kommuner."), blank="unknown")
    base = _("av %(all)s", all=number(found.kommuner))
    if found.from_register:
        base = "; ".join((base, _("verkliga, ur registret")))
    return KeyFigure(label, number(found.covered), base)


def _participants(found: Country) -> KeyFigure:
    whole, women, men = (found.totals[PARTICIPANTS, sex] for sex in ("T", "K", "M"))
    label = _("Deltagare")
    if whole.numerator is None:
        return KeyFigure(label, blank=BLANKS[whole.word or Word.HIDDEN])
    base = [_("i %(count)s förbund", count=number(whole.associations))]
    sexes = (women.numerator or 0) + (men.numerator or 0)
    if sexes and women.numerator is not None and men.numerator is not None:
        share = women.numerator / sexes
        words = _("%(women)s kvinnor, %(men)s män", women=percent(share), men=percent(1 - share))
        base.insert(0, words if women.complete else _("%(words)s där kön visas", words=words))
    return KeyFigure(label, number(whole.numerator), "; ".join(base))


def _share(label: str, figure: NationFigure) -> KeyFigure:
    if figure.numerator is None or not figure.denominator:
        return KeyFigure(label, blank=BLANKS[figure.word or Word.HIDDEN])
    low, high = wilson(figure.numerator, figure.denominator)
    base = f"{share_of(figure.numerator, figure.denominator)}, {interval(low, high)}"
    if not figure.complete:
        base = "; ".join((base, _("bara förbund vars värde visas")))
    return KeyFigure(label, percent(figure.numerator / figure.denominator), base)
