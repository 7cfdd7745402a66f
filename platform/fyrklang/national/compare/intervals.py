"""Intervals for shares, differences and counts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fyrklang.national.compare.checks import as_vector, check_count, check_positive, same_length
from fyrklang.sdk.intervals import Interval, check_level, check_share, wilson, z_value

if TYPE_CHECKING:
    from fyrklang.national.compare.checks import Numbers

# Below ten events Byar's approximation strays from the exact limits (OHID, Fingertips technical guidance).
_BYAR_FROM = 10
# LVR and other Swedish quality registers show a rate from these limits on.
_FOLLOW_UP_SHARE = 0.6
_FOLLOW_UP_ELIGIBLE = 30


def clopper_pearson(x: float, n: float, level: float = 0.95) -> Interval:
    """Exact interval for the share x/n: the coverage is never below `level`.

    Beta quantiles B(α/2; x, n − x + 1) and B(1 − α/2; x + 1, n − x); limits are shares in [0, 1].

    Raises ValueError unless n > 0, 0 ≤ x ≤ n and 0 < level < 1.
    Source: Clopper & Pearson 1934; Newcombe 1998, Stat Med 17:857, method 5.
    """
    from scipy.special import betaincinv

    check_share(x, n)
    tail = (1 - check_level(level)) / 2
    low = 0.0 if x == 0 else float(betaincinv(x, n - x + 1, tail))
    high = 1.0 if x == n else float(betaincinv(x + 1, n - x, 1 - tail))
    return low, high


def byar(x: float, level: float = 0.95) -> Interval:
    """Byar's approximate limits for a Poisson count x, in events.

    x(1 − 1/9x − z/3√x)³ and (x+1)(1 − 1/9(x+1) + z/3√(x+1))³. Good from 10 events on; use `poisson_exact`
    below. Where the cube is negative (one event at 99.8 %) there is no lower limit and `low` is NaN; no
    event gives 0.

    Raises ValueError unless x ≥ 0 and 0 < level < 1.
    Source: Breslow & Day 1987; OHID Fingertips technical guidance.
    """
    check_count(x)
    z = z_value(level)
    above = x + 1
    high = above * (1 - 1 / (9 * above) + z / (3 * math.sqrt(above))) ** 3
    if x == 0:
        return 0.0, high
    root = 1 - 1 / (9 * x) - z / (3 * math.sqrt(x))
    return (x * root**3 if root >= 0 else math.nan), high


def poisson_exact(x: float, level: float = 0.95) -> Interval:
    """Exact (Garwood) limits for a Poisson count x, in events: χ²(α/2; 2x)/2 and χ²(1 − α/2; 2x + 2)/2.

    Raises ValueError unless x ≥ 0 and 0 < level < 1. Source: Garwood 1936, Biometrika 28:437.
    """
    from scipy.special import gammaincinv

    check_count(x)
    tail = (1 - check_level(level)) / 2
    low = 0.0 if x == 0 else float(gammaincinv(x, tail))
    return low, float(gammaincinv(x + 1, 1 - tail))


def count_limits(x: float, level: float = 0.95) -> Interval:
    """Limits for a Poisson count in events: `byar` from 10 events on, `poisson_exact` below.

    Raises ValueError unless x ≥ 0 and 0 < level < 1. Source: OHID Fingertips technical guidance.
    """
    return byar(x, level) if x >= _BYAR_FROM else poisson_exact(x, level)


@dataclass(frozen=True)
class StandardisedRatio:
    """Observed over expected. `ratio` and `interval` have no unit; 1 means as many as expected."""

    observed: float
    expected: float
    ratio: float
    interval: Interval

    @property
    def low(self) -> float:
        """Lower limit of the ratio."""
        return self.interval[0]

    @property
    def high(self) -> float:
        """Upper limit of the ratio."""
        return self.interval[1]


def indirect_standardisation(
    counts: Numbers | float,
    population: Numbers,
    reference_counts: Numbers,
    reference_population: Numbers,
    level: float = 0.95,
) -> StandardisedRatio:
    """Indirectly standardised ratio O/E of one unit over strata.

    O = Σ counts (or O itself), E = Σ population · reference_counts / reference_population, all lists by
    stratum. The interval is `count_limits(O)` / E. Two such ratios must not be compared with each other:
    each has its own E.

    Raises ValueError when lengths differ, a count is negative, a reference population is 0 or E is 0.
    Source: Breslow & Day 1987; OHID Fingertips technical guidance.
    """
    import numpy as np

    own = as_vector(population, "population")
    events = as_vector(reference_counts, "reference_counts")
    base = as_vector(reference_population, "reference_population")
    same_length(own, events, "population and reference_counts")
    same_length(own, base, "population and reference_population")
    by_stratum = np.atleast_1d(np.asarray(counts, dtype=float))
    if by_stratum.size > 1:
        same_length(by_stratum, own, "counts and population")
    if (by_stratum < 0).any() or (own < 0).any() or (events < 0).any():
        raise ValueError("counts and populations must be 0 or more")
    if (base <= 0).any():
        raise ValueError("every reference population must be greater than 0")
    observed, expected = float(by_stratum.sum()), float((own * events / base).sum())
    check_count(observed, "the observed count")
    check_positive(expected, "the expected count")
    low, high = count_limits(observed, level)
    return StandardisedRatio(observed, expected, observed / expected, (low / expected, high / expected))


@dataclass(frozen=True)
class FollowUp:
    """A follow-up share with everything non-response may hide. All values are shares in [0, 1]."""

    eligible: int
    responded: int
    positive: int
    response: float
    complete_case: float | None
    """Share among those reached; None when nobody was."""
    interval: Interval | None
    """Wilson interval of `complete_case`."""
    bounds: Interval
    """The share if every person not reached was negative, and if every one was positive."""
    outer: Interval
    """Lower Wilson limit at the lower bound, upper Wilson limit at the upper."""
    shown: bool
    """Whether the rate itself may be shown: at least 60 % reached and at least 30 eligible."""


def follow_up_bounds(eligible: int, responded: int, positive: int, level: float = 0.95) -> FollowUp:
    """What a follow-up with non-response can say: N eligible, r responded, x positive.

    complete case x/r with its Wilson interval; bounds [x/N, (x + N − r)/N], certain whatever those not
    reached would have answered; outer interval (lower Wilson(x, N), upper Wilson(x + N − r, N)).

    Raises ValueError unless N > 0 and 0 ≤ x ≤ r ≤ N. Source: Manski 1989, J Hum Resour 24:343; comparison.md
    """
    check_share(responded, eligible)
    check_count(positive, "positive")
    if positive > responded:
        raise ValueError(f"positive cannot exceed responded; got {positive!r} of {responded!r}")
    best = positive + eligible - responded
    return FollowUp(
        eligible=eligible,
        responded=responded,
        positive=positive,
        response=responded / eligible,
        complete_case=positive / responded if responded else None,
        interval=wilson(positive, responded, level) if responded else None,
        bounds=(positive / eligible, best / eligible),
        outer=(wilson(positive, eligible, level)[0], wilson(best, eligible, level)[1]),
        shown=responded >= _FOLLOW_UP_SHARE * eligible and eligible >= _FOLLOW_UP_ELIGIBLE,
    )


def follow_up_if_worse(follow_up: FollowUp, delta: float) -> float:
    """The follow-up share if those not reached do `delta` worse than those reached (delta in shares, 0.10 =
    10 pp).

    (x + m · max(0, min(1, x/r − δ))) / N with m = N − r: the δ-adjustment.

    Raises ValueError when nobody responded or delta lies outside [−1, 1].
    """
    if follow_up.complete_case is None:
        raise ValueError("nobody responded, so there is no share to adjust")
    if not -1 <= delta <= 1:
        raise ValueError(f"delta is a difference of shares and lies between -1 and 1; got {delta!r}")
    missing = follow_up.eligible - follow_up.responded
    assumed = min(1.0, max(0.0, follow_up.complete_case - delta))
    return (follow_up.positive + missing * assumed) / follow_up.eligible
