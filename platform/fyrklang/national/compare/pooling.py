"""Pooling estimates over förbund: random-effects meta-analysis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fyrklang.national.compare.checks import as_vector, same_length
from fyrklang.sdk.intervals import Interval, z_value

if TYPE_CHECKING:
    from fyrklang.national.compare.checks import Numbers, Vector


@dataclass(frozen=True, eq=False)
class RandomEffects:
    """A pooled effect, in the unit of the effects given."""

    estimate: float
    standard_error: float
    interval: Interval
    tau2: float
    """Variance between units (DerSimonian-Laird, never below 0)."""
    q: float
    """Cochran's Q about the fixed-effect mean."""
    df: int
    p_value: float
    """Chance of a Q at least this large when units do not differ."""
    i2: float
    """Share of the variation that is between units, 0 to 1: max(0, (Q − df)/Q)."""
    fixed_estimate: float
    """The pooled effect when units are taken to be alike."""
    weights: Vector
    """Each unit's share of the pooled estimate; they sum to 1."""


def dersimonian_laird(effects: Numbers, variances: Numbers, level: float = 0.95) -> RandomEffects:
    """Random-effects mean of effects with known sampling variances.

    w = 1/v, Q = Σw(y − ȳ_w)², τ² = max(0, (Q − (k − 1))/(Σw − Σw²/Σw)), w* = 1/(v + τ²),
    estimate Σw*y/Σw*, standard error √(1/Σw*), interval estimate ± z·standard error.

    Raises ValueError on unequal lengths or a variance that is not greater than 0.
    Source: DerSimonian & Laird 1986, Control Clin Trials 7:177; Higgins & Thompson 2002 (I²).
    """
    import numpy as np
    from scipy.stats import chi2

    y, v = as_vector(effects, "effects"), as_vector(variances, "variances")
    same_length(y, v, "effects and variances")
    if (v <= 0).any():
        raise ValueError("every variance must be greater than 0")
    z = z_value(level)
    w = 1 / v
    fixed = float((w * y).sum() / w.sum())
    q, df = float((w * (y - fixed) ** 2).sum()), y.size - 1
    spread = float(w.sum() - (w**2).sum() / w.sum())
    tau2 = max(0.0, (q - df) / spread) if df else 0.0
    total = 1 / (v + tau2)
    estimate, error = float((total * y).sum() / total.sum()), float(1 / np.sqrt(total.sum()))
    return RandomEffects(
        estimate=estimate,
        standard_error=error,
        interval=(estimate - z * error, estimate + z * error),
        tau2=tau2,
        q=q,
        df=df,
        p_value=float(chi2.sf(q, df)) if df else 1.0,
        i2=max(0.0, (q - df) / q) if q > 0 else 0.0,
        fixed_estimate=fixed,
        weights=total / total.sum(),
    )
