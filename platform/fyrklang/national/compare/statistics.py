"""The statistics of the comparison module, gathered under one name.

Pure functions: counts or lists first, `level` last. An interval is `(low, high)`; richer results are frozen
dataclasses. numpy and scipy are imported only inside the functions that need them, so that the web worker
which wants a Wilson interval does not load them. Every function refuses invalid input with ValueError.
"""

from __future__ import annotations

from fyrklang.national.compare.casemix import CalibrationBand, CaseMix, UnitOutcome, logistic_case_mix
from fyrklang.national.compare.funnel import (
    Overdispersion,
    Trim,
    funnel_limits_proportion,
    funnel_limits_ratio,
    funnel_scores,
    overdispersed_limits,
    overdispersion,
)
from fyrklang.national.compare.intervals import (
    FollowUp,
    StandardisedRatio,
    byar,
    clopper_pearson,
    count_limits,
    follow_up_bounds,
    follow_up_if_worse,
    indirect_standardisation,
    poisson_exact,
)
from fyrklang.national.compare.pooling import RandomEffects, dersimonian_laird
from fyrklang.national.compare.ranking import (
    ExpectedRanks,
    FalseDiscovery,
    benjamini_hochberg,
    expected_ranks,
    rankability,
)
from fyrklang.national.compare.shrinkage import (
    BetaBinomial,
    LogitNormal,
    beta_binomial_shrinkage,
    logit_normal_shrinkage,
)
from fyrklang.sdk.intervals import Interval, newcombe_difference, wilson, z_value

__all__ = [
    "BetaBinomial",
    "CalibrationBand",
    "CaseMix",
    "ExpectedRanks",
    "FalseDiscovery",
    "FollowUp",
    "Interval",
    "LogitNormal",
    "Overdispersion",
    "RandomEffects",
    "StandardisedRatio",
    "Trim",
    "UnitOutcome",
    "benjamini_hochberg",
    "beta_binomial_shrinkage",
    "byar",
    "clopper_pearson",
    "count_limits",
    "dersimonian_laird",
    "expected_ranks",
    "follow_up_bounds",
    "follow_up_if_worse",
    "funnel_limits_proportion",
    "funnel_limits_ratio",
    "funnel_scores",
    "indirect_standardisation",
    "logistic_case_mix",
    "logit_normal_shrinkage",
    "newcombe_difference",
    "overdispersed_limits",
    "overdispersion",
    "poisson_exact",
    "rankability",
    "wilson",
    "z_value",
]
