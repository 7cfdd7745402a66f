"""The national audit: for every hidden cell about few people, two possible nations as proof.

One in which the cell counts nobody and one in which it counts at least k, both agreeing with every published
number. Many cells are proved by one linear program with random weights. A program moves the leaves of a
group of förbund and leaves the rest as they are, which is a proof for the whole nation as good as any and
much quicker; and a proof that leaves a förbund's own leaves alone holds against that förbund too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from fyrklang.national.release.blocks import Tell
from fyrklang.national.release.lattice import ASSOCIATION, TYPE
from fyrklang.national.release.lp import RESIDUAL, push_down, push_up, room
from fyrklang.national.release.pattern import Pattern, needed_rows
from fyrklang.national.release.system import Bools, Floats, Ints, System

SPLITS = (4, 2, 1)
"""Into how many groups the förbund are split: fewer and larger for what the smaller leave."""
FEWEST = 6
"""Förbund in a group at the least."""
LARGEST = 10
"""How many of the largest förbund every hidden cell is proved against, each with its own leaves known."""
FOLDS = 4
"""Into how many parts the förbund are split to be left out, a part at a time, as those who would peek."""
STALLS = 0.1
"""A split is left when a round proves less than this part of what remained."""
MOST_ROUNDS = 8


@dataclass
class Proofs:
    """What is proved so far, for each primary cell in turn.

    Attributes:
        cells: the primary cells.
        up, down: proved to be possible at k or more, and at 0.
        held_up, held_down: cells × förbund: every proof so far moved this förbund, so it may not be fooled.
        witnesses: whole nations, each agreeing with everything published.
    """

    cells: Ints
    up: Bools
    down: Bools
    held_up: Bools
    held_down: Bools
    witnesses: list[Floats] = field(default_factory=list)
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


def begin(pattern: Pattern) -> Proofs:
    """Nothing proved but by the truth itself, which is one of the possible nations."""
    system = pattern.system
    cells = np.flatnonzero(pattern.primary & pattern.hidden)
    k = system.lattice.parameters.k
    up, down = system.values[cells] >= k, system.values[cells] == 0
    blocks = system.cell_block[cells]
    held = np.zeros((len(cells), len(system.names[0])), dtype=np.bool_)
    held[:, peekers(system)] = True
    held[np.flatnonzero(blocks >= 0), blocks[blocks >= 0]] = False
    held[blocks < 0] = False
    return Proofs(cells, up, down, held & ~up[:, None], held & ~down[:, None])


def peekers(system: System) -> Ints:
    """The förbund that could learn most: the largest, and those that are among few with a type."""
    sizes = np.bincount(system.leaf_block, weights=system.leaf_n)
    largest = np.argsort(-sizes, kind="stable")[:LARGEST]
    pairs = np.unique(system.leaf_codes[system.leaf_n > 0][:, [ASSOCIATION, TYPE]], axis=0)
    few = np.flatnonzero(np.bincount(pairs[:, 1]) <= system.lattice.parameters.insider)
    return np.union1d(largest, pairs[np.isin(pairs[:, 1], few), 0])


def audit(pattern: Pattern, proofs: Proofs, seed: int, tell: Tell = lambda _part: None) -> None:
    """Prove as many cells as rounds of groups will; what stays open is for the caller to mend."""
    chance = np.random.default_rng(seed)
    everyone = np.unique(pattern.system.leaf_block)
    rows = needed_rows(pattern)
    start = max(proofs.left, 1e-9)
    parts = [count for count in SPLITS if len(everyone) >= FEWEST * count] or [1]
    for count in parts:
        for _ in range(MOST_ROUNDS):
            before = proofs.left
            if not before or (count == 1 < len(parts) and not proofs.open.any()):
                break
            groups = np.array_split(chance.permutation(everyone), count)
            _round(pattern, proofs, ([np.sort(group) for group in groups], rows), chance)
            tell(1 - proofs.left / start)
            if before - proofs.left < STALLS * before:
                break
    peekers = np.flatnonzero(proofs.held.any(axis=0))
    for _ in range(MOST_ROUNDS if len(peekers) else 0):
        before = proofs.left
        known = np.array_split(chance.permutation(peekers), min(FOLDS, len(peekers)))
        _round(pattern, proofs, ([np.setdiff1d(everyone, part) for part in known], rows), chance)
        tell(1 - proofs.left / start)
        if before - proofs.left < STALLS * before:
            break


def _movable(pattern: Pattern, proofs: Proofs) -> Bools:
    """Leaves worth moving: those of a förbund's type with something hidden, and those a national cell counts.

    What a förbund tells of a type in full leaves next to nothing to move, and such leaves are most of all.
    """
    system = pattern.system
    wide = len(system.names[TYPE])
    finest = system.cell_block >= 0
    cells = pattern.hidden & finest & (system.codes[:, TYPE] >= 0)
    pairs = system.cell_block[cells] * wide + system.codes[cells, TYPE]
    national = proofs.cells[system.cell_block[proofs.cells] < 0]
    counted = np.asarray(system.matrix[national].sum(axis=0)).ravel() > 0
    own = system.leaf_block * wide + system.leaf_codes[:, TYPE]
    return np.isin(own, pairs) | np.isin(own, own[counted & (system.leaf_n > 0)])


def _round(
    pattern: Pattern, proofs: Proofs, given: tuple[Sequence[Ints], Ints], chance: np.random.Generator
) -> None:
    groups, rows = given
    movable = _movable(pattern, proofs)
    drawn = [np.exp(chance.normal(0, 2, len(proofs.cells))) for _ in groups]
    jobs = [
        (group, weights, up) for group, weights in zip(groups, drawn, strict=True) for up in (True, False)
    ]
    for job in jobs:
        answer = _witness(pattern, proofs, (rows, movable), job)
        group = job[0]
        proofs.programs += 1
        if answer is not None:
            _note(pattern, proofs, group, answer)


def _witness(
    pattern: Pattern, proofs: Proofs, given: tuple[Ints, Bools], job: tuple[Ints, Floats, bool]
) -> Floats | None:
    """A possible nation in which as many as can be of the group's cells are raised, or lowered."""
    (rows, movable), (group, weights, up) = given, job
    system = pattern.system
    proved, held = (proofs.up, proofs.held_up) if up else (proofs.down, proofs.held_down)
    others = np.ones(held.shape[1], dtype=np.bool_)
    others[group] = False
    blocks = system.cell_block[proofs.cells]
    useful = ~proved | held[:, others].any(axis=1)
    chosen = np.flatnonzero(useful & ((blocks < 0) | np.isin(blocks, group)))
    if not len(chosen):
        return None
    columns = np.flatnonzero(movable & np.isin(system.leaf_block, group))
    place = room(system.matrix, rows, columns, system.leaf_n)
    cells = system.matrix[proofs.cells[chosen]]
    targets = cells[:, place.columns].tocsr()
    inside = np.asarray(targets @ system.leaf_n[place.columns])
    outside = np.asarray(cells @ system.leaf_n) - inside
    k = float(system.lattice.parameters.k)
    if up:
        moved = push_up(place, targets, (weights[chosen], outside), k)
    else:
        moved = push_down(place, targets, np.where(outside > 0, 0.0, weights[chosen]))
    if moved is None:
        return None
    whole = system.leaf_n.copy()
    whole[place.columns] = moved.leaves
    return whole


