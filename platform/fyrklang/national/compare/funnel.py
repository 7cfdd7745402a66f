"""Funnel limits, z-scores and overdispersion."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, overload

from fyrklang.national.compare.checks import as_shares, as_vector, check_positive, check_proportion
from fyrklang.sdk.intervals import check_level, z_value

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from fyrklang.national.compare.checks import Numbers, Vector

FunnelMethod = Literal["exact", "wilson"]
Scale = Literal["arcsine", "log", "sqrt"]


@overload
def funnel_limits_proportion(
    n: float, target: float, method: FunnelMethod = "exact", level: float = 0.95
) -> tuple[float, float]: ...
@overload
def funnel_limits_proportion(
    n: Numbers, target: float, method: FunnelMethod = "exact", level: float = 0.95
) -> tuple[Vector, Vector]: ...
def funnel_limits_proportion(
    n: Numbers | float, target: float, method: FunnelMethod = "exact", level: float = 0.95
) -> tuple[float, float] | tuple[Vector, Vector]:
    """Control limits for a share at size n when the true share is `target`, as shares in [0, 1].

    exact: for each tail q, r = min{r: F(r) ≥ q} of Bin(n, target), limit = (r − (F(r) − q)/f(r))/n.
    wilson: the observed share whose Wilson interval just touches `target`; solved for the share this is
    target ± z√(target(1 − target)/n). n may be one number or a list; the limits have the same form.

    Raises ValueError unless n > 0, 0 ≤ target ≤ 1, 0 < level < 1 and the method is known.
    Source: Spiegelhalter 2005, Stat Med 24:1185, appendix A.1; OHID Fingertips technical guidance (wilson).
    """
    import numpy as np

    check_proportion(target, "target")
    sizes = as_vector(np.atleast_1d(np.asarray(n, dtype=float)), "n")
    if (sizes <= 0).any():
        raise ValueError("every n must be greater than 0")
    if method == "exact":
        tail = (1 - check_level(level)) / 2
        low, high = _binomial_limit(sizes, target, tail), _binomial_limit(sizes, target, 1 - tail)
    elif method == "wilson":
        reach = z_value(level) * np.sqrt(target * (1 - target) / sizes)
        low, high = np.clip(target - reach, 0, 1), np.clip(target + reach, 0, 1)
    else:
        raise ValueError(f'method must be "exact" or "wilson"; got {method!r}')
    return _same_form(n, low, high)


def _binomial_limit(n: Vector, target: float, q: float) -> Vector:
    import numpy as np
    from scipy.stats import binom

    if target in (0.0, 1.0):
        return np.full_like(n, target)
    if (n != np.round(n)).any():
        raise ValueError("the exact method needs whole numbers for n")
    r = binom.ppf(q, n, target)
    excess = (binom.cdf(r, n, target) - q) / binom.pmf(r, n, target)
    limits: Vector = np.clip((r - excess) / n, 0, 1)
    return limits


@overload
def funnel_limits_ratio(expected: float, target: float = 1.0, level: float = 0.95) -> tuple[float, float]: ...
@overload
def funnel_limits_ratio(
    expected: Numbers, target: float = 1.0, level: float = 0.95
) -> tuple[Vector, Vector]: ...
def funnel_limits_ratio(
    expected: Numbers | float, target: float = 1.0, level: float = 0.95
) -> tuple[float, float] | tuple[Vector, Vector]:
    """Control limits for a standardised ratio O/E by its expected count E, when the true ratio is `target`.

    χ²(α/2; 2μ)/2E and χ²(1 − α/2; 2μ + 2)/2E with μ = E · target; no unit. E may be one number or a list.

    Raises ValueError unless E > 0, target > 0 and 0 < level < 1.
    Source: Spiegelhalter 2005, Stat Med 24:1185, appendix A.2.
    """
    import numpy as np
    from scipy.special import gammaincinv

    check_positive(target, "target")
    sizes = as_vector(np.atleast_1d(np.asarray(expected, dtype=float)), "expected")
    if (sizes <= 0).any():
        raise ValueError("every expected count must be greater than 0")
    tail = (1 - check_level(level)) / 2
    low = gammaincinv(sizes * target, tail) / sizes
    high = gammaincinv(sizes * target + 1, 1 - tail) / sizes
    return _same_form(expected, low, high)


def _same_form(
    given: Numbers | float, low: Vector, high: Vector
) -> tuple[float, float] | tuple[Vector, Vector]:
    import numpy as np

    if np.ndim(given) == 0:
        return float(low[0]), float(high[0])
    return low, high


def funnel_scores(x: Numbers, n: Numbers, target: float | None = None) -> Vector:
    """Distance from the target in standard errors, z = (x/n − target)/√(target(1 − target)/n), unit by unit.

    Without a target the pooled share Σx/Σn is used. Raises ValueError on invalid counts or a target not in
    (0, 1). Source: Spiegelhalter 2005, Stat Med 24:1185.
    """
    import numpy as np

    numerators, denominators = as_shares(x, n)
    share = float(numerators.sum() / denominators.sum()) if target is None else target
    if not 0 < share < 1:
        raise ValueError(f"the target share must lie strictly between 0 and 1; got {share!r}")
    scores: Vector = (numerators / denominators - share) / np.sqrt(share * (1 - share) / denominators)
    return scores


@dataclass(frozen=True)
class Trim:
    """How extreme z-scores are held back before dispersion is estimated.

    `winsorise` pulls the outer `fraction` at each end in to its quantile; `truncate` leaves those units out
    (SHMI).
    """

    method: Literal["winsorise", "truncate", "none"] = "winsorise"
    fraction: float = 0.1

    def __post_init__(self) -> None:
        if self.method not in ("winsorise", "truncate", "none"):
            raise ValueError(f'trim must be "winsorise", "truncate" or "none"; got {self.method!r}')
        if not 0 < self.fraction < 0.5:
            raise ValueError(f"the trimmed fraction must lie between 0 and 0.5; got {self.fraction!r}")


@dataclass(frozen=True, eq=False)
class Overdispersion:
    """How much more units differ than chance alone would make them."""

    phi: float
    """Dispersion ratio: mean of squared z-scores; 1 is what chance gives."""
    tau2: float
    """Variance between units on the transformed scale, to add to each unit's own."""
    z: Vector
    """z-score of every unit before trimming."""
    s: Vector
    """Standard error of every unit on the transformed scale."""
    p_value: float
    """Chance of a dispersion at least this large when units do not differ (I·φ as χ² with I degrees)."""
    significant: bool
    """Whether that chance is below 1 − level, so that the wider limits should be shown beside the plain."""

    @property
    def adjusted_z(self) -> Vector:
        """z-scores with the variance between units added: z·s/√(s² + τ²)."""
        import numpy as np

        adjusted: Vector = self.z * self.s / np.sqrt(self.s**2 + self.tau2)
        return adjusted


