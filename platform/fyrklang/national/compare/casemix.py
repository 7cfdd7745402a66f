"""Case-mix adjustment by logistic indirect standardisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fyrklang.national.compare.checks import as_vector
from fyrklang.sdk.intervals import Interval, z_value

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from fyrklang.national.compare.checks import Numbers, Vector

_STEPS = 50
_SETTLED = 1e-10
# A log-odds beyond this is a person the model calls certain: the outcome is separated by a feature.
_CERTAIN = 30.0


@dataclass(frozen=True)
class UnitOutcome:
    """One unit against what its own participants' background leads one to expect."""

    unit: object
    n: int
    observed: float
    """Participants with the outcome."""
    expected: float
    """Participants expected to have it, Σp."""
    ratio: float
    """O/E; must not be compared with another unit's as if the case-mix were the same."""
    interval: Interval
    """(O ± z√Σp(1 − p))/E, not below 0."""
    z: float
    """(O − E)/√Σp(1 − p)."""
    adjusted: float
    """O/E times the pooled share: a share, which can pass 1 for a small unit."""


@dataclass(frozen=True)
class CalibrationBand:
    """A tenth of the participants by predicted share: what was predicted and what came."""

    n: int
    predicted: float
    observed: float


@dataclass(frozen=True, eq=False)
class CaseMix:
    """A fitted case-mix model and every unit's place in it."""

    coefficients: Vector
    """Log odds, intercept first, then one per feature."""
    standard_errors: Vector
    predicted: Vector
    """Predicted share of every participant."""
    pooled: float
    """Share with the outcome over everyone."""
    c_statistic: float
    """Chance that a participant with the outcome was predicted higher than one without; 0.5 is no better
    than luck.
    """
    calibration: tuple[CalibrationBand, ...]
    units: tuple[UnitOutcome, ...]
    """In the order units first appear."""


def logistic_case_mix(
    features: NDArray[np.float64] | Sequence[Sequence[float]],
    outcomes: Numbers,
    units: Sequence[Hashable],
    level: float = 0.95,
) -> CaseMix:
    """Fit logit p = β·x over everyone, without any term for the unit, and set each unit's O against E = Σp.

    features: one row per participant and one column per covariate fixed before the start (no column of ones;
    a single covariate may be a plain list);
    outcomes: 0 or 1 per participant; units: whose participant it is. Fitted by Newton-Raphson maximum
    likelihood.

    Raises ValueError when lengths differ, outcomes are not 0/1 or all alike, columns are linearly dependent,
    or a feature separates the outcomes so that no finite fit exists.
    Source: Spiegelhalter 2005, Stat Med 24:1185; Nicholl 2007, J Epidemiol Community Health 61:1010.
    """
    import numpy as np

    z = z_value(level)
    y = as_vector(outcomes, "outcomes")
    x = np.asarray(features, dtype=float)
    x = x[:, None] if x.ndim == 1 else x
    _check_people(x, y, units)
    design = np.column_stack([np.ones(y.size), x])
    beta, covariance = _fit(design, y)
    p = 1 / (1 + np.exp(-design @ beta))
    return CaseMix(
        coefficients=beta,
        standard_errors=np.sqrt(np.diag(covariance)),
        predicted=p,
        pooled=float(y.mean()),
        c_statistic=_c_statistic(p, y),
        calibration=_calibration(p, y),
        units=_by_unit(p, y, units, z),
    )


def _check_people(x: NDArray[np.float64], y: Vector, units: Sequence[Hashable]) -> None:
    import numpy as np

    if x.ndim != 2 or x.shape[0] != y.size or len(units) != y.size:
        raise ValueError("features, outcomes and units must describe the same participants, one row each")
    if not np.isfinite(x).all():
        raise ValueError("features hold a value that is missing or not finite")
    if not np.isin(y, (0.0, 1.0)).all():
        raise ValueError("every outcome must be 0 or 1")
    if y.min() == y.max():
        raise ValueError("outcomes are all alike, so there is nothing to adjust")


def _fit(design: NDArray[np.float64], y: Vector) -> tuple[Vector, NDArray[np.float64]]:
    import numpy as np

    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise ValueError("a feature is constant or a combination of the others; leave it out")
    beta: Vector = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        p = 1 / (1 + np.exp(-design @ beta))
        information = design.T @ (design * (p * (1 - p))[:, None])
        try:
            step = np.linalg.solve(information, design.T @ (y - p))
        except np.linalg.LinAlgError:
            break
        beta = beta + step
        if np.abs(design @ beta).max() > _CERTAIN:
            break
        if np.abs(step).max() < _SETTLED:
            return beta, np.asarray(np.linalg.inv(information), dtype=float)
    raise ValueError("no finite fit: some feature separates those with the outcome from those without")


def _c_statistic(p: Vector, y: Vector) -> float:
    from scipy.stats import rankdata

    positive = y == 1
    n1, n0 = int(positive.sum()), int((~positive).sum())
    return float((rankdata(p)[positive].sum() - n1 * (n1 + 1) / 2) / (n1 * n0))


def _calibration(p: Vector, y: Vector) -> tuple[CalibrationBand, ...]:
    import numpy as np

    bands = np.array_split(np.argsort(p, kind="stable"), min(10, p.size))
    return tuple(CalibrationBand(b.size, float(p[b].mean()), float(y[b].mean())) for b in bands)


def _by_unit(p: Vector, y: Vector, units: Sequence[Hashable], z: float) -> tuple[UnitOutcome, ...]:
    import numpy as np

    codes: dict[Hashable, int] = {}
    index = np.array([codes.setdefault(unit, len(codes)) for unit in units])
    size = np.bincount(index)
    observed, expected = np.bincount(index, y), np.bincount(index, p)
    error = np.sqrt(np.bincount(index, p * (1 - p)))
    pooled = float(y.mean())
    return tuple(
        UnitOutcome(
            unit=unit,
            n=int(size[i]),
            observed=float(observed[i]),
            expected=float(expected[i]),
            ratio=float(observed[i] / expected[i]),
            interval=(
                max(0.0, float((observed[i] - z * error[i]) / expected[i])),
                float((observed[i] + z * error[i]) / expected[i]),
            ),
            z=float((observed[i] - expected[i]) / error[i]),
            adjusted=float(observed[i] / expected[i]) * pooled,
        )
        for unit, i in codes.items()
    )