def settle(pattern: Pattern, proofs: Proofs, at: int) -> list[Ints]:
    """Prove one cell alone, the one at place `at`; for each proof that fails, the rows that forbid it."""
    rows, movable = needed_rows(pattern), _movable(pattern, proofs) | _of(pattern.system, proofs.cells[at])
    failed: list[Ints] = []
    for up in (True, False):
        proved, held = (proofs.up, proofs.held_up) if up else (proofs.down, proofs.held_down)
        for known in [-1] * (not proved[at]) + np.flatnonzero(held[at]).tolist():
            if known >= 0 and not held[at, known]:
                continue  # Settled by the proof before.
            binding = _alone(pattern, proofs, (rows, movable), (at, known, up))
            if not proved[at] or (known >= 0 and held[at, known]):
                failed.append(binding)
                break
    return failed


def _alone(
    pattern: Pattern, proofs: Proofs, given: tuple[Ints, Bools], wanted: tuple[int, int, bool]
) -> Ints:
    """Try to prove a cell against one who knows a förbund's leaves (-1: nobody's); the rows that bind."""
    (rows, movable), (at, known, up), system = given, wanted, pattern.system
    everyone = np.unique(system.leaf_block)
    group = everyone[everyone != known]
    columns = np.flatnonzero(movable & (system.leaf_block != known))
    place = room(system.matrix, rows, columns, system.leaf_n)
    cell = system.matrix[[proofs.cells[at]]]
    target = cell[:, place.columns].tocsr()
    one, k = np.ones(1), float(system.lattice.parameters.k)
    rest = np.asarray(cell @ system.leaf_n - target @ system.leaf_n[place.columns])
    answer = push_up(place, target, (one, rest), k) if up else push_down(place, target, one)
    if answer is None:
        return np.zeros(0, dtype=np.int64)
    whole = system.leaf_n.copy()
    whole[place.columns] = answer.leaves
    _note(pattern, proofs, group, whole)
    return answer.binding


def _of(system: System, cell: int) -> Bools:
    counted = np.zeros(len(system.leaf_n), dtype=np.bool_)
    counted[system.matrix.indices[system.matrix.indptr[cell] : system.matrix.indptr[cell + 1]]] = True
    return counted


def _note(pattern: Pattern, proofs: Proofs, group: Ints, witness: Floats) -> None:
    system = pattern.system
    values = np.asarray(system.matrix[proofs.cells] @ witness)
    others = np.ones(proofs.held_up.shape[1], dtype=np.bool_)
    others[group] = False
    high = values >= system.lattice.parameters.k - RESIDUAL
    low = values <= RESIDUAL
    new = bool((high & ~proofs.up).any() or (low & ~proofs.down).any())
    proofs.up |= high
    proofs.down |= low
    proofs.held_up[np.ix_(high, others)] = False
    proofs.held_down[np.ix_(low, others)] = False
    if new:
        proofs.witnesses.append(witness)
