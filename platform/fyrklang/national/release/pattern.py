"""Which cells are hidden: those about few people first, then others beside them.

The rules here are quick and local; `blocks` and `audit` find what they overlook.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from fyrklang.national.release.lattice import ASSOCIATION, OUTCOME, TOTAL, TYPE, Levels
from fyrklang.national.release.system import Bools, Equation, Floats, Ints, System

_KEEP = 1e9
"""Weighs more than any cell that is not on the list of those to keep as long as anything else will do."""
_BY_WIDTH = {0: 1e6, 1: 1e3, 2: 8.0}


@dataclass
class Pattern:
    """The state of a release in the making.

    Attributes:
        primary: cells whose own figure is about too few.
        hidden: cells without a number, the primary ones among them.
        out: cells whose number an earlier release has shown; it cannot be taken back.
        weight: what it costs to hide a cell.
        why: a count of what made cells be hidden, for the closed record.
    """

    system: System
    primary: Bools
    hidden: Bools
    out: Bools
    weight: Floats
    touching: list[list[int]]
    why: dict[str, int] = field(default_factory=dict)
    queue: deque[int] = field(default_factory=deque)

    @property
    def shown(self) -> Bools:
        """Cells whose number a reader knows: the published ones and those that are nobody's outcomes."""
        return ~self.hidden

    def can_hide(self, cell: int) -> bool:
        """Whether hiding it would be of any use: it is not hidden, void, locked or out already."""
        system = self.system
        return not (self.hidden[cell] or self.out[cell] or system.locked[cell] or system.void[cell])

    def hide(self, cell: int, why: str) -> None:
        """Hide one cell and have the equations it stands in looked at again."""
        self.hidden[cell] = True
        self.why[why] = self.why.get(why, 0) + 1
        self.queue.extend(self.touching[cell])

    def cheapest(self, cells: Iterable[int]) -> int | None:
        """The cell that costs least to hide, if any can be."""
        able = [int(cell) for cell in cells if self.can_hide(int(cell))]
        return min(able, key=lambda cell: (self.weight[cell], cell)) if able else None


def primary_cells(system: System) -> Bools:
    """Cells about fewer than k persons. With outcomes that includes zero: nobody in work tells of everybody."""
    k = system.lattice.parameters.k
    few = (system.values < k) | (system.persons < k)
    some = system.values > 0
    return np.where(system.has_outcome, few & ~system.void, few & some).astype(np.bool_)


def start(system: System, seed: int, out: Bools | None = None, barred: Bools | None = None) -> Pattern:
    """The primary cells hidden, and those `barred` for having been hidden before."""
    primary = primary_cells(system)
    already = np.zeros(system.size, dtype=np.bool_) if out is None else out
    hidden = primary & ~already
    if barred is not None:
        hidden |= barred & ~system.void
    touching: list[list[int]] = [[] for _ in range(system.size)]
    for place, equation in enumerate(system.equations):
        touching[equation.parent].append(place)
        for child in equation.children:
            touching[child].append(place)
    pattern = Pattern(system, primary, hidden, already, _weights(system, seed), touching)
    pattern.why["primary"] = int(hidden.sum())
    pattern.queue.extend(range(len(system.equations)))
    return pattern


def complement(pattern: Pattern) -> int:
    """Hide beside what is hidden until every equation holds its rule; returns how many cells that took."""
    before = int(pattern.hidden.sum())
    while pattern.queue:
        place = pattern.queue.popleft()
        equation = pattern.system.equations[place]
        # A rule is tested again right before acting on it: the queue may be older than the state.
        while not holds(pattern, equation):
            cell = pattern.cheapest(equation.children)
            if cell is None and pattern.can_hide(equation.parent):
                cell = equation.parent
            if cell is None:
                break
            pattern.hide(cell, "complement")
    return int(pattern.hidden.sum()) - before


def broken(pattern: Pattern) -> list[int]:
    """Places of the equations that do not hold their rule."""
    return [place for place, equation in enumerate(pattern.system.equations) if not holds(pattern, equation)]


def holds(pattern: Pattern, equation: Equation) -> bool:
    """Whether the quick rule is kept: enough hidden together that no one of them is told by the rest."""
    parameters = pattern.system.lattice.parameters
    hidden = equation.children[pattern.hidden[equation.children]]
    if pattern.hidden[equation.parent]:
        return len(hidden) > 0
    if not len(hidden):
        return True
    values = pattern.system.values[hidden]
    total = int(values.sum())
    if len(hidden) < 2 or total < parameters.k:
        return False
    if not equation.across:
        return True
    return len(hidden) >= parameters.insider and total - int(values.max()) >= parameters.k


def _weights(system: System, seed: int) -> Floats:
    tables = system.lattice.tables
    priority = np.array([_BY_WIDTH.get(sum(map(bool, table)), 1.0) for table in tables])
    chance = np.random.default_rng(seed).uniform(0.5, 1.5, system.size)
    weight: Floats = (1.0 + system.values) * priority[system.table_of] * chance
    kept = np.array([_is_kept(table) for table in tables])[system.table_of]
    return np.where(kept & (system.values >= system.lattice.parameters.k), weight + _KEEP, weight)


def _is_kept(table: Levels) -> bool:
    """Whether readers need the table most: how many each förbund and each of its types had, and the nation's."""
    shown = {dimension for dimension, level in enumerate(table) if level != TOTAL}
    return shown <= {ASSOCIATION, TYPE} or (len(shown) == 1 and OUTCOME not in shown)


def needed_rows(pattern: Pattern) -> Ints:
    """Known cells that are not the sum of other known ones: they say all the others say."""
    system = pattern.system
    some = np.logical_or.reduceat(pattern.hidden[system.children], system.starts)
    needed = pattern.shown & ~system.void
    needed[system.parents[~some]] = False
    return np.flatnonzero(needed)
