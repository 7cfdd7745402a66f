"""One measure over every year of a release, by the förbund that were or by those that are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fyrklang.access.actor import NationalReader
from fyrklang.kernel.errors import NotFound
from fyrklang.national.compare.borders import heirs, redrawn
from fyrklang.national.compare.service import KNOWN_OUTCOME, OF_KNOWN, SEXES, with_known
from fyrklang.national.store import reading
from fyrklang.national.store.shapes import AssociationInfo, Figure, MeasureText, NationFigure, ReleaseInfo

TODAY, AS_IT_WAS = "today", "then"
BORDERS = (TODAY, AS_IT_WAS)


@dataclass(frozen=True)
class SeriesWanted:
    """What to follow; empty means the usual choice."""

    release: str = reading.LATEST
    measure: str = "M1"
    sex: str = "T"
    borders: str = TODAY


@dataclass(frozen=True)
class Track:
    """One förbund through the years. `holds` are others whose figures it holds, `into` where it went itself."""

    association: AssociationInfo
    own: bool
    figures: Mapping[int, Figure]
    holds: Sequence[str] = field(default_factory=tuple)
    into: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True)
class Series:
    """Years in order; tracks in Swedish order of names."""

    release: ReleaseInfo
    measure: MeasureText
    measures: Sequence[MeasureText]
    sex: str
    borders: str
    years: Sequence[int]
    nation: Mapping[int, NationFigure]
    tracks: Sequence[Track]


def follow(reader: NationalReader, wanted: SeriesWanted) -> Series:
    """The measure year by year.

    Raises:
        NotFound: no such release, or the release has no such measure or sex, or there are no such borders.
    """
    release = reading.find_release(reader, wanted.release)
    measures = reading.measures(reader, release)
    measure = next((each for each in measures if each.code == wanted.measure), None)
    if measure is None or wanted.sex not in SEXES or wanted.borders not in BORDERS:
        raise NotFound("Utgåvan har inte det du frågar efter.")
    years = sorted(release.years)
    nation = {year: reading.totals(reader, release, year)[measure.code, wanted.sex] for year in years}
    return Series(
        release=release,
        measure=measure,
        measures=measures,
        sex=wanted.sex,
        borders=wanted.borders,
        years=years,
        nation=nation,
        tracks=_tracks(reader, release, measure, wanted),
    )


def _tracks(
    reader: NationalReader, release: ReleaseInfo, measure: MeasureText, wanted: SeriesWanted
) -> list[Track]:
    roster = {each.slug: each for each in reading.roster(reader, release)}
    went = reading.successions(reader, release)
    heir = heirs(roster, went) if wanted.borders == TODAY else {slug: slug for slug in roster}
    figures = _figures(reader, release, measure, wanted.sex, heir)
    into = defaultdict(list)
    for here, there in went:
        if there in roster and heir.get(here) == here:
            into[here].append(roster[there].short_name)
    return [
        Track(
            each,
            each.slug in reader.own_slugs,
            {year: figures[year, each.slug] for year in release.years if (year, each.slug) in figures},
            [other.short_name for other in roster.values() if heir[other.slug] == each.slug != other.slug],
            into[each.slug],
        )
        for each in roster.values()
        if heir[each.slug] == each.slug
    ]


def _figures(
    reader: NationalReader, release: ReleaseInfo, measure: MeasureText, sex: str, heir: Mapping[str, str]
) -> dict[tuple[int, str], Figure]:
    codes = (measure.code, KNOWN_OUTCOME) if measure.code in OF_KNOWN else (measure.code,)
    cells = reading.cells_of_years(reader, release, codes, sex)
    drawn = {
        code: redrawn(
            {(year, slug): each for (kind, year, slug), each in cells.items() if kind == code}, heir
        )
        for code in codes
    }
    beside = drawn[KNOWN_OUTCOME] if len(codes) > 1 else {}
    return {place: with_known(figure, beside.get(place))[0] for place, figure in drawn[measure.code].items()}