def overdispersion(
    numerator: Numbers,
    denominator: Numbers,
    scale: Scale = "arcsine",
    trim: Trim | Literal["winsorise", "truncate", "none"] = "winsorise",
    level: float = 0.95,
) -> Overdispersion:
    """Dispersion φ and between-unit variance τ² of shares or standardised ratios.

    φ = (1/I)Σz² over trimmed z; τ² = max(0, (Iφ − (I − 1))/(Σw − Σw²/Σw)), w = 1/s².
    scale "arcsine": shares x of n about the pooled share, s = 1/2√n. "log" and "sqrt": observed of expected
    about 1, s = 1/√E and 1/2√E. A `trim` given by name uses 10 % at each end; quantiles are type 7.

    Raises ValueError on fewer than two units, invalid counts, or a count of 0 on the log scale.
    Source: Spiegelhalter 2005, Qual Saf Health Care 14:347; NHS Digital SHMI specification (truncate).
    """
    import numpy as np
    from scipy.stats import chi2

    z, s = _transformed(numerator, denominator, scale)
    if z.size < 2:
        raise ValueError("dispersion between units needs at least two units")
    check_level(level)
    kept, held = _trimmed(z, trim if isinstance(trim, Trim) else Trim(trim))
    units = held.size
    phi = float(np.mean(held**2))
    w = 1 / s[kept] ** 2
    spread = float(w.sum() - (w**2).sum() / w.sum())
    tau2 = max(0.0, (units * phi - (units - 1)) / spread) if spread > 0 else 0.0
    p_value = float(chi2.sf(units * phi, units))
    return Overdispersion(phi, tau2, z, s, p_value, p_value < 1 - level)


