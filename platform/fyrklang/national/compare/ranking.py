"""When units may be ordered at all, and how sure an order is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fyrklang.national.compare.checks import as_vector, check_count, same_length
from fyrklang.sdk.intervals import check_level

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from fyrklang.national.compare.checks import Numbers, Vector

_NODES = 61


def rankability(variances: Numbers, tau2: float) -> float:
    """Share of the differences between units that is real: ρ = τ²/(τ² + median sᵢ²), 0 to 1.

    variances: sampling variance sᵢ² of every unit's estimate; tau2: variance between units on the same scale
    (log odds for shares). Below 0.5 is poor and 0.5 to 0.75 moderate; units are not ordered below 0.7.

    Raises ValueError unless τ² ≥ 0 and every variance is greater than 0.
    Source: van Dishoeck et al. 2011, BMJ Qual Saf 20:869.
    """
    import numpy as np

    s2 = as_vector(variances, "variances")
    check_count(tau2, "tau2")
    if (s2 <= 0).any():
        raise ValueError("every variance must be greater than 0")
    return float(tau2 / (tau2 + np.median(s2)))


@dataclass(frozen=True, eq=False)
class ExpectedRanks:
    """Where each unit may stand; rank 1 is the lowest estimate."""

    ranks: Vector
    """ERᵢ = 1 + Σ Φ((θᵢ − θⱼ)/√(vᵢ + vⱼ)), between 1 and the number of units."""
    percentiles: Vector
    """PCERᵢ = 100(ERᵢ − ½)/I."""
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    """Interval of whole ranks that holds the unit's true rank with the chance asked for."""


def expected_ranks(estimates: Numbers, variances: Numbers, level: float = 0.95) -> ExpectedRanks:
    """Expected rank of every unit, with an interval, from estimates θ and their variances v (same scale).

    The interval holds the central `level` of the rank's distribution when the true values are independent
    normals N(θ, v): exact up to quadrature, given a unit's own value its rank is a sum of independent
    comparisons.

    Raises ValueError on unequal lengths or a negative variance. Units without any uncertainty tie at half a
    rank. Source: Lingsma et al. 2009, BMC Med Res Methodol 9:53; Laird & Louis 1989, J Educ Stat 14:29.
    """
    import numpy as np
    from scipy.special import ndtr

    theta, v = as_vector(estimates, "estimates"), as_vector(variances, "variances")
    same_length(theta, v, "estimates and variances")
    if (v < 0).any():
        raise ValueError("every variance must be 0 or more")
    tail = (1 - check_level(level)) / 2
    above = ndtr(_standardised(theta[:, None] - theta[None, :], v[:, None] + v[None, :]))
    np.fill_diagonal(above, 0.0)
    ranks = 1 + above.sum(axis=1)
    limits = [_rank_limits(theta, v, unit, tail) for unit in range(theta.size)]
    low, high = np.array(limits, dtype=np.int64).T
    return ExpectedRanks(ranks, 100 * (ranks - 0.5) / theta.size, low, high)


def _standardised(difference: NDArray[np.float64], variance: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    certain = np.sign(difference) * np.where(difference == 0, 0.0, np.inf)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(
            variance > 0, difference / np.sqrt(variance), np.nan_to_num(certain, posinf=40, neginf=-40)
        )


def _rank_limits(theta: Vector, v: Vector, unit: int, tail: float) -> tuple[int, int]:
    import numpy as np
    from numpy.polynomial.hermite_e import hermegauss
    from scipy.special import ndtr

    nodes, weights = hermegauss(_NODES)
    others = np.delete(np.arange(theta.size), unit)
    values = theta[unit] + np.sqrt(v[unit]) * nodes
    passed = ndtr(
        _standardised(values[:, None] - theta[others], np.broadcast_to(v[others], (_NODES, others.size)))
    )
    spread = np.zeros((_NODES, theta.size))
    spread[:, 0] = 1.0
    for j in range(others.size):
        chance = passed[:, j : j + 1]
        shifted = np.roll(spread, 1, axis=1)
        shifted[:, 0] = 0.0
        spread = spread * (1 - chance) + shifted * chance
    cumulative = np.cumsum(weights / weights.sum() @ spread)
    low = int(np.searchsorted(cumulative, tail, side="right"))
    high = int(np.searchsorted(cumulative, 1 - tail - 1e-12, side="left"))
    return min(low, theta.size - 1) + 1, min(high, theta.size - 1) + 1


@dataclass(frozen=True, eq=False)
class FalseDiscovery:
    """Which of many tests stand out when all are looked at together."""

    adjusted: Vector
    """Adjusted p-values in the order given."""
    rejected: NDArray[np.bool_]
    """Whether the adjusted p-value is at most 1 − level."""
    expected_by_chance: float
    """How many of the tests would pass 1 − level alone if nothing differed: number of tests × (1 − level)."""


def benjamini_hochberg(p_values: Numbers, level: float = 0.95) -> FalseDiscovery:
    """Benjamini-Hochberg procedure: at most 1 − level of those picked out are expected to be chance.

    Adjusted p of the i-th smallest of m: min over j ≥ i of p₍ⱼ₎·m/j, at most 1.

    Raises ValueError when a p-value lies outside [0, 1].
    Source: Benjamini & Hochberg 1995, J R Stat Soc B 57:289.
    """
    import numpy as np
    from scipy.stats import false_discovery_control

    p = as_vector(p_values, "p_values")
    if ((p < 0) | (p > 1)).any():
        raise ValueError("every p-value must lie between 0 and 1")
    rate = 1 - check_level(level)
    adjusted = np.asarray(false_discovery_control(p, method="bh"), dtype=float)
    return FalseDiscovery(adjusted, adjusted <= rate + 1e-12, p.size * rate)
