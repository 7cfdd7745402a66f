"""What the page of years shows: its table, its sentences, and the same as a sheet."""

from __future__ import annotations

from collections.abc import Mapping

from fyrklang.national.compare.present import BLANKS
from fyrklang.national.compare.series import TODAY, Series, Track
from fyrklang.national.store.shapes import Figure
from fyrklang.sdk.sheets import Sheet, Value
from fyrklang.web.formats import Blank, blank_word, date_iso, number, percent
from fyrklang.web.i18n import gettext as _
from fyrklang.web.tables import Cell, Column, Row, Table


def title(found: Series) -> str:
    """The measure, for whom, and which years."""
    whom = {"K": _("kvinnor"), "M": _("män")}.get(found.sex)
    years = f"{found.years[0]}–{found.years[-1]}" if len(found.years) > 1 else str(found.years[0])
    return ", ".join(filter(None, (found.measure.short_name, whom, years)))


def borders(found: Series) -> str:
    """What the chosen borders mean."""
    if found.borders == TODAY:
        return _(
            "Förbund som har gått ihop eller bytt namn räknas samman under det förbund som finns nu. "
            "Ett förbund som har delats står kvar för sig, för ingen vet hur dess siffror ska fördelas."
        )
    return _("Varje förbund står under sitt eget namn de år det fanns.")


def table(found: Series) -> Table:
    """Own förbund first, then every other, then the nation: a column for each year."""
    columns = [Column("name", _("Förbund"))]
    columns += [Column(str(year), str(year), "number") for year in found.years]
    tracks = sorted(found.tracks, key=lambda track: not track.own)
    rows = [
        Row(
            {
                "name": Cell(track.association.short_name, note=_history(track), below=True),
                **_cells(found, track.figures),
            },
            kind="own" if track.own else "",
        )
        for track in tracks
    ]
    nation = Row({"name": _("Riket, samma i båda"), **_cells(found, found.nation)}, kind="sum")
    return Table(_("Förbund och år"), columns, [*rows, nation], wide=True)


def sheet(found: Series) -> Sheet:
    """The table with the two numbers behind every share."""
    header: list[str] = ["Förbund", "Historia"]
    for year in found.years:
        header += [f"{year} täljare", f"{year} nämnare"] if found.measure.is_share else [str(year)]
    rows = [
        [track.association.short_name, _history(track), *_numbers(found, track.figures)]
        for track in found.tracks
    ]
    rows.append(["Riket", "", *_numbers(found, found.nation)])
    edition = f"Utgåva {found.release.short_number}, fryst {date_iso(found.release.published_at)}"
    return Sheet("tabell", header, rows, (title(found), edition, borders(found)))


def blank_kinds(found: Series) -> list[Blank]:
    """The words that occur in the table."""
    words = {figure.word for track in found.tracks for figure in track.figures.values()}
    return [kind for word, kind in BLANKS.items() if word in words]


def _history(track: Track) -> str:
    if track.holds:
        return _("med %(names)s", names=", ".join(track.holds))
    if track.into:
        return _("blev %(names)s", names=", ".join(track.into))
    return ""


def _cells(found: Series, figures: Mapping[int, Figure]) -> dict[str, Cell | str | int | None]:
    return {str(year): _cell(found, figures.get(year)) for year in found.years}


def _cell(found: Series, figure: Figure | None) -> Cell:
    if figure is None or figure.word:
        return Cell(blank=BLANKS[figure.word] if figure and figure.word else "not_reported")
    if not found.measure.is_share:
        return Cell(number(figure.numerator or 0))
    if not figure.denominator:
        return Cell(blank="not_reported")
    share = percent((figure.numerator or 0) / figure.denominator)
    return Cell(share, note=_("av %(base)s", base=number(figure.denominator)), below=True)


def _numbers(found: Series, figures: Mapping[int, Figure]) -> list[Value]:
    values: list[Value] = []
    for year in found.years:
        figure = figures.get(year)
        if figure is None or figure.word:
            word = blank_word(BLANKS[figure.word]) if figure and figure.word else blank_word("not_reported")
            values += [word, ""] if found.measure.is_share else [word]
        else:
            values += [figure.numerator, figure.denominator] if found.measure.is_share else [figure.numerator]
    return values