def _transformed(numerator: Numbers, denominator: Numbers, scale: Scale) -> tuple[Vector, Vector]:
    import numpy as np

    if scale == "arcsine":
        x, n = as_shares(numerator, denominator)
        s: Vector = 0.5 / np.sqrt(n)
        return (np.arcsin(np.sqrt(x / n)) - np.arcsin(np.sqrt(x.sum() / n.sum()))) / s, s
    observed, expected = as_vector(numerator, "numerator"), as_vector(denominator, "denominator")
    if observed.shape != expected.shape or (expected <= 0).any() or (observed < 0).any():
        raise ValueError("observed and expected counts must pair up, with observed ≥ 0 and expected > 0")
    if scale == "log":
        if (observed == 0).any():
            raise ValueError('an observed count of 0 has no logarithm: use scale="sqrt"')
        s = 1 / np.sqrt(expected)
        return np.log(observed / expected) / s, s
    if scale == "sqrt":
        s = 0.5 / np.sqrt(expected)
        return (np.sqrt(observed / expected) - 1) / s, s
    raise ValueError(f'scale must be "arcsine", "log" or "sqrt"; got {scale!r}')


def _trimmed(z: Vector, trim: Trim) -> tuple[NDArray[np.intp], Vector]:
    """Indices of the units kept, and the z-scores used for them."""
    import numpy as np
    from scipy.stats import rankdata

    everyone = np.arange(z.size)
    if trim.method == "none":
        return everyone, z
    if trim.method == "winsorise":
        low, high = np.quantile(z, [trim.fraction, 1 - trim.fraction])
        return everyone, np.clip(z, low, high)
    groups = 1 / trim.fraction
    place = np.floor(rankdata(z) * groups / (z.size + 1))
    kept = everyone[(place > 0) & (place < groups - 1)]
    if kept.size < 2:
        raise ValueError("too few units are left after truncation")
    return kept, z[kept]


def overdispersed_limits(
    n: Numbers, target: float, tau2: float, scale: Scale = "arcsine", level: float = 0.95
) -> tuple[Vector, Vector]:
    """Funnel limits with the variance between units added: target ± z√(s² + τ²) on the transformed scale.

    n: unit sizes (arcsine) or expected counts (log, sqrt). Limits are shares or ratios on the original scale.
    Raises ValueError unless every n > 0, τ² ≥ 0 and the target fits the scale.
    Source: Spiegelhalter 2005, Qual Saf Health Care 14:347.
    """
    import numpy as np

    sizes = as_vector(n, "n")
    if (sizes <= 0).any() or tau2 < 0:
        raise ValueError("every n must be greater than 0 and tau2 0 or more")
    z = z_value(level)
    if scale == "arcsine":
        check_proportion(target, "target")
        centre, reach = math.asin(math.sqrt(target)), z * np.sqrt(1 / (4 * sizes) + tau2)
        angles = np.clip([centre - reach, centre + reach], 0, math.pi / 2)
        return np.sin(angles[0]) ** 2, np.sin(angles[1]) ** 2
    check_positive(target, "target")
    if scale == "log":
        reach = z * np.sqrt(1 / sizes + tau2)
        return target * np.exp(-reach), target * np.exp(reach)
    reach = z * np.sqrt(1 / (4 * sizes) + tau2)
    root = math.sqrt(target)
    return np.clip(root - reach, 0, None) ** 2, (root + reach) ** 2
