"""Intervals every part of the house draws, with nothing but the standard library.

The rest of the statistics lives in `fyrklang.national.compare.statistics`, which also offers these.
"""

from __future__ import annotations

import math
from statistics import NormalDist

Interval = tuple[float, float]


def check_level(level: float) -> float:
    """Refuse a confidence level outside (0, 1); 95 instead of 0.95 is the usual slip."""
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, for example 0.95; got {level!r}")
    return level


def z_value(level: float) -> float:
    """Two-sided standard normal quantile, z = Φ⁻¹(1 − (1 − level)/2)."""
    return NormalDist().inv_cdf(1 - (1 - check_level(level)) / 2)


def check_share(x: float, n: float) -> None:
    """Refuse x of n that is not a share of something: needs n > 0 and 0 ≤ x ≤ n."""
    if not (math.isfinite(x) and math.isfinite(n)):
        raise ValueError(f"x and n must be finite numbers; got x={x!r}, n={n!r}")
    if n <= 0:
        raise ValueError(f"n must be greater than 0; got {n!r}")
    if not 0 <= x <= n:
        raise ValueError(f"x must lie between 0 and n; got x={x!r}, n={n!r}")


def wilson(x: float, n: float, level: float = 0.95) -> Interval:
    """Wilson score interval for the share x/n.

    (2x + z² ∓ z√(z² + 4x(1 − x/n))) / (2(n + z²)); limits are shares in [0, 1]. x and n are counts and may be
    weighted, so fractions are allowed.

    Raises ValueError unless n > 0, 0 ≤ x ≤ n and 0 < level < 1.
    Source: Wilson 1927; Newcombe 1998, Stat Med 17:857, method 3.
    """
    check_share(x, n)
    z = z_value(level)
    middle, reach = 2 * x + z * z, z * math.sqrt(z * z + 4 * x * (1 - x / n))
    scale = 2 * (n + z * z)
    low = 0.0 if x == 0 else max(0.0, (middle - reach) / scale)
    high = 1.0 if x == n else min(1.0, (middle + reach) / scale)
    return low, high


def newcombe_difference(x1: float, n1: float, x2: float, n2: float, level: float = 0.95) -> Interval:
    """Hybrid score interval for the difference x1/n1 − x2/n2 of two independent shares.

    With Wilson limits (l, u) of each share and d their difference:
    d − √((p₁ − l₁)² + (u₂ − p₂)²) and d + √((u₁ − p₁)² + (p₂ − l₂)²); limits lie in [−1, 1].

    Raises ValueError as `wilson` does. Source: Newcombe 1998, Stat Med 17:873, method 10.
    """
    low1, high1 = wilson(x1, n1, level)
    low2, high2 = wilson(x2, n2, level)
    p1, p2 = x1 / n1, x2 / n2
    low = p1 - p2 - math.hypot(p1 - low1, high2 - p2)
    high = p1 - p2 + math.hypot(high1 - p1, p2 - low2)
    return max(-1.0, low), min(1.0, high)
