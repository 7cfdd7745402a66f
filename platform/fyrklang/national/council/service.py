"""The state of the country from one release, and what förbund take from each other in the catalogue."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

from sqlalchemy import select

from fyrklang.access.actor import NationalReader
from fyrklang.national.catalogue.models import Adoption, Card, Question
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
class Before:
    """How many kommuner belonged to a förbund at the end of an earlier year, and who says so."""

    year: int
    kommuner: int
    source: str


@dataclass(frozen=True)
class Lesson:
    """A card that others have adopted or asked about: to whom it went, and how many questions wait."""

    card: Card
    adopters: Sequence[str]
    waiting: int


@dataclass(frozen=True)
class Country:
    """The release's last year. `totals` is (measure, sex) to figure; `silent` have not reported."""

    release: ReleaseInfo
    year: int
    totals: dict[tuple[str, str], NationFigure]
    associations: Sequence[AssociationInfo]
    silent: Sequence[AssociationInfo]
    counties: Sequence[County]
    places: Sequence[KommunInfo]
    lessons: Sequence[Lesson]

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
    places = reading.coverage(reader, release)
    return Country(
        release=release,
        year=year,
        totals=reading.totals(reader, release, year),
        associations=associations,
        silent=[each for each in associations if cells[PARTICIPANTS, each.slug].word == Word.NOT_REPORTED],
        counties=_counties(places),
        places=places,
        lessons=_lessons(reader, {each.slug: each.short_name for each in associations}),
    )


def _counties(kommuner: Sequence[KommunInfo]) -> list[County]:
    found = []
    for name, group in groupby(kommuner, key=lambda kommun: kommun.county):
        members = list(group)
        found.append(County(name, [kommun for kommun in members if not kommun.covered], len(members)))
    return found


@cache
def earlier() -> tuple[Before, ...]:
    """Published coverage of earlier years, oldest first."""
    with Path(__file__).with_name("coverage.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Before(int(row["year"]), int(row["kommuner"]), row["source"]) for row in csv.DictReader(file)
        )


def _lessons(reader: NationalReader, names: dict[str, str]) -> list[Lesson]:
    """Cards with an adoption or a question that waits, the most adopted first."""
    adopters: defaultdict[object, list[str]] = defaultdict(list)
    waiting: defaultdict[object, int] = defaultdict(int)
    for row in reader.session.execute(select(Adoption.card_id, Adoption.slug).order_by(Adoption.adopted_at)):
        adopters[row.card_id].append(names.get(row.slug, row.slug))
    for card_id in reader.session.scalars(select(Question.card_id).where(Question.answer.is_(None))):
        waiting[card_id] += 1
    query = select(Card).where(Card.id.in_({*adopters, *waiting})).order_by(Card.name)
    found = [Lesson(card, adopters[card.id], waiting[card.id]) for card in reader.session.scalars(query)]
    return sorted(found, key=lambda lesson: -len(lesson.adopters))
