"""Input checks shared by the statistics, so that every one refuses nonsense in the same words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]
    Numbers = Sequence[float] | Sequence[int] | NDArray[np.float64] | NDArray[np.int64]


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
