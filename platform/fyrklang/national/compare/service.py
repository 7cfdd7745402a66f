"""One measure by förbund in one year, from a release and nothing else.

Every derived figure, order and place is worked out from what is published, so that none of them can tell
more than the release does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fyrklang.access.actor import NationalReader
from fyrklang.kernel.errors import NotFound
from fyrklang.national.compare.limits import Place, places
from fyrklang.national.store import reading
from fyrklang.national.store.engine import Word
from fyrklang.national.store.shapes import AssociationInfo, Figure, MeasureText, NationFigure, ReleaseInfo
from fyrklang.sdk.intervals import Interval, wilson

KNOWN_OUTCOME = "M20"
OF_KNOWN = ("M1",)
"""Measures that say something only when most outcomes are known."""
LOWEST_KNOWN, WARN_KNOWN = 0.6, 0.8
"""Below the first a share is not shown, below the second it is shown with a warning."""
LOW_RESPONSE = "LOW_RESPONSE"
SEXES = {"T": "Alla", "K": "Kvinnor", "M": "Män"}


@dataclass(frozen=True)
class Wanted:
    """What to compare; empty means the usual choice."""

    release: str = reading.LATEST
    measure: str = "M1"
    year: int | None = None
    sex: str = "T"


@dataclass(frozen=True)
class Line:
    """One förbund. Numbers and `place`, or `word`; `known` is the share of known outcomes when shown."""

    association: AssociationInfo
    own: bool
    figure: Figure
    place: Place | None = None
    known: float | None = None

    @property
    def share(self) -> float | None:
        """The share of one, None for a plain count and for a blank."""
        return self.figure.numerator / self.figure.denominator if self.counts else None  # type: ignore[operator]

    @property
    def counts(self) -> tuple[int, int] | None:
        """Numerator and denominator of a shown share."""
        if self.figure.numerator is None or not self.figure.denominator:
            return None
        return self.figure.numerator, self.figure.denominator

    @property
    def interval(self) -> Interval | None:
        """Wilson's 95 % interval, None without a share."""
        return wilson(*self.counts) if self.counts else None

    @property
    def uncertain(self) -> bool:
        """Whether so few outcomes are known that the reader should be warned."""
        return self.figure.word is None and self.known is not None and self.known < WARN_KNOWN


@dataclass(frozen=True)
class Comparison:
    """Everything a view of one measure in one year needs; lines in Swedish order of names."""

    release: ReleaseInfo
    measure: MeasureText
    measures: Sequence[MeasureText]
    year: int
    sex: str
    nation: NationFigure
    known: NationFigure | None
    lines: Sequence[Line]

    @property
    def nation_counts(self) -> tuple[int, int] | None:
        """The nation's numerator and denominator, None for a plain count or a blank."""
        if self.nation.numerator is None or not self.nation.denominator:
            return None
        return self.nation.numerator, self.nation.denominator

    @property
    def shown(self) -> list[Line]:
        """Those with a number."""
        return [line for line in self.lines if line.figure.word is None]

    @property
    def own(self) -> list[Line]:
        """The reader's own förbund."""
        return [line for line in self.lines if line.own]

    @property
    def reported(self) -> int:
        """How many förbund have reported the measure for the year."""
        return sum(line.figure.word != Word.NOT_REPORTED for line in self.lines)

    def at(self, *wanted: Place) -> list[Line]:
        """Those that stand there."""
        return [line for line in self.lines if line.place in wanted]

    def blank(self, word: str) -> list[Line]:
        """Those without a number for this reason."""
        return [line for line in self.lines if line.figure.word == word]


def compare(reader: NationalReader, wanted: Wanted) -> Comparison:
    """The measure by förbund.

    Raises:
        NotFound: no such release, or the release has no such measure, year or sex.
    """
    release = reading.find_release(reader, wanted.release)
    known_measures = reading.measures(reader, release)
    measure = next((each for each in known_measures if each.code == wanted.measure), None)
    year = release.last_year if wanted.year is None else wanted.year
    if measure is None or year not in release.years or wanted.sex not in SEXES:
        raise NotFound("Utgåvan har inte det du frågar efter.")
    codes = (measure.code, KNOWN_OUTCOME) if measure.code in OF_KNOWN else (measure.code,)
    cells = reading.cells(reader, release, codes, (year, wanted.sex))
    totals = reading.totals(reader, release, year)
    nation = totals[measure.code, wanted.sex]
    lines = [
        _line(association, measure, cells, own=association.slug in reader.own_slugs)
        for association in reading.roster(reader, release)
    ]
    return Comparison(
        release=release,
        measure=measure,
        measures=known_measures,
        year=year,
        sex=wanted.sex,
        nation=nation,
        known=totals.get((KNOWN_OUTCOME, wanted.sex)) if len(codes) > 1 else None,
        lines=_placed(lines, nation),
    )


def _line(
    association: AssociationInfo, measure: MeasureText, cells: Mapping[tuple[str, str], Figure], *, own: bool
) -> Line:
    figure = cells[measure.code, association.slug]
    beside = cells.get((KNOWN_OUTCOME, association.slug)) if measure.code in OF_KNOWN else None
    figure, known = with_known(figure, beside)
    return Line(association, own, figure, known=known)


def with_known(figure: Figure, beside: Figure | None) -> tuple[Figure, float | None]:
    """The figure, or the word for too few known outcomes; and the share of them where it is shown."""
    if not (beside and beside.numerator and beside.denominator):
        return figure, None
    known = beside.numerator / beside.denominator
    low = figure.word is None and known < LOWEST_KNOWN
    return (Figure(None, None, LOW_RESPONSE) if low else figure), known


def _placed(lines: Sequence[Line], nation: Figure) -> list[Line]:
    """Each shown share against the limits, when the nation has a share to be measured by."""
    if nation.numerator is None or not nation.denominator:
        return list(lines)
    shares = [line.counts for line in lines if line.counts]
    found = iter(places(shares, (nation.numerator, nation.denominator)))
    return [replace(line, place=next(found)) if line.counts else line for line in lines]
