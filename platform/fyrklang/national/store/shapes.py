"""What a reader of releases is handed: plain rows, typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

INVENTED = "-pahittat"
"""What the number of an invented nation's release ends with."""


@dataclass(frozen=True)
class ReleaseInfo:
    """A release that has come out; fields as in `models.Release`."""

    id: UUID
    number: str
    first_year: int
    last_year: int
    synthetic: bool
    state: str
    engine: str
    engine_version: str
    threshold: int
    min_base: int
    note: str
    checksum: str
    published_at: datetime
    withdrawn_at: datetime | None
    withdrawn_reason: str | None

    @property
    def short_number(self) -> str:
        """The number as it is said: pages mark invented figures in their own way."""
        return self.number.removesuffix(INVENTED)

    @property
    def years(self) -> list[int]:
        """Every year of the release, latest first."""
        return list(range(self.last_year, self.first_year - 1, -1))


@dataclass(frozen=True)
class MeasureText:
    """A frozen definition; fields as in `sdk.measures.Measure`."""

    code: str
    version: int
    name: str
    short_name: str
    is_share: bool
    counted: str
    base: str
    excluded: str
    caution: str
    valid_from: int


@dataclass(frozen=True)
class AssociationInfo:
    """A förbund of the release, as it was then."""

    slug: str
    name: str
    short_name: str
    regions: list[str]
    kommuner: int
    population: int


@dataclass(frozen=True)
class Figure:
    """Two numbers, or a word that stands instead; `word` is one of `engine.Word`."""

    numerator: int | None
    denominator: int | None
    word: str | None


@dataclass(frozen=True)
class NationFigure(Figure):
    """The nation's figure, over `associations` förbund; `complete` as in `engine.Total`."""

    associations: int
    complete: bool


@dataclass(frozen=True)
class KommunInfo:
    """A kommun, whether a förbund covered it, and which one when that stands in the release."""

    code: str
    name: str
    county: str
    population: int
    slug: str | None
    covered: bool
