"""Shares: interval, standing to a goal, and nothing that a difference would tell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fyrklang.sdk.results import MeasureYear, Share, Standing, guard_sum, standing

shares = st.integers(0, 60).flatmap(lambda n: st.builds(Share, st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(
    ("share", "goal", "expected"),
    [
        (Share(35, 70), 350, Standing.ABOVE),
        (Share(35, 70), 450, Standing.UNCLEAR),
        (Share(10, 70), 350, Standing.BELOW),
        (Share(35, 70), None, Standing.NONE),
        (Share(0, 0), 350, Standing.NONE),
        (Share(3, 70), 350, Standing.HIDDEN),
        (Share(67, 70), 350, Standing.HIDDEN),
    ],
)
def test_standing_to_a_goal(share: Share, goal: int | None, expected: Standing) -> None:
    assert standing(share, goal) is expected


def test_the_published_example_has_the_interval_on_the_page() -> None:
    low, high = Share(35, 70).interval or (0, 0)
    assert (round(low, 2), round(high, 2)) == (0.39, 0.61)


@given(st.lists(shares, min_size=2, max_size=4))
def test_no_part_can_be_had_as_a_difference(parts: list[Share]) -> None:
    """Someone who reads the sum and every part that is shown learns no protected part."""
    shown = [part for part in guard_sum(parts) if part.denominator and not part.protected]
    hidden = [part for part in guard_sum(parts) if part.denominator and part.protected]
    if any(part.protected for part in parts):
        assert not shown
        assert hidden
    else:
        assert len(shown) == sum(part.denominator > 0 for part in parts)


@given(st.lists(shares, min_size=8, max_size=8))
def test_half_years_add_up_to_the_year_or_are_withheld_together(quarters: list[Share]) -> None:
    cells = {
        (2024 + place // 4, place % 4 + 1, "T"): share
        for place, share in enumerate(quarters)
        if share.denominator
    }
    series = MeasureYear(cells)
    by_year: dict[str, list[Share]] = {}
    for label, share in series.half_years():
        by_year.setdefault(label[-2:], []).append(share)
    for halves in by_year.values():
        with_base = [half for half in halves if half.denominator]
        assert len({half.protected for half in with_base}) <= 1


def test_the_sex_gap_is_silent_when_one_side_is_protected() -> None:
    told = MeasureYear({(2025, 0, "K"): Share(20, 40), (2025, 0, "M"): Share(20, 30)})
    hushed = MeasureYear({(2025, 0, "K"): Share(20, 40), (2025, 0, "M"): Share(3, 30)})
    assert told.sex_gap(2025) is not None
    assert hushed.sex_gap(2025) is None
    assert hushed.by_sex(2025)["K"].protected
