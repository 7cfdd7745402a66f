"""Stabilised values for small units: beta-binomial and logit-normal shrinkage."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from fyrklang.national.compare.checks import as_shares
from fyrklang.sdk.intervals import check_level

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from fyrklang.national.compare.checks import Numbers, Vector

    Matrix = NDArray[np.float64]

# Units no more different than chance: the likelihood rises for ever with α + β, so it is held here.
_MOST_ALIKE = 1e6
_NODES = 81


@dataclass(frozen=True, eq=False)
class BetaBinomial:
    """Shares pulled towards the common mean, more so the smaller the unit."""

    alpha: float
    beta: float
    values: Vector
    """(x + α)/(n + α + β): the stabilised share of every unit."""
    low: Vector
    high: Vector
    """Limits from Beta(x + α, n − x + β)."""
    reliability: Vector
    """n/(n + α + β), 0 to 1: how much of the value is the unit's own."""

    @property
    def mean(self) -> float:
        """The common share α/(α + β)."""
        return self.alpha / (self.alpha + self.beta)

    @property
    def size(self) -> float:
        """α + β: how many participants the common mean counts for."""
        return self.alpha + self.beta


def beta_binomial_shrinkage(
    x: Numbers, n: Numbers, prior: tuple[float, float] | None = None, level: float = 0.95
) -> BetaBinomial:
    """Empirical-Bayes shares x of n, unit by unit; α and β by maximum likelihood unless `prior` gives them.

    Value (x + α)/(n + α + β), limits from Beta(x + α, n − x + β), all shares. Where units differ no more than
    chance gives, α + β is held at one million and every value is the common share. prior=(1, 1) is the
    uniform prior.

    Raises ValueError on invalid counts, fewer than two units without a prior, no variation at all (every
    share 0 or every share 1) or a prior not greater than 0.
    Source: Griffin & Krutchkoff 1971; Casella 1985, Am Stat 39:83.
    """
    import numpy as np
    from scipy.special import betaincinv

    numerators, denominators = as_shares(x, n)
    tail = (1 - check_level(level)) / 2
    alpha, beta = _fit_beta(numerators, denominators) if prior is None else prior
    if not (alpha > 0 and beta > 0):
        raise ValueError(f"both parts of the prior must be greater than 0; got {prior!r}")
    a, b = numerators + alpha, denominators - numerators + beta
    return BetaBinomial(
        alpha=alpha,
        beta=beta,
        values=a / (a + b),
        low=np.asarray(betaincinv(a, b, tail), dtype=float),
        high=np.asarray(betaincinv(a, b, 1 - tail), dtype=float),
        reliability=denominators / (denominators + alpha + beta),
    )


def _fit_beta(x: Vector, n: Vector) -> tuple[float, float]:
    import numpy as np
    from scipy.optimize import minimize
    from scipy.special import betaln, digamma, expit, logit

    if x.size < 2:
        raise ValueError("a common mean needs at least two units, or a prior")
    share = float(x.sum() / n.sum())
    if share in (0.0, 1.0):
        raise ValueError("every unit has the same share, 0 or 1, so there is nothing to estimate")

    def loss(at: Vector) -> tuple[float, Vector]:
        mean, size = float(expit(at[0])), float(np.exp(at[1]))
        a, b = mean * size, (1 - mean) * size
        value = float((betaln(x + a, n - x + b) - betaln(a, b)).sum())
        common = digamma(n + size) - digamma(size)
        by_a = float((digamma(x + a) - digamma(a) - common).sum())
        by_b = float((digamma(n - x + b) - digamma(b) - common).sum())
        by_mean = (by_a - by_b) * size * mean * (1 - mean)
        return -value, -np.array([by_mean, by_a * a + by_b * b])

    limits = [(-20.0, 20.0), (-10.0, float(np.log(_MOST_ALIKE)))]
    starts = [np.array([logit(share), np.log(size)]) for size in (2.0, 50.0, 5000.0)]
    fits = [
        minimize(
            loss,
            at,
            jac=True,
            method="L-BFGS-B",
            bounds=limits,
            options={"maxiter": 1000, "ftol": 1e-15, "gtol": 1e-10},
        )
        for at in starts
    ]
    best = min(fits, key=lambda fit: float(fit.fun)).x
    mean, size = float(expit(best[0])), float(np.exp(best[1]))
    return mean * size, (1 - mean) * size


@dataclass(frozen=True, eq=False)
class LogitNormal:
    """Shares from a random-intercept logistic model, logit p = μ + σu with u standard normal."""

    mu: float
    sigma: float
    """Standard deviation between units, in log odds."""
    values: Vector
    """Posterior mean share of every unit."""
    deviations: Vector
    """Posterior standard deviation of every unit's share."""
    mu_deviation: float | None = None
    sigma_deviation: float | None = None
    """Posterior standard deviations of μ and σ; only for the Bayes fit."""

    @property
    def tau2(self) -> float:
        """Variance between units in log odds, as `rankability` wants it."""
        return self.sigma**2


