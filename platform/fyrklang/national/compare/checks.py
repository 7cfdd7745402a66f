"""Input checks shared by the statistics, so that every one refuses nonsense in the same words."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]
    Numbers = Sequence[float] | Sequence[int] | NDArray[np.float64] | NDArray[np.int64]

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


def check_count(x: float, name: str = "x") -> None:
    """Refuse a count that is negative or not a number."""
    if not math.isfinite(x) or x < 0:
        raise ValueError(f"{name} must be a number of 0 or more; got {x!r}")


def check_positive(x: float, name: str) -> None:
    """Refuse a number that is not greater than 0."""
    if not math.isfinite(x) or x <= 0:
        raise ValueError(f"{name} must be greater than 0; got {x!r}")


def check_proportion(p: float, name: str) -> None:
    """Refuse a benchmark outside [0, 1]; a percentage is the usual slip."""
    if not 0 <= p <= 1:
        raise ValueError(f"{name} must lie between 0 and 1 (a share, not a percentage); got {p!r}")


def as_vector(values: Numbers, name: str) -> Vector:
    """Turn a sequence into a float vector without gaps."""
    import numpy as np

    vector = np.asarray(values, dtype=float)
    if vector.ndim != 1 or vector.size == 0:
        raise ValueError(f"{name} must be a list with at least one number")
    if not np.isfinite(vector).all():
        raise ValueError(f"{name} holds a value that is missing or not finite")
    return vector


def as_shares(x: Numbers, n: Numbers) -> tuple[Vector, Vector]:
    """Turn x of n, unit by unit, into two vectors of the same length with 0 ≤ x ≤ n and n > 0."""
    numerators, denominators = as_vector(x, "x"), as_vector(n, "n")
    same_length(numerators, denominators, "x and n")
    if (denominators <= 0).any():
        raise ValueError("every n must be greater than 0")
    if ((numerators < 0) | (numerators > denominators)).any():
        raise ValueError("every x must lie between 0 and its n")
    return numerators, denominators


def same_length(a: Vector, b: Vector, names: str) -> None:
    """Refuse two vectors that do not describe the same units."""
    if a.shape != b.shape:
        raise ValueError(f"{names} must have the same length; got {a.size} and {b.size}")
