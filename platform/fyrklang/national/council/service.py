"""The state of the country from one release and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from fyrklang.access.actor import NationalReader
from fyrklang.national.store import reading
from fyrklang.national.store.engine import Word
from fyrklang.national.store.shapes import AssociationInfo, KommunInfo, NationFigure, ReleaseInfo

PARTICIPANTS, TO_WORK, KNOWN = "M9", "M1", "M20"


@dataclass(frozen=True)
class County:
    """A län: its kommuner outside every förbund, and how many it has in all."""

    name: str
    outside: Sequence[KommunInfo]
    kommuner: int


@dataclass(frozen=True)
class Country:
    """The release's last year. `totals` is (measure, sex) to figure; `silent` have not reported."""

    release: ReleaseInfo
    year: int
    totals: dict[tuple[str, str], NationFigure]
    associations: Sequence[AssociationInfo]
    silent: Sequence[AssociationInfo]
    counties: Sequence[County]

    @property
    def kommuner(self) -> int:
        """How many kommuner there are."""
        return sum(county.kommuner for county in self.counties)

    @property
    def covered(self) -> int:
        """How many of them belong to a förbund."""
        return self.kommuner - sum(len(county.outside) for county in self.counties)

    @property
    def from_register(self) -> bool:
        """Whether the coverage is that of the real förbund, beside invented figures."""
        return self.release.synthetic and not any(each.kommuner for each in self.associations)

    @property
    def reported(self) -> int:
        """How many förbund have reported the year."""
        return len(self.associations) - len(self.silent)


def country(reader: NationalReader) -> Country | None:
    """The latest release's last year, None before the first release."""
    release = reading.latest(reader)
    if release is None:
        return None
    year = release.last_year
    cells = reading.cells(reader, release, (PARTICIPANTS,), (year, "T"))
    associations = reading.roster(reader, release)
    return Country(
        release=release,
        year=year,
        totals=reading.totals(reader, release, year),
        associations=associations,
        silent=[each for each in associations if cells[PARTICIPANTS, each.slug].word == Word.NOT_REPORTED],
        counties=_counties(reading.coverage(reader, release)),
    )


def _counties(kommuner: Sequence[KommunInfo]) -> list[County]:
    found = []
    for name, group in groupby(kommuner, key=lambda kommun: kommun.county):
        members = list(group)
        found.append(County(name, [kommun for kommun in members if not kommun.covered], len(members)))
    return found