def logit_normal_shrinkage(x: Numbers, n: Numbers, method: Literal["ml", "bayes"] = "ml") -> LogitNormal:
    """Random-intercept logistic shares x of n, unit by unit, by Gauss-Hermite quadrature with 81 nodes.

    ml: μ and σ by maximum likelihood, shares are posterior means at that point.
    bayes: μ ~ N(0, 1000²) and 1/σ² ~ Gamma(0.001, 0.001), averaged over a grid of μ and log σ.

    Raises ValueError on invalid counts, fewer than two units or an unknown method.
    Source: Spiegelhalter et al., BUGS Examples 1, Surgical; Breslow & Clayton 1993.
    """
    numerators, denominators = as_shares(x, n)
    if numerators.size < 2:
        raise ValueError("a model of differences between units needs at least two units")
    mu, sigma = _fit_logit(numerators, denominators)
    if method == "bayes":
        return _average(numerators, denominators, mu, sigma)
    if method != "ml":
        raise ValueError(f'method must be "ml" or "bayes"; got {method!r}')
    _, first, second = _moments(numerators, denominators, mu, sigma)
    return LogitNormal(mu, sigma, first, (second - first**2) ** 0.5)


def _moments(x: Vector, n: Vector, mu: float, sigma: float) -> tuple[float, Vector, Vector]:
    """Log marginal likelihood (without constants) and the first two posterior moments of every share."""
    import numpy as np
    from scipy.special import expit, log_expit

    nodes, weights = _quadrature()
    eta = mu + sigma * nodes
    terms = np.outer(x, log_expit(eta)) + np.outer(n - x, log_expit(-eta)) + np.log(weights)
    highest = terms.max(axis=1)
    posterior = np.exp(terms - highest[:, None])
    total = posterior.sum(axis=1)
    posterior /= total[:, None]
    p = expit(eta)
    return float((highest + np.log(total)).sum()), posterior @ p, posterior @ p**2


@cache
def _quadrature() -> tuple[Vector, Vector]:
    from numpy.polynomial.hermite_e import hermegauss

    nodes, weights = hermegauss(_NODES)
    return nodes, weights


def _fit_logit(x: Vector, n: Vector) -> tuple[float, float]:
    import numpy as np
    from scipy.optimize import minimize
    from scipy.special import logit

    start = np.array([float(logit((x.sum() + 0.5) / (n.sum() + 1))), np.log(0.4)])

    def loss(at: Vector) -> float:
        return -_moments(x, n, float(at[0]), float(np.exp(at[1])))[0]

    fit = minimize(
        loss,
        start,
        method="Nelder-Mead",
        bounds=[(-30.0, 30.0), (-12.0, 3.0)],
        options={"xatol": 1e-9, "fatol": 1e-12, "maxiter": 4000, "maxfev": 4000},
    )
    return float(fit.x[0]), float(np.exp(fit.x[1]))


def _average(x: Vector, n: Vector, centre: float, sigma: float) -> LogitNormal:
    """Posterior means over a grid of μ (uniform) and log σ, under the priors of the BUGS example."""
    import numpy as np

    share = float(x.sum() / n.sum())
    reach = 10 * np.sqrt((sigma**2 + 1 / (n.mean() * share * (1 - share) + 0.5)) / x.size)
    middle = np.linspace(centre - reach, centre + reach, 61)
    grid = [(mu, width) for mu in middle for width in np.exp(np.linspace(np.log(0.004), np.log(8), 121))]
    logs = np.empty(len(grid))
    first, second = np.empty((len(grid), x.size)), np.empty((len(grid), x.size))
    for i, (mu, width) in enumerate(grid):
        likelihood, first[i], second[i] = _moments(x, n, mu, width)
        # On the log σ scale the Gamma(0.001, 0.001) prior of 1/σ² is σ^−0.002 · exp(−0.001/σ²).
        logs[i] = likelihood - 0.5 * (mu / 1000) ** 2 - 0.002 * np.log(width) - 0.001 / width**2
    weight = np.exp(logs - logs.max())
    weight /= weight.sum()
    at = np.array(grid)
    means = weight @ at
    deviations = np.sqrt(weight @ (at - means) ** 2)
    values = weight @ first
    return LogitNormal(
        mu=float(means[0]),
        sigma=float(means[1]),
        values=values,
        deviations=np.sqrt(weight @ second - values**2),
        mu_deviation=float(deviations[0]),
        sigma_deviation=float(deviations[1]),
    )
