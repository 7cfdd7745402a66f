"""The seam between what förbund report and what anyone may read.

An engine gets every reported figure and says, cell by cell, whether it can be published, so that nobody
can work out a figure about a few people from what is shown. It is a pure function of what it is given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Word(StrEnum):
    """Why a cell has no number."""

    HIDDEN = "HIDDEN"
    UNDER_20 = "UNDER_20"
    NOT_REPORTED = "NOT_REPORTED"


@dataclass(frozen=True)
class Leaf:
    """One förbund's figure for a year. `sex` is T, K, M or U; a count has `denominator` 0.

    `counted`: an earlier release holds the figure in a national sum that somebody has already read.
    """

    slug: str
    measure: str
    year: int
    sex: str
    numerator: int
    denominator: int
    counted: bool = False


@dataclass(frozen=True)
class Cell:
    """What is published about one förbund: two numbers or a word. `sex` is T, K or M."""

    slug: str
    measure: str
    year: int
    sex: str
    numerator: int | None
    denominator: int | None
    word: Word | None = None


@dataclass(frozen=True)
class Total:
    """What is published about the nation. `associations` is how many förbund the sum holds.

    `complete`: the sum holds every förbund that reported, also those whose own cell is hidden. Otherwise
    it holds the shown cells only, since the rest could have been subtracted out.
    """

    measure: str
    year: int
    sex: str
    numerator: int | None
    denominator: int | None
    associations: int
    complete: bool
    word: Word | None = None


@dataclass(frozen=True)
class Reported:
    """All an engine may look at. `shares` says for each measure whether it is a share or a plain count."""

    leaves: Sequence[Leaf]
    slugs: Sequence[str]
    years: Sequence[int]
    shares: Mapping[str, bool]


@dataclass(frozen=True)
class Protected:
    """A whole release: one cell per förbund, measure, year and sex, and the national totals."""

    cells: Sequence[Cell]
    totals: Sequence[Total]


class Engine(Protocol):
    """A way to protect. Name, version and the two limits are frozen with the release."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def threshold(self) -> int:
        """Fewest people a shown part or rest may be about."""
        ...

    @property
    def min_base(self) -> int:
        """Smallest denominator a share is shown for."""
        ...

    def protect(self, reported: Reported) -> Protected:
        """Every cell of the release, each with its numbers or its word."""
        ...
