"""Shares read from facts: always with base and interval, and a word where a number would tell too much."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from uuid import UUID

from sqlalchemy import select

from fyrklang.sdk.codes import EVERYONE
from fyrklang.sdk.facts import WHOLE_YEAR, Cell
from fyrklang.sdk.intervals import Interval, newcombe_difference, wilson
from fyrklang.tenancy.session import TenantSession

OFFICE_THRESHOLD = 5
"""In the office neither part nor rest of a share is shown when it is fewer than this many people."""


class Standing(Enum):
    """How a result stands to its goal."""

    ABOVE = "above"
    BELOW = "below"
    UNCLEAR = "unclear"
    HIDDEN = "hidden"
    NONE = "none"


@dataclass(frozen=True)
class Share:
    """A numerator over a denominator. `interval` is Wilson's at 95 %, or None without a base.

    `withheld` hides a share whose neighbour is hidden and whose sum is shown: the difference would tell.
    """

    numerator: int
    denominator: int
    withheld: bool = False

    @property
    def value(self) -> float | None:
        """The share of one, None without a base."""
        return self.numerator / self.denominator if self.denominator else None

    @cached_property
    def interval(self) -> Interval | None:
        """The 95 % interval in shares of one, None without a base."""
        return wilson(self.numerator, self.denominator) if self.denominator else None

    @property
    def protected(self) -> bool:
        """Whether part or rest is so few that the office must not read it, or another figure would tell."""
        rest = self.denominator - self.numerator
        few = 0 < self.numerator < OFFICE_THRESHOLD or 0 < rest < OFFICE_THRESHOLD
        return few or self.withheld

    def __add__(self, other: Share) -> Share:
        return Share(self.numerator + other.numerator, self.denominator + other.denominator)


NOTHING = Share(0, 0)


@dataclass(frozen=True)
class MeasureYear:
    """One measure of one insats: years and quarters, by sex and for everyone ("T")."""

    cells: dict[tuple[int, int, str], Share]

    def at(self, year: int, quarter: int = WHOLE_YEAR, sex: str = EVERYONE) -> Share:
        """The share in a period; an empty one when nothing is counted."""
        return self.cells.get((year, quarter, sex), NOTHING)

    def years(self) -> list[int]:
        """Years with anything counted, earliest first."""
        return sorted({year for year, _quarter, _sex in self.cells})

    def half_years(self) -> list[tuple[str, Share]]:
        """(H1 24, share) in order, empty halves between the first and the last kept as gaps.

        When one half of a year is protected so is the other, since the year itself is shown.
        """
        years = self.years()
        if not years:
            return []
        halves = [
            (f"H{half + 1} {year % 100:02d}", share)
            for year in range(years[0], years[-1] + 1)
            for half, share in enumerate(
                guard_sum([self.at(year, first) + self.at(year, first + 1) for first in (1, 3)])
            )
        ]
        while halves and not halves[-1][1].denominator:
            halves.pop()
        while halves and not halves[0][1].denominator:
            halves.pop(0)
        return halves

    def by_sex(self, year: int) -> dict[str, Share]:
        """Women, men and unknown in a year; all withheld when one of them must be."""
        sexes = ("K", "M", "U")
        return dict(zip(sexes, guard_sum([self.at(year, sex=sex) for sex in sexes]), strict=True))

    def sex_gap(self, year: int) -> Interval | None:
        """Newcombe's interval for women minus men, None when either has no base."""
        shares = self.by_sex(year)
        women, men = shares["K"], shares["M"]
        if not women.denominator or not men.denominator or women.protected or men.protected:
            return None
        return newcombe_difference(women.numerator, women.denominator, men.numerator, men.denominator)


def guard_sum(parts: Sequence[Share]) -> list[Share]:
    """Parts of a sum that is shown: when one is protected, every other with a base is withheld too."""
    if not any(part.protected for part in parts):
        return list(parts)
    return [replace(part, withheld=True) if part.denominator else part for part in parts]


def standing(share: Share, target_permille: int | None) -> Standing:
    """Whether a share lies over or under its goal by more than chance usually gives."""
    if target_permille is None or share.interval is None:
        return Standing.NONE
    if share.protected:
        return Standing.HIDDEN
    low, high = share.interval
    target = target_permille / 1000
    if low > target:
        return Standing.ABOVE
    return Standing.BELOW if high < target else Standing.UNCLEAR


def measure_series(session: TenantSession, intervention_id: UUID, measure: str) -> MeasureYear:
    """Every counted period of one measure for one insats."""
    query = select(Cell.year, Cell.quarter, Cell.sex, Cell.numerator, Cell.denominator).where(
        Cell.intervention_id == intervention_id, Cell.measure == measure
    )
    return MeasureYear(
        {
            (row.year, row.quarter, row.sex): Share(row.numerator, row.denominator)
            for row in session.execute(query)
        }
    )


def year_shares(
    session: TenantSession, intervention_ids: Iterable[UUID], measures: tuple[str, ...], year: int
) -> dict[UUID, dict[str, Share]]:
    """For a list page: each insats' whole-year figure per measure, in one statement."""
    wanted = tuple(intervention_ids)
    found: dict[UUID, dict[str, Share]] = defaultdict(dict)
    if not wanted:
        return found
    query = select(Cell.intervention_id, Cell.measure, Cell.numerator, Cell.denominator).where(
        Cell.measure.in_(measures),
        Cell.year == year,
        Cell.quarter == WHOLE_YEAR,
        Cell.sex == EVERYONE,
        Cell.intervention_id.in_(wanted),
    )
    for row in session.execute(query):
        found[row.intervention_id][row.measure] = Share(row.numerator, row.denominator)
    return found
