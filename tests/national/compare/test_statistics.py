"""Every published figure to its printed tolerance, and what must hold for any input."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fyrklang.national.compare import statistics as stat

ORACLES: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "oracles.json").read_text("utf-8"))


def oracle(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    return ORACLES[name]["input"], ORACLES[name]["expected"]


class TestPublishedFigures:
    def test_wilson(self) -> None:
        given_, expected = oracle("ORA-01")
        for i, (case, limits) in enumerate(zip(given_["cases"], expected["limits"], strict=True)):
            found = stat.wilson(case["x"], case["n"], case["conf"])
            assert found == pytest.approx(limits, abs=1e-9 if i < 6 else 5e-5)

    def test_clopper_pearson(self) -> None:
        given_, expected = oracle("ORA-02")
        for (x, n), limits in zip(given_["cases"], expected["limits"], strict=True):
            assert stat.clopper_pearson(x, n, given_["conf"]) == pytest.approx(limits, abs=5e-5)

    def test_newcombe_difference(self) -> None:
        given_, expected = oracle("ORA-03")
        found = stat.newcombe_difference(
            given_["x1"], given_["n1"], given_["x2"], given_["n2"], given_["conf"]
        )
        assert found == pytest.approx(expected["limits"], abs=1e-9)
        assert [round(limit, 4) for limit in found] == expected["published_4dp"]

    def test_byar(self) -> None:
        given_, expected = oracle("ORA-04")
        for case, (low, high) in zip(given_["cases"], expected["limits"], strict=True):
            found = stat.byar(case["x"], case["conf"])
            assert found[1] == pytest.approx(high, abs=1e-9)
            if low is None:
                assert math.isnan(found[0])
            else:
                assert found[0] == pytest.approx(low, abs=1e-9)

    def test_poisson_exact(self) -> None:
        given_, expected = oracle("ORA-05")
        for case, limits in zip(given_["cases"], expected["limits"], strict=True):
            assert stat.poisson_exact(case["x"], case["conf"]) == pytest.approx(limits, abs=1e-9)

    @pytest.mark.parametrize("unit", ["big", "small", "tiny"])
    def test_indirect_standardisation(self, unit: str) -> None:
        given_, expected = oracle("ORA-06")
        reference = (given_["unit_population"], given_["reference_count"], given_["reference_population"])
        for level, name in ((0.95, "ci95"), (0.998, "ci998")):
            found = stat.indirect_standardisation(given_["unit_counts"][unit], *reference, level)
            assert found.expected == pytest.approx(expected["expected_all_units"], abs=1e-9)
            assert found.ratio == pytest.approx(expected["ratio"][unit], abs=1e-9)
            assert (found.low, found.high) == pytest.approx(expected[name][unit], abs=1e-9)

    def test_funnel_limits_ratio(self) -> None:
        given_, expected = oracle("ORA-09")
        for level, name in ((0.95, "95"), (0.998, "998")):
            low, high = stat.funnel_limits_ratio(given_["expected"], given_["target"], level)
            assert low == pytest.approx(expected[f"ll{name}"], abs=5e-7)
            assert high == pytest.approx(expected[f"ul{name}"], abs=5e-7)

    def test_funnel_scores(self) -> None:
        given_, expected = oracle("ORA-10")
        scores = np.abs(stat.funnel_scores(given_["n"], given_["d"], given_["benchmark"]))
        assert scores == pytest.approx(expected["abs_z"], abs=5e-8)
        for level in given_["alpha"]:
            flags = (scores > stat.z_value(level)).astype(int).tolist()
            assert flags == expected[f"extreme_{level:.0%}".rstrip("%")]

    def test_exact_funnel(self) -> None:
        given_, expected = oracle("ORA-11")
        x, n = np.array(given_["deaths"]), np.array(given_["n"])
        p0 = expected["p0"]
        assert x.sum() / n.sum() == pytest.approx(p0, abs=1e-12)
        assert stat.funnel_scores(x, n) == pytest.approx(expected["z"], abs=1e-9)
        outside = {}
        for level, name in ((0.95, "95"), (0.998, "998")):
            low, high = stat.funnel_limits_proportion(n, p0, "exact", level)
            assert low == pytest.approx(expected[f"lower{name}"], abs=1e-9)
            assert high == pytest.approx(expected[f"upper{name}"], abs=1e-9)
            share = x / n
            outside[name] = {
                u for u, out in zip(given_["unit"], (share < low) | (share > high), strict=True) if out
            }
        assert outside["998"] == set(expected["outside998"])
        assert outside["95"] - outside["998"] == set(expected["outside95_only"])

    def test_overdispersion(self) -> None:
        given_, expected = oracle("ORA-12")
        heart, _ = oracle("ORA-11")
        a, c = given_["A"], given_["C"]
        found = {
            "A": stat.overdispersion(a["num"], a["den"], "log", "truncate"),
            "B": stat.overdispersion(a["num"], a["den"], "sqrt", stat.Trim("winsorise", 0.05)),
            "C": stat.overdispersion(c["num"], c["den"], "arcsine", "winsorise"),
            "D": stat.overdispersion(c["num"], c["den"], "arcsine", "none"),
            "E": stat.overdispersion(heart["deaths"], heart["n"]),
        }
        for name, result in found.items():
            assert result.phi == pytest.approx(expected[name]["phi"], abs=1e-8)
            assert result.tau2 == pytest.approx(expected[name]["tau2"], abs=1e-8)
        assert found["A"].z == pytest.approx(expected["A"]["z"], abs=1e-8)

    def test_fixed_prior_shrinkage(self) -> None:
        given_, expected = oracle("ORA-15")
        values = stat.beta_binomial_shrinkage(given_["r"], given_["n"], prior=(1, 1)).values
        assert values == pytest.approx(expected["posterior_mean"], abs=1e-12)
        assert values[:10] == pytest.approx(expected["published_mcmc_mean_first_10"], abs=0.0005)

    def test_logit_normal_by_maximum_likelihood(self) -> None:
        given_, expected = oracle("ORA-16")
        found = stat.logit_normal_shrinkage(given_["r"], given_["n"])
        assert found.mu == pytest.approx(expected["ML"]["mu"], abs=1e-5)
        assert found.sigma == pytest.approx(expected["ML"]["sigma"], abs=1e-5)
        assert found.values == pytest.approx(expected["ML"]["posterior_mean_p"], abs=1e-5)

    def test_logit_normal_bayes(self) -> None:
        given_, expected = oracle("ORA-16")
        bayes = expected["Bayes"]
        found = stat.logit_normal_shrinkage(given_["r"], given_["n"], "bayes")
        assert found.values == pytest.approx(bayes["mean_p"], abs=5e-5)
        assert found.deviations == pytest.approx(bayes["sd_p"], abs=5e-5)
        assert (found.mu, found.sigma) == pytest.approx((bayes["mu"], bayes["sigma"]), abs=5e-5)
        spread = (found.mu_deviation, found.sigma_deviation)
        assert spread == pytest.approx((bayes["mu_sd"], bayes["sigma_sd"]), abs=5e-5)

    def test_beta_binomial(self) -> None:
        given_, expected = oracle("ORA-17")
        found = stat.beta_binomial_shrinkage(given_["r"], given_["n"])
        assert found.alpha == pytest.approx(expected["alpha"], rel=1e-4)
        assert found.beta == pytest.approx(expected["beta"], rel=1e-4)
        assert found.mean == pytest.approx(expected["mean"], rel=1e-4)
        assert found.size == pytest.approx(expected["M"], rel=1e-4)
        assert found.values == pytest.approx(expected["eb"], abs=1e-6)

    def test_benjamini_hochberg(self) -> None:
        given_, expected = oracle("ORA-19")
        found = stat.benjamini_hochberg(given_["p"], 1 - given_["q"])
        assert found.adjusted == pytest.approx(expected["adjusted_bh"], abs=1e-6)
        assert found.rejected.sum() == expected["rejected_bh"]
        assert found.expected_by_chance == pytest.approx(0.75)

    def test_follow_up(self) -> None:
        given_, expected = oracle("ORA-21")
        found = stat.follow_up_bounds(
            given_["eligible"], given_["responded"], given_["positive"], given_["conf"]
        )
        assert found.complete_case == pytest.approx(expected["complete_case"], abs=1e-9)
        assert found.interval == pytest.approx(expected["wilson"], abs=1e-9)
        assert found.bounds == pytest.approx(expected["bounds"], abs=1e-9)
        assert found.outer == pytest.approx(expected["outer_wilson"], abs=1e-9)
        assert found.shown


class TestFiguresWorkedByHand:
    def test_dersimonian_laird_on_the_bcg_trials(self) -> None:
        # Colditz et al. 1994, 13 trials of BCG vaccine, log risk ratios; R metafor rma(method="DL") prints
        # estimate -0.7141, se 0.1787, tau2 0.3088, Q 152.2330, I2 92.12 %.
        vaccinated = [(4, 119), (6, 300), (3, 228), (62, 13536), (33, 5036), (180, 1361), (8, 2537)]
        vaccinated += [(505, 87886), (29, 7470), (17, 1699), (186, 50448), (5, 2493), (27, 16886)]
        control = [(11, 128), (29, 274), (11, 209), (248, 12619), (47, 5761), (372, 1079), (10, 619)]
        control += [(499, 87892), (45, 7232), (65, 1600), (141, 27197), (3, 2338), (29, 17825)]
        effects, variances = [], []
        for (a, b), (c, d) in zip(vaccinated, control, strict=True):
            effects.append(math.log(a / (a + b)) - math.log(c / (c + d)))
            variances.append(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))
        found = stat.dersimonian_laird(effects, variances)
        assert found.estimate == pytest.approx(-0.7141, abs=5e-5)
        assert found.standard_error == pytest.approx(0.1787, abs=5e-5)
        assert found.tau2 == pytest.approx(0.3088, abs=5e-5)
        assert found.q == pytest.approx(152.2330, abs=5e-4)
        assert found.i2 == pytest.approx(0.9212, abs=5e-5)

    def test_logistic_fit_is_the_log_odds_of_a_two_by_two_table(self) -> None:
        features = [[0]] * 40 + [[1]] * 60
        outcomes = [1] * 10 + [0] * 30 + [1] * 30 + [0] * 30
        found = stat.logistic_case_mix(features, outcomes, ["a", "b"] * 50)
        assert found.coefficients == pytest.approx([math.log(10 / 30), math.log(3)], abs=1e-9)
        spread = [math.sqrt(1 / 10 + 1 / 30), math.sqrt(1 / 10 + 3 / 30)]
        assert found.standard_errors == pytest.approx(spread, abs=1e-9)
        pairs = 30 * 30 + 0.5 * (10 * 30 + 30 * 30)
        assert found.c_statistic == pytest.approx(pairs / (40 * 60))

    def test_rankability_and_expected_ranks(self) -> None:
        assert stat.rankability([1.0, 3.0, 2.0], 2.0) == pytest.approx(0.5)
        found = stat.expected_ranks([0.0, 1.0], [0.5, 0.5])
        phi = 0.8413447460685429
        assert found.ranks == pytest.approx([2 - phi, 1 + phi], abs=1e-12)
        assert found.percentiles == pytest.approx([100 * (1.5 - phi) / 2, 100 * (0.5 + phi) / 2])
        assert (found.low.tolist(), found.high.tolist()) == ([1, 1], [2, 2])
        sure = stat.expected_ranks([3.0, 1.0, 2.0], [0.0, 0.0, 0.0])
        assert sure.ranks.tolist() == sure.low.tolist() == sure.high.tolist() == [3, 1, 2]

    def test_units_no_more_different_than_chance_share_one_value(self) -> None:
        found = stat.beta_binomial_shrinkage([10, 20, 30], [40, 80, 120])
        assert found.values == pytest.approx([0.25] * 3, abs=1e-3)
        assert stat.overdispersion([10, 20, 30], [40, 80, 120]).tau2 == 0

    def test_follow_up_where_those_not_reached_do_worse(self) -> None:
        follow_up = stat.follow_up_bounds(40, 28, 12)
        assert stat.follow_up_if_worse(follow_up, 0) == pytest.approx(12 / 28)
        assert stat.follow_up_if_worse(follow_up, 0.15) == pytest.approx((12 + 12 * (12 / 28 - 0.15)) / 40)
        assert not stat.follow_up_bounds(40, 20, 12).shown
        assert not stat.follow_up_bounds(29, 29, 12).shown
        assert stat.follow_up_bounds(5, 0, 0).complete_case is None


shares = st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
levels = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99, 0.998])
INTERVALS = [stat.wilson, stat.clopper_pearson]


class TestAnyInput:
    @given(shares, levels)
    @pytest.mark.parametrize("interval", INTERVALS)
    def test_an_interval_of_a_share_holds_it_and_stays_a_share(
        self, interval: Any, share: Any, level: float
    ) -> None:
        x, n = share
        low, high = interval(x, n, level)
        assert 0 <= low <= x / n + 1e-12
        assert x / n - 1e-12 <= high <= 1
        assert low < high

    @given(shares, levels)
    @pytest.mark.parametrize("interval", INTERVALS)
    def test_the_other_outcome_mirrors_the_interval(self, interval: Any, share: Any, level: float) -> None:
        x, n = share
        low, high = interval(x, n, level)
        other_low, other_high = interval(n - x, n, level)
        assert (other_low, other_high) == pytest.approx((1 - high, 1 - low), abs=1e-9)

    @given(shares)
    @pytest.mark.parametrize("interval", [*INTERVALS, lambda x, _, level: stat.poisson_exact(x, level)])
    def test_more_confidence_is_never_narrower(self, interval: Any, share: Any) -> None:
        x, n = share
        inner, outer = interval(x, n, 0.9), interval(x, n, 0.99)
        assert outer[0] <= inner[0] + 1e-12
        assert outer[1] >= inner[1] - 1e-12

    @given(shares, levels)
    def test_one_more_success_moves_both_limits_up(self, share: Any, level: float) -> None:
        x, n = share
        assume(x < n)
        for interval in INTERVALS:
            before, after = interval(x, n, level), interval(x + 1, n, level)
            assert before[0] <= after[0] + 1e-12
            assert before[1] <= after[1] + 1e-12

    @settings(deadline=None)
    @given(st.integers(1, 60), st.floats(0.02, 0.98))
    def test_the_exact_interval_covers_at_least_its_level(self, n: int, p: float) -> None:
        chance = [math.comb(n, x) * p**x * (1 - p) ** (n - x) for x in range(n + 1)]
        limits = [stat.clopper_pearson(x, n, 0.9) for x in range(n + 1)]
        covered = sum(c for c, (low, high) in zip(chance, limits, strict=True) if low <= p <= high)
        assert covered >= 0.9 - 1e-9

    @given(shares, shares, levels)
    def test_swapping_the_groups_turns_the_difference(self, first: Any, second: Any, level: float) -> None:
        low, high = stat.newcombe_difference(*first, *second, level)
        other_low, other_high = stat.newcombe_difference(*second, *first, level)
        assert (low, high) == pytest.approx((-other_high, -other_low), abs=1e-12)
        assert -1 <= low <= first[0] / first[1] - second[0] / second[1] <= high <= 1

    @given(st.integers(10, 100_000), levels)
    def test_byar_is_close_to_exact_from_ten_events(self, x: int, level: float) -> None:
        near, exact = stat.byar(x, level), stat.poisson_exact(x, level)
        assert near[0] == pytest.approx(exact[0], rel=0.02)
        assert near[1] == pytest.approx(exact[1], rel=0.01)
        assert near[0] < x < near[1]

    @settings(deadline=None)
    @given(st.integers(5, 3000), st.floats(0.05, 0.95), st.sampled_from(["exact", "wilson"]))
    def test_funnel_limits_close_in_on_the_target(self, n: int, target: float, method: Any) -> None:
        low, high = stat.funnel_limits_proportion(n, target, method)
        wide_low, wide_high = stat.funnel_limits_proportion(n, target, method, 0.998)
        far_low, far_high = stat.funnel_limits_proportion(n * 100, target, method)
        assert 0 <= wide_low <= low <= target <= high <= wide_high <= 1
        assert far_high - far_low < high - low

    @given(shares, st.floats(0.01, 0.99), levels)
    def test_the_wilson_funnel_says_what_the_wilson_interval_says(
        self, share: Any, target: float, level: float
    ) -> None:
        x, n = share
        low, high = stat.funnel_limits_proportion(n, target, "wilson", level)
        own_low, own_high = stat.wilson(x, n, level)
        # Within rounding of a limit either answer is right.
        assume(min(abs(own_low - target), abs(own_high - target)) > 1e-9)
        assert (low <= x / n <= high) == (own_low <= target <= own_high)

    @settings(deadline=None)
    @given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
    def test_adjusted_p_values_keep_order_and_never_fall(self, p: list[float]) -> None:
        adjusted = stat.benjamini_hochberg(p).adjusted
        order = np.argsort(p)
        assert (np.diff(adjusted[order]) >= -1e-12).all()
        assert ((adjusted >= np.array(p) - 1e-12) & (adjusted <= 1)).all()

    @settings(deadline=None, max_examples=40)
    @given(st.lists(st.tuples(st.floats(-3, 3), st.floats(0.01, 2)), min_size=2, max_size=12))
    def test_ranks_add_up_and_lie_within_their_intervals(self, units: list[tuple[float, float]]) -> None:
        theta, v = zip(*units, strict=True)
        found = stat.expected_ranks(theta, v)
        count = len(units)
        assert found.ranks.sum() == pytest.approx(count * (count + 1) / 2)
        assert ((found.low <= found.ranks + 1) & (found.ranks - 1 <= found.high)).all()
        assert ((found.low >= 1) & (found.high <= count) & (found.low <= found.high)).all()

    @settings(deadline=None, max_examples=40)
    @given(
        st.lists(st.tuples(st.floats(-2, 2), st.floats(0.01, 2)), min_size=1, max_size=12), st.floats(-5, 5)
    )
    def test_a_pooled_effect_lies_among_the_effects_and_moves_with_them(
        self, units: Any, shift: float
    ) -> None:
        y, v = map(list, zip(*units, strict=True))
        found = stat.dersimonian_laird(y, v)
        assert min(y) - 1e-9 <= found.estimate <= max(y) + 1e-9
        assert found.weights.sum() == pytest.approx(1)
        moved = stat.dersimonian_laird([value + shift for value in y], v)
        assert moved.estimate == pytest.approx(found.estimate + shift, abs=1e-7)
        assert moved.tau2 == pytest.approx(found.tau2, abs=1e-7)

    @settings(deadline=None, max_examples=30)
    @given(st.lists(shares, min_size=2, max_size=15))
    def test_shrunken_values_lie_between_own_and_common(self, units: Any) -> None:
        x, n = map(np.array, zip(*units, strict=True))
        assume(0 < x.sum() < n.sum())
        found = stat.beta_binomial_shrinkage(x, n)
        own = x / n
        assert (found.values >= np.minimum(own, found.mean) - 1e-9).all()
        assert (found.values <= np.maximum(own, found.mean) + 1e-9).all()
        assert ((found.low >= 0) & (found.low <= found.high) & (found.high <= 1)).all()
        if found.alpha + found.beta > 1:
            # A posterior piled up at 0 and 1 can have its mean outside the equal-tailed interval.
            assert ((found.low < found.values) & (found.values < found.high)).all()

    @settings(deadline=None, max_examples=30)
    @given(st.integers(0, 2**32 - 1))
    def test_expected_counts_add_up_to_the_observed(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(300, 3))
        y = rng.random(300) < 1 / (1 + np.exp(-x @ [0.5, -0.3, 0.0]))
        found = stat.logistic_case_mix(x, y, rng.integers(0, 6, 300).tolist())
        assert sum(unit.expected for unit in found.units) == pytest.approx(y.sum(), abs=1e-6)
        assert sum(unit.n for unit in found.units) == sum(band.n for band in found.calibration) == 300
        assert 0.5 <= found.c_statistic <= 1

    @given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), st.data())
    def test_follow_up_bounds_hold_the_truth_whatever_it_is(self, sizes: Any, data: st.DataObject) -> None:
        eligible, responded = sizes
        positive = data.draw(st.integers(0, responded))
        hidden = data.draw(st.integers(0, eligible - responded))
        found = stat.follow_up_bounds(eligible, responded, positive)
        assert found.bounds[0] <= (positive + hidden) / eligible <= found.bounds[1]
        assert found.outer[0] <= found.bounds[0]
        assert found.bounds[1] <= found.outer[1]


INVALID = [
    (lambda: stat.wilson(1, 0), "n must be greater than 0"),
    (lambda: stat.wilson(3, 2), "between 0 and n"),
    (lambda: stat.wilson(-1, 2), "between 0 and n"),
    (lambda: stat.wilson(math.nan, 2), "finite"),
    (lambda: stat.wilson(1, 2, 95), "for example 0.95"),
    (lambda: stat.clopper_pearson(3, 2), "between 0 and n"),
    (lambda: stat.clopper_pearson(1, 2, 1.0), "level"),
    (lambda: stat.newcombe_difference(1, 2, 1, 0), "n must be greater"),
    (lambda: stat.byar(-1), "0 or more"),
    (lambda: stat.poisson_exact(math.inf), "0 or more"),
    (lambda: stat.indirect_standardisation([1], [10], [1], [0]), "reference population"),
    (lambda: stat.indirect_standardisation([1], [10], [0], [10]), "expected count"),
    (lambda: stat.indirect_standardisation([1, 2], [10], [1], [10]), "same length"),
    (lambda: stat.indirect_standardisation([-1], [10], [1], [10]), "0 or more"),
    (lambda: stat.funnel_limits_proportion(10, 50), "not a percentage"),
    (lambda: stat.funnel_limits_proportion(0, 0.5), "n must be greater"),
    (lambda: stat.funnel_limits_proportion(10.5, 0.5), "whole numbers"),
    (lambda: stat.funnel_limits_proportion(10, 0.5, "normal"), "exact"),
    (lambda: stat.funnel_limits_ratio(0), "expected"),
    (lambda: stat.funnel_limits_ratio(10, 0), "target"),
    (lambda: stat.funnel_scores([0, 0], [5, 5]), "strictly between"),
    (lambda: stat.overdispersion([1], [5]), "two units"),
    (lambda: stat.overdispersion([1, 6], [5, 5]), "between 0 and its n"),
    (lambda: stat.overdispersion([0, 6], [5, 5], "log"), "logarithm"),
    (lambda: stat.overdispersion([1, 2], [5, 5], "probit"), "scale"),
    (lambda: stat.overdispersion([1, 2], [5, 5], "arcsine", "drop"), "trim"),
    (lambda: stat.Trim("winsorise", 0.6), "fraction"),
    (lambda: stat.overdispersed_limits([10], 0.5, -1), "tau2"),
    (lambda: stat.dersimonian_laird([1, 2], [1]), "same length"),
    (lambda: stat.dersimonian_laird([1, 2], [1, 0]), "variance"),
    (lambda: stat.dersimonian_laird([], []), "at least one"),
    (lambda: stat.logistic_case_mix([[1], [2]], [0, 2], ["a", "a"]), "0 or 1"),
    (lambda: stat.logistic_case_mix([[1], [2]], [1, 1], ["a", "a"]), "all alike"),
    (lambda: stat.logistic_case_mix([[1], [2]], [0, 1], ["a"]), "same participants"),
    (lambda: stat.logistic_case_mix([[1], [1], [1]], [0, 1, 1], ["a"] * 3), "constant"),
    (lambda: stat.logistic_case_mix([[1], [2], [3], [4]], [0, 0, 1, 1], ["a"] * 4), "separates"),
    (lambda: stat.logistic_case_mix([[math.nan], [2]], [0, 1], ["a"] * 2), "missing"),
    (lambda: stat.beta_binomial_shrinkage([1], [5]), "two units"),
    (lambda: stat.beta_binomial_shrinkage([0, 0], [5, 5]), "same share"),
    (lambda: stat.beta_binomial_shrinkage([1, 2], [5, 5], (0, 1)), "prior"),
    (lambda: stat.logit_normal_shrinkage([1], [5]), "two units"),
    (lambda: stat.logit_normal_shrinkage([1, 2], [5, 5], "mcmc"), "method"),
    (lambda: stat.rankability([0.0], 1), "variance"),
    (lambda: stat.rankability([1.0], -1), "tau2"),
    (lambda: stat.expected_ranks([1, 2], [1]), "same length"),
    (lambda: stat.expected_ranks([1, 2], [1, -1]), "variance"),
    (lambda: stat.benjamini_hochberg([0.5, 1.5]), "p-value"),
    (lambda: stat.follow_up_bounds(10, 5, 6), "exceed"),
    (lambda: stat.follow_up_bounds(5, 10, 2), "between 0 and n"),
    (lambda: stat.follow_up_if_worse(stat.follow_up_bounds(5, 0, 0), 0.1), "nobody"),
    (lambda: stat.follow_up_if_worse(stat.follow_up_bounds(5, 5, 1), 10), "difference of shares"),
]


@pytest.mark.parametrize(("call", "words"), INVALID)
def test_invalid_input_is_refused_in_clear_words(call: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()


def test_importing_the_statistics_loads_neither_numpy_nor_scipy() -> None:
    code = (
        "import sys; from fyrklang.national.compare import statistics as s; "
        "s.wilson(3, 10); s.newcombe_difference(1, 5, 2, 5); s.byar(12); "
        "sys.exit(any(m.split('.')[0] in ('numpy', 'scipy') for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
