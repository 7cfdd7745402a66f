"""Published and constructed tables with known intervals, for the attacker the engine holds itself against."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from fyrklang.national.release.lp import Bounds, room

INVESTMENT = [[20, 50, 10], [8, 19, 22], [17, 32, 12]]
UNION = [[18, 1, 2], [15, 9, 8], [11, 7, 9]]
ONLY = [[12, 3, 6], [9, 7, 2], [14, 8, 11]]
CASES = {
    "SDC-01 alone": (INVESTMENT, {(1, 2): (22, 22)}),
    "SDC-01 together": (INVESTMENT, {(1, 0): (0, 25), (1, 2): (5, 30), (2, 0): (0, 25), (2, 2): (4, 29)}),
    "SDC-02 thin": (UNION, {(0, 1): (0, 3), (0, 2): (0, 3), (1, 1): (7, 10), (1, 2): (7, 10)}),
    "SDC-02 enough": (
        UNION,
        {
            (0, 0): (1, 21),
            (0, 1): (0, 10),
            (0, 2): (0, 10),
            (1, 0): (12, 32),
            (1, 1): (0, 10),
            (1, 2): (0, 10),
        },
    ),
    "SDC-08 alone": (ONLY, {(0, 1): (3, 3), (1, 2): (2, 2)}),
    "SDC-08 together": (ONLY, {(0, 1): (1, 9), (0, 2): (0, 8), (1, 1): (1, 9), (1, 2): (0, 8)}),
}


@pytest.mark.parametrize("case", CASES)
def test_the_attackers_interval(case: str) -> None:
    inner, expected = CASES[case]
    truth = np.array(inner, dtype=float).ravel()
    rows = [np.eye(9)[3 * i + j] for i in range(3) for j in range(3) if (i, j) not in expected]
    rows += [np.repeat(np.eye(3)[i], 3) for i in range(3)] + [np.tile(np.eye(3)[j], 3) for j in range(3)]
    matrix = csr_array(np.array(rows))
    place = room(matrix, np.arange(len(rows)), np.arange(9), truth)
    bounds = Bounds(place)
    for (i, j), interval in expected.items():
        target = np.eye(9)[3 * i + j][place.columns]
        found = [bounds.extreme(target, up=up)[0] for up in (False, True)]
        assert found == pytest.approx(interval, abs=1e-6)


def test_a_rate_is_a_count_in_disguise() -> None:
    """SDC-06: this is why a hidden count's share is hidden too; shares are never cells of their own."""
    pairs = [(x, n) for n in range(1, 31) for x in range(n + 1) if f"{100 * x / n:.1f}" == "27.3"]
    assert pairs == [(3, 11), (6, 22)]
