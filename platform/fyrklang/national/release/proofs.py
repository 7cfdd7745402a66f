"""What is proved so far: for each hidden cell about few, possible nations in which it is other than it is."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from fyrklang.national.release.lp import RESIDUAL
from fyrklang.national.release.pattern import Pattern
from fyrklang.national.release.system import Bools, Floats, Ints, System


@dataclass(frozen=True)
class Witness:
    """A possible nation: the truth but for some leaves, as places in the system and what they are there."""

    columns: Ints
    leaves: Floats

    def nation(self, system: System) -> Floats:
        """Every leaf of it."""
        whole = system.leaf_n.copy()
        whole[self.columns] = self.leaves
        return whole


@dataclass
class Proofs:
    """What is proved so far, for each primary cell in turn.

    A förbund knows its own leaves. What it could learn of a cell is therefore what the others have in it,
    and a witness tells it nothing when none of its own leaves are moved there.

    Attributes:
        cells: the primary cells.
        own: cells × förbund: how many of the cell are the förbund's own.
        up, down: proved to be possible at k or more, and at 0.
        held_up, held_down: cells × förbund: every proof so far moved this förbund, so it may not be fooled.
        witnesses: whole nations, each agreeing with everything published.
    """

    system: System
    cells: Ints
    own: Floats
    up: Bools
    down: Bools
    held_up: Bools
    held_down: Bools
    witnesses: list[Witness] = field(default_factory=list)
    programs: int = 0

    @property
    def open(self) -> Bools:
        """Cells not yet proved against an outsider."""
        return ~(self.up & self.down)

    @property
    def held(self) -> Bools:
        """Cells × förbund that may not be fooled, one way or the other."""
        return self.held_up | self.held_down

    @property
    def unsafe(self) -> Bools:
        """Cells not yet proved against every single förbund."""
        return self.open | self.held.any(axis=1)

    @property
    def left(self) -> float:
        """How much there is to prove: a cell for an outsider, and a cell for all other förbund together."""
        half = self.held_up.mean(axis=1) + self.held_down.mean(axis=1)
        return float(self.open.sum() + half.sum() / 2)

    def lacking(self, *, up: bool) -> Bools:
        """Cells × förbund to be proved one way; with an outsider as one column more, the last."""
        held, proved = (self.held_up, self.up) if up else (self.held_down, self.down)
        return np.column_stack([held, ~proved])

    def goal(self, lacking: Bools) -> Floats:
        """How far up each cell must go: to k, beside what the one to be fooled knows as its own."""
        known: Floats = np.where(lacking[:, :-1], self.own, 0.0).max(axis=1)
        return known + self.system.lattice.parameters.k

    def note(self, witness: Witness) -> None:
        """Take in a witness, and keep it if it proves anything new."""
        system = self.system
        values = np.asarray(system.matrix[self.cells] @ witness.nation(system))
        still = np.ones(self.own.shape[1], dtype=np.bool_)
        still[np.unique(system.leaf_block[witness.columns])] = False
        others = values[:, None] - self.own
        k = system.lattice.parameters.k
        high = np.column_stack([(others >= k - RESIDUAL) & still, values >= k - RESIDUAL])
        low = np.column_stack([(others <= RESIDUAL) & still, values <= RESIDUAL])
        new = (high & self.lacking(up=True)).any() or (low & self.lacking(up=False)).any()
        self.up |= high[:, -1]
        self.down |= low[:, -1]
        self.held_up &= ~high[:, :-1]
        self.held_down &= ~low[:, :-1]
        if new:
            self.witnesses.append(witness)


def without_spare(pattern: Pattern, proofs: Proofs) -> Proofs:
    """The same proofs with the witnesses that are needed: the last ones proved what was hardest, and often more."""
    needed = begin(pattern)
    for witness in reversed(proofs.witnesses):
        needed.note(witness)
    needed.programs = proofs.programs
    return needed


def begin(pattern: Pattern) -> Proofs:
    """Nothing proved but by the truth itself, which is one of the possible nations."""
    system = pattern.system
    cells = np.flatnonzero(pattern.primary & pattern.hidden)
    k, many = system.lattice.parameters.k, len(system.names[0])
    counted = system.matrix[cells].tocoo()
    own = np.zeros((len(cells), many))
    np.add.at(own, (counted.row, system.leaf_block[counted.col]), system.leaf_n[counted.col])
    values = system.values[cells]
    held = np.zeros((len(cells), many), dtype=np.bool_)
    held[:, np.unique(system.leaf_block)] = True
    # A cell whose leaves are all one förbund's is its own, whatever table it stands in.
    able = np.zeros((len(cells), many), dtype=np.bool_)
    able[counted.row, system.leaf_block[counted.col]] = True
    held[able & (able.sum(axis=1) == 1)[:, None]] = False
    others = values[:, None] - own
    return Proofs(
        system, cells, own, values >= k, values == 0, held & (others < k), held & (others > RESIDUAL)
    )
