"""Figures and tables of the council's start page, each with its base or the word for why it has none."""

from __future__ import annotations

from dataclasses import dataclass

from fyrklang.national.council.service import KNOWN, PARTICIPANTS, TO_WORK, Country
from fyrklang.national.store.engine import Word
from fyrklang.national.store.shapes import NationFigure
from fyrklang.sdk.intervals import wilson
from fyrklang.web.formats import Blank, date_long, interval, number, percent, share_of
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
