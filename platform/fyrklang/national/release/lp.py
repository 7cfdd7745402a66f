"""The attacker's linear programs: what leaves are possible, given every published number.

All leaves x ≥ 0 with A·x = v for the published rows. A hidden cell is safe when it can be 0 in one such x
and at least k in another. Solved by HiGHS: many targets at once by its interior point method without
crossover, exact bounds one after another by the simplex method, each from where the one before ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import block_array, csr_array, eye_array, vstack

from fyrklang.national.release.system import Floats, Ints, Matrix

RESIDUAL = 1e-6
"""How far off a witness may be: the published numbers are integers."""
PLENTY = 1e5
"""More people than any leaf has: keeps an unbounded program bounded."""
_BINDS = 1e-7
_BINDS_INSIDE = 1e-4
_NODES = 2000


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

    def takes(self, leaves: Floats) -> bool:
        """Whether the leaves agree with what is published."""
        return not len(self.rows) or float(np.abs(self.matrix @ leaves - self.fixed).max()) <= RESIDUAL


def room(held: Matrix, rows: Ints, columns: Ints, truth: Floats) -> Room:
    """What is left to move when the other leaves are known and leaves under a published zero are gone.

    Args:
        held: the published cells × every leaf; `rows` are their places.
    """
    part = held[:, columns].tocsr()
    fixed = np.asarray(part @ truth[columns])
    empty = np.flatnonzero((fixed < 0.5) & (np.diff(part.indptr) > 0))
    live = np.arange(len(columns))
    if len(empty):
        live = np.flatnonzero(np.asarray(part[empty].sum(axis=0)).ravel() == 0)
    used = np.flatnonzero((fixed >= 0.5) & (np.diff(part.indptr) > 0))
    return Room(columns[live], rows[used], part[used][:, live].tocsr(), fixed[used])


@dataclass(frozen=True)
class Answer:
    """Possible leaves of the room, and the published rows that hold the goal where it is."""

    leaves: Floats
    binding: Ints


def push_up(place: Room, targets: Matrix, given: tuple[Floats, Floats, Floats]) -> Answer | None:
    """Leaves that raise the weighted targets; None when no answer is exact enough.

    Args:
        targets: target cells × the room's leaves.
        given: the targets' weights, what each already gets from leaves outside the room, and how far up
            each is to go.
    """
    weights, outside, most_of = given
    many, leaves = targets.shape
    goal = np.concatenate([np.zeros(leaves), -weights])
    most = np.concatenate([np.full(leaves, PLENTY), most_of])
    held = block_array([[place.matrix, csr_array((len(place.rows), many))], [-targets, eye_array(many)]])
    low = np.concatenate([place.fixed, np.full(many, -np.inf)])
    high = np.concatenate([place.fixed, outside])
    return _inner(place, (goal, most), (held.tocsc(), low, high))


def push_down(place: Room, targets: Matrix, weights: Floats) -> Answer | None:
    """Leaves that lower the weighted targets as far as they go; None when no answer is exact enough."""
    goal = np.asarray(targets.T @ weights).ravel()
    return _inner(place, (goal, np.full(len(goal), PLENTY)), (place.matrix.tocsc(), place.fixed, place.fixed))


class Bounds:
    """Exact bounds within a room, one sum of its leaves after another."""

    def __init__(self, place: Room) -> None:
        """Load the room once; each bound starts from where the one before ended."""
        self._place = place
        many = len(place.columns)
        self._every = np.arange(many, dtype=np.int32)
        if many:
            most = np.full(many, PLENTY)
            self._solver = _loaded((np.zeros(many), most), (place.matrix.tocsc(), place.fixed, place.fixed))
            self._solver.setOptionValue("solver", "simplex")
            self._solver.setOptionValue("simplex_strategy", 4)

    def extreme(self, target: Floats, *, up: bool) -> tuple[float, Ints]:
        """The largest or smallest value of a sum, and the published rows that hold it there."""
        place = self._place
        if not len(place.columns):
            return 0.0, np.zeros(0, dtype=np.int64)
        self._solver.changeColsCost(len(target), self._every, -target if up else target)
        self._solver.run()
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return (0.0 if up else PLENTY), place.rows
        found = self._solver.getSolution()
        binding = np.abs(np.asarray(found.row_dual)) > _BINDS
        return float(target @ np.asarray(found.col_value)), place.rows[binding]

    def leaves(self) -> Floats | None:
        """The leaves of the last bound; None when they are not exact enough."""
        if not len(self._place.columns):
            return np.zeros(0)
        found = np.maximum(np.asarray(self._solver.getSolution().col_value), 0.0)
        return found if len(found) == len(self._every) and self._place.takes(found) else None


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
        options={"node_limit": _NODES},
    )
    return bool(result.status == 0)


def _inner(place: Room, wanted: tuple[Floats, Floats], held: tuple[Matrix, Floats, Floats]) -> Answer | None:
    """Minimise a goal from the inside; the room's own leaves come first."""
    if not len(place.columns):
        return None
    solver = _loaded(wanted, held)
    solver.setOptionValue("solver", "ipx")
    solver.setOptionValue("run_crossover", "off")
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    found = solver.getSolution()
    leaves = np.maximum(np.asarray(found.col_value)[: len(place.columns)], 0.0)
    binding = np.abs(np.asarray(found.row_dual)[: len(place.rows)]) > _BINDS_INSIDE
    return Answer(leaves, place.rows[binding]) if place.takes(leaves) else None


def _loaded(wanted: tuple[Floats, Floats], held: tuple[Matrix, Floats, Floats]) -> Any:
    """HiGHS with a goal to minimise, each variable between 0 and its most, and rows between two limits."""
    (goal, most), (matrix, low, high) = wanted, held
    program = highspy.HighsLp()
    program.num_row_, program.num_col_ = matrix.shape
    program.col_cost_ = goal
    program.col_lower_, program.col_upper_ = np.zeros(len(goal)), most
    program.row_lower_, program.row_upper_ = low, high
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_ = matrix.indptr
    program.a_matrix_.index_ = matrix.indices
    program.a_matrix_.value_ = matrix.data
    solver: Any = highspy.Highs()
    solver.silent()
    solver.setOptionValue("threads", 1)
    solver.passModel(program)
    return solver
