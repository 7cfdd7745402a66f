"""The attacker's linear programs: what leaves are possible, given every published number.

All leaves x ≥ 0 with A·x = v for the published rows. A hidden cell is safe when it can be 0 in one such x
and at least k in another. Solved by HiGHS, through scipy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import LinearConstraint, linprog, milp
from scipy.sparse import block_array, csr_array, eye_array, vstack

from fyrklang.national.release.system import Floats, Ints, Matrix

RESIDUAL = 1e-6
"""How far off a witness may be: the published numbers are integers."""
PLENTY = 1e5
"""More people than any leaf has: keeps an unbounded program bounded."""
_BINDS = 1e-7


@dataclass(frozen=True)
class Room:
    """The leaves an attacker may move, the rest being known, and what holds them.

    Attributes:
        columns: the leaves, as places in the whole system.
        rows: the published cells among them, as places in the whole system.
        matrix, fixed: published rows × columns, and what these sum to.
    """

    columns: Ints
    rows: Ints
    matrix: Matrix
    fixed: Floats


def room(matrix: Matrix, rows: Ints, columns: Ints, truth: Floats) -> Room:
    """What is left to move when the other leaves are known and leaves under a published zero are gone."""
    part = matrix[rows][:, columns].tocsr()
    fixed = np.asarray(part @ truth[columns])
    empty = np.flatnonzero((fixed < 0.5) & (np.diff(part.indptr) > 0))
    live = np.arange(len(columns))
    if len(empty):
        live = np.flatnonzero(np.asarray(part[empty].sum(axis=0)).ravel() == 0)
    used = np.flatnonzero((fixed >= 0.5) & (np.diff(part.indptr) > 0))
    return Room(columns[live], rows[used], part[used][:, live].tocsr(), fixed[used])


@dataclass(frozen=True)
class Answer:
    """Possible leaves, and the published rows that hold the objective where it is."""

    leaves: Floats
    binding: Ints


def push_up(place: Room, targets: Matrix, given: tuple[Floats, Floats], k: float) -> Answer | None:
    """Leaves that raise the weighted targets, each no further than k; None when no answer is exact enough.

    Args:
        targets: target cells × the room's leaves.
        given: the targets' weights, and what each already gets from leaves outside the room.
    """
    weights, outside = given
    many, leaves = targets.shape
    goal = np.concatenate([np.zeros(leaves), -weights])
    upper = block_array([[-targets, eye_array(many)]]).tocsr()
    equal = block_array([[place.matrix, csr_array((len(place.rows), many))]]).tocsr()
    most = np.concatenate([np.full(leaves, PLENTY), np.full(many, k)])
    return _solve((goal, most), (equal, place), (upper, outside))


def push_down(place: Room, targets: Matrix, weights: Floats) -> Answer | None:
    """Leaves that lower the weighted targets as far as they go; None when no answer is exact enough."""
    goal = np.asarray(targets.T @ weights).ravel()
    return _solve((goal, np.full(len(goal), PLENTY)), (place.matrix, place), None)


def extreme(place: Room, target: Floats, *, up: bool) -> tuple[float, Ints]:
    """The largest or smallest value of a sum of the room's leaves, and the published rows that hold it there."""
    if not len(place.columns):
        return 0.0, np.zeros(0, dtype=np.int64)
    found = _solve((-target if up else target, np.full(len(target), PLENTY)), (place.matrix, place), None)
    if found is None:
        return (0.0 if up else PLENTY), place.rows
    return float(target @ found.leaves), found.binding


def whole_number(place: Room, target: Floats, least: float | None) -> bool:
    """Whether whole persons can make the target at least `least`, or exactly 0 when that is None."""
    if not len(place.columns):
        return least is None
    low, high = (least, np.inf) if least is not None else (0.0, 0.0)
    limits = LinearConstraint(
        vstack([place.matrix, csr_array(target.reshape(1, -1))]).tocsr(),
        np.append(place.fixed, low),
        np.append(place.fixed, high),
    )
    many = len(target)
    result = milp(
        np.zeros(many),
        constraints=[limits],
        integrality=np.ones(many, dtype=np.int64),
        options={"node_limit": 2000},
    )
    return bool(result.status == 0)


def _solve(
    wanted: tuple[Floats, Floats], equal: tuple[Matrix, Room], upper: tuple[Matrix, Floats] | None
) -> Answer | None:
    """Minimise a goal, each variable between 0 and its most; the room's own leaves come first."""
    (goal, most), (matrix, place) = wanted, equal
    if not len(place.columns):
        return None
    some = len(place.rows) > 0
    solve: Any = linprog
    result = solve(
        goal,
        A_ub=upper[0] if upper else None,
        b_ub=upper[1] if upper else None,
        A_eq=matrix if some else None,
        b_eq=place.fixed if some else None,
        bounds=np.column_stack([np.zeros(len(most)), most]),
        method="highs",
    )
    if result.x is None or result.status != 0:
        return None
    leaves: Floats = np.maximum(result.x[: len(place.columns)], 0.0)
    off = float(np.abs(place.matrix @ leaves - place.fixed).max()) if some else 0.0
    if off > RESIDUAL:
        return None
    return Answer(leaves, place.rows[np.abs(result.eqlin.marginals) > _BINDS] if some else place.rows)
