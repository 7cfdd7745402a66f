"""Where each förbund stands against what chance gives around the nation's share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from fyrklang.national.compare.statistics import funnel_limits_proportion, overdispersion

INNER, OUTER = 0.95, 0.998
CURVE_POINTS = 160


class Place(StrEnum):
    """Against the exact binomial limits; `FAR_` is beyond 99.8 %."""

    FAR_OVER = "far_over"
    OVER = "over"
    WITHIN = "within"
    UNDER = "under"
    FAR_UNDER = "far_under"

    @property
    def side(self) -> str:
        """over, within or under."""
        return self.value.removeprefix("far_")

    @property
    def is_far(self) -> bool:
        """Whether it is beyond 99.8 %."""
        return self.value.startswith("far_")


@dataclass(frozen=True)
class Curve:
    """Limits at each base in `n`, in shares of one."""

    n: tuple[int, ...]
    low_inner: tuple[float, ...]
    high_inner: tuple[float, ...]
    low_outer: tuple[float, ...]
    high_outer: tuple[float, ...]


def places(shares: Sequence[tuple[int, int]], nation: tuple[int, int]) -> list[Place]:
    """Where each (numerator, denominator) stands around the nation's share."""
    if not shares:
        return []
    sizes = tuple(sorted({base for _, base in shares}))
    curve = limits(sizes, nation)
    at = {size: index for index, size in enumerate(sizes)}
    return [_place(part / base, curve, at[base]) for part, base in shares]


def curve(first: int, last: int, nation: tuple[int, int]) -> Curve:
    """The limits from `first` to at least `last`, close enough to draw."""
    last = max(first + 1, last)
    step = max(1, -(-(last - first) // CURVE_POINTS))
    return limits((*range(first, last, step), last), nation)


@lru_cache(maxsize=256)
def extra_spread(shares: tuple[tuple[int, int], ...]) -> float | None:
    """How many times more the shares spread than chance alone gives, None when chance can explain it."""
    if len(shares) < 2:
        return None
    found = overdispersion([part for part, _ in shares], [base for _, base in shares])
    return found.phi if found.significant else None


@lru_cache(maxsize=256)
def limits(sizes: tuple[int, ...], nation: tuple[int, int]) -> Curve:
    """Exact binomial limits at each size; a release never changes, so each is worked out once."""
    target = nation[0] / nation[1]
    low_inner, high_inner = funnel_limits_proportion(sizes, target, level=INNER)
    low_outer, high_outer = funnel_limits_proportion(sizes, target, level=OUTER)
    found = [tuple(float(limit) for limit in each) for each in (low_inner, high_inner, low_outer, high_outer)]
    return Curve(sizes, *found)


def _place(share: float, curve: Curve, index: int) -> Place:
    if share > curve.high_outer[index]:
        return Place.FAR_OVER
    if share < curve.low_outer[index]:
        return Place.FAR_UNDER
    if share > curve.high_inner[index]:
        return Place.OVER
    return Place.UNDER if share < curve.low_inner[index] else Place.WITHIN
