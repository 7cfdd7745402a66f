"""Intervals every part of the house draws, with nothing but the standard library."""

from __future__ import annotations

from functools import lru_cache
from math import sqrt
from statistics import NormalDist

Interval = tuple[float, float]


@lru_cache(maxsize=16)
def two_sided_z(level: float) -> float:
    """The standard normal quantile at (1 + level) / 2.

    Raises:
        ValueError: the level is not strictly between 0 and 1.
    """
    if not 0 < level < 1:
        raise ValueError("level must lie between 0 and 1")
    return NormalDist().inv_cdf((1 + level) / 2)


def wilson(successes: int, trials: int, level: float = 0.95) -> Interval:
    """Wilson's score interval for a proportion.

    (2x + z² ∓ z√(z² + 4x(1 − x/n))) / (2(n + z²)), in shares of one.

    Raises:
        ValueError: `trials` is not positive, or `successes` lies outside 0..trials.

    Source: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209–212.
    """
    if trials <= 0:
        raise ValueError("trials must be positive")
    if not 0 <= successes <= trials:
        raise ValueError("successes must lie between 0 and trials")
    z = two_sided_z(level)
    spread = z * sqrt(z * z + 4 * successes * (1 - successes / trials))
    width = 2 * (trials + z * z)
    low = (2 * successes + z * z - spread) / width
    high = (2 * successes + z * z + spread) / width
    return (0.0 if successes == 0 else low, 1.0 if successes == trials else high)


def newcombe_difference(first: tuple[int, int], second: tuple[int, int], level: float = 0.95) -> Interval:
    """Newcombe's hybrid score interval for the difference of two proportions, first minus second.

    Each argument is (successes, trials); the answer is in shares of one, from −1 to 1.

    Raises:
        ValueError: as `wilson`.

    Source: R. G. Newcombe, Stat. Med. 17 (1998) 873–890, method 10.
    """
    p1, p2 = first[0] / first[1] if first[1] else 0.0, second[0] / second[1] if second[1] else 0.0
    low1, high1 = wilson(*first, level=level)
    low2, high2 = wilson(*second, level=level)
    difference = p1 - p2
    return (
        difference - sqrt((p1 - low1) ** 2 + (high2 - p2) ** 2),
        difference + sqrt((high1 - p1) ** 2 + (p2 - low2) ** 2),
    )
