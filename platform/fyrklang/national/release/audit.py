"""The national audit: for every hidden cell about few people, two possible nations as proof.

One in which the cell counts nobody and one in which it counts at least k, both agreeing with every published
number. Many cells are proved by one linear program with random weights. A program moves the leaves of a
group of förbund and leaves the rest as they are, which is a proof for the whole nation as good as any and
much quicker; and a proof that leaves a förbund's own leaves alone holds against that förbund too.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np

from fyrklang.national.release.blocks import Tell
from fyrklang.national.release.lattice import TYPE
from fyrklang.national.release.lp import push_down, push_up, room
from fyrklang.national.release.pattern import Pattern, needed_rows
from fyrklang.national.release.proofs import Proofs, Witness
from fyrklang.national.release.system import Bools, Floats, Ints, Matrix, System

GROUP = 20
"""Förbund moved at once to begin with: with fewer there is too little to move, with more a program takes longer."""
FEWEST, GROWS = 2, 4
"""How many are fooled at once about one cell alone, and how many times more in the next turn."""
FEW_CELLS = 24
"""So few cells are rather tried one by one than many at once."""
SPLIT_STALLS, DRAWN_STALLS = 0.2, 0.04
"""A way of grouping is left when a round proves less than this part of what remained."""
MOST_ROUNDS = 20
PARTS = (2, 6, 20)
"""What part of the förbund is fooled at once: a smaller one leaves more to move, for what the larger left."""
_Item = TypeVar("_Item")
AT_ONCE = 4
"""Groups whose outcome decides what comes next; a fixed number, so that the order of events is too."""
FEW, EMPTY = 500, 0.15
"""With more leaves than this, of those with nobody only such a part can be moved to: half the time for as much."""


@dataclass(frozen=True)
class Ground:
    """What every program of an audit stands on.

    Attributes:
        rows, held: the published cells that matter, and these × all leaves.
        movable: leaves worth moving.
    """

    pattern: Pattern
    rows: Ints
    held: Matrix
    movable: Bools

    @property
    def system(self) -> System:
        """The year."""
        return self.pattern.system


_Way = Callable[[Ground, Proofs, np.random.Generator], Iterator[list[Ints]]]
"""How the förbund are grouped: a few groups at a time."""


@dataclass(frozen=True)
class Job:
    """A program: the förbund and leaves to move, the cells to raise or lower, and each one's weight.

    `most`: how far up each cell is to go; None to lower them.
    """

    group: Ints
    columns: Ints
    chosen: Ints
    weights: Floats
    most: Floats | None


@dataclass(frozen=True)
class Outcome:
    """What a program found: a possible nation, and the published cells that held it back."""

    witness: Witness
    binding: Ints


def audit(pattern: Pattern, proofs: Proofs, seed: int, tell: Tell = lambda _part: None) -> None:
    """Prove as many cells as rounds of groups will; what stays open is for the caller to mend."""
    chance = np.random.default_rng(seed)
    ground = ground_of(pattern)
    start = max(proofs.left, 1e-9)
    ways: list[tuple[_Way, float]] = [(partial(_drawn, part), DRAWN_STALLS) for part in PARTS]
    if not proofs.programs:
        ways.insert(0, (_split, SPLIT_STALLS))
    elif proofs.unsafe.sum() <= FEW_CELLS:
        return
    for way, stalls in ways:
        for _ in range(MOST_ROUNDS):
            before = proofs.left + proofs.unsafe.sum()
            if not before:
                return
            for groups in way(ground, proofs, chance):
                wanted = [(group, up) for group in groups for up in (True, False)]
                jobs = [job for group, up in wanted if (job := _job(ground, proofs, (group, up), chance))]
                note(ground, proofs, jobs)
                tell(1 - proofs.left / start)
            if before - proofs.left - proofs.unsafe.sum() < stalls * before:
                break


def settle(pattern: Pattern, proofs: Proofs, when: tuple[int, int]) -> list[tuple[int, Ints]]:
    """Try what is left cell by cell; the cells that fail again, and the published cells that held them.

    Args:
        when: the seed, and the turn from 0.
    """
    chance = np.random.default_rng(when)
    many = FEWEST * GROWS ** min(when[1], GROWS)
    ground = ground_of(pattern)
    tries = [(at, up) for at in np.flatnonzero(proofs.unsafe).tolist() for up in (True, False)]
    failed: list[tuple[int, Ints]] = []
    for some in _batches(tries):
        asked = [(at, up, _fooled(proofs, (at, up), chance)[:many]) for at, up in some]
        asked = [one for one in asked if len(one[2])]
        jobs = [_alone(ground, proofs, one, chance) for one in asked]
        for (at, up, fooled), outcome in zip(asked, note(ground, proofs, jobs), strict=True):
            if proofs.lacking(up=up)[at, fooled].any():
                nothing = np.zeros(0, dtype=np.int64)
                failed.append((int(proofs.cells[at]), outcome.binding if outcome else nothing))
    return failed


def _fooled(proofs: Proofs, wanted: tuple[int, bool], chance: np.random.Generator) -> Ints:
    """Whom to fool about a cell at once, by lot: one at most of those who are in it, and half of all others."""
    at, up = wanted
    lacking = chance.permutation(np.flatnonzero(proofs.lacking(up=up)[at]))
    within = np.append(proofs.own[at] > 0, False)[lacking]
    return lacking[:1] if within.all() else lacking[~within][: max(1, len(proofs.own[at]) // 2)]


def _alone(ground: Ground, proofs: Proofs, asked: tuple[int, bool, Ints], chance: np.random.Generator) -> Job:
    """The program of one cell, in which everybody may move but those to be fooled."""
    at, up, fooled = asked
    group = np.setdiff1d(np.unique(ground.system.leaf_block), fooled)
    own = _of(ground, proofs.cells[at])
    own = own[np.isin(ground.system.leaf_block[own], group)]
    columns = np.union1d(_columns(ground, group, chance), own)
    known = np.append(proofs.own[at], 0.0)[fooled].max()
    goal = np.array([known + ground.system.lattice.parameters.k])
    return Job(group, columns, proofs.cells[[at]], np.ones(1), goal if up else None)


def _of(ground: Ground, cell: int) -> Ints:
    """The cell's own leaves."""
    matrix = ground.system.matrix
    own: Ints = matrix.indices[matrix.indptr[cell] : matrix.indptr[cell + 1]]
    return own


def ground_of(pattern: Pattern) -> Ground:
    """The ground as the pattern stands now."""
    rows = needed_rows(pattern)
    return Ground(pattern, rows, pattern.system.matrix[rows].tocsc(), _movable(pattern))


def note(ground: Ground, proofs: Proofs, jobs: Sequence[Job]) -> list[Outcome | None]:
    """Run the programs and take in what they find; None where one has no exact answer."""
    large = any(len(job.columns) > FEW for job in jobs)
    threads = min(len(jobs), os.cpu_count() or 1) if large else 1
    if threads < 2:
        outcomes = [_run(ground, job) for job in jobs]
    else:
        with ThreadPoolExecutor(threads) as pool:
            outcomes = list(pool.map(lambda job: _run(ground, job), jobs))
    for outcome in outcomes:
        proofs.programs += 1
        if outcome is not None:
            proofs.note(outcome.witness)
    return outcomes


def _run(ground: Ground, job: Job) -> Outcome | None:
    """A possible nation in which as many as can be of the cells are raised, or lowered."""
    system = ground.system
    place = room(ground.held, ground.rows, job.columns, system.leaf_n)
    cells = system.matrix[job.chosen]
    targets = cells[:, place.columns].tocsr()
    inside = np.asarray(targets @ system.leaf_n[place.columns])
    outside = np.asarray(cells @ system.leaf_n) - inside
    if job.most is None:
        moved = push_down(place, targets, job.weights)
    else:
        moved = push_up(place, targets, (job.weights, outside, job.most))
    return None if moved is None else Outcome(Witness(place.columns, moved.leaves), moved.binding)


def _job(
    ground: Ground, proofs: Proofs, wanted: tuple[Ints, bool], chance: np.random.Generator
) -> Job | None:
    """What the group can still prove for others, each cell with a weight by lot; None when nothing is left."""
    group, up = wanted
    lacking = proofs.lacking(up=up)
    lacking[:, group] = False
    blocks = proofs.system.cell_block[proofs.cells]
    chosen = np.flatnonzero(lacking.any(axis=1) & ((blocks < 0) | np.isin(blocks, group)))
    if not len(chosen):
        return None
    # Equal weights would spread the solution evenly and prove little; these make it choose.
    weights = np.exp(chance.normal(0, 2, len(chosen)))
    most = proofs.goal(lacking)[chosen] if up else None
    return Job(group, _columns(ground, group, chance), proofs.cells[chosen], weights, most)


def _columns(ground: Ground, group: Ints, chance: np.random.Generator) -> Ints:
    """The leaves to move: all that have anybody, and of the others enough to move them to."""
    system = ground.system
    columns = np.flatnonzero(ground.movable & np.isin(system.leaf_block, group))
    if len(columns) > FEW:
        columns = columns[(system.leaf_n[columns] > 0) | (chance.random(len(columns)) < EMPTY)]
    return columns


def _split(ground: Ground, _proofs: Proofs, chance: np.random.Generator) -> Iterator[list[Ints]]:
    """Everybody, in groups by lot."""
    everyone = np.unique(ground.system.leaf_block)
    parts = max(2, round(len(everyone) / GROUP)) if len(everyone) > 3 else 1
    yield from _batches([np.sort(part) for part in np.array_split(chance.permutation(everyone), parts)])


def _drawn(part: int, ground: Ground, proofs: Proofs, chance: np.random.Generator) -> Iterator[list[Ints]]:
    """Twice two groups by lot, each without those who are to be fooled most, and with those to be helped most."""
    everyone = np.unique(ground.system.leaf_block)
    blocks = proofs.system.cell_block[proofs.cells]
    for _ in range(2):
        fooled = proofs.held.sum(axis=0).astype(np.float64)
        weight = proofs.held.sum(axis=1) + proofs.open
        own = blocks >= 0
        helped = np.bincount(blocks[own], weights=weight[own], minlength=len(fooled))
        groups = []
        for _ in range(2):
            lot = np.exp(chance.normal(0, 1, (2, len(fooled))))
            score = (fooled * lot[0] - helped * lot[1])[everyone]
            out = everyone[np.argsort(-score, kind="stable")][: len(everyone) // part]
            groups.append(np.setdiff1d(everyone, out[np.sort(-score)[: len(out)] < 0]))
        yield groups


def _batches(items: list[_Item]) -> Iterator[list[_Item]]:
    for at in range(0, len(items), AT_ONCE):
        yield items[at : at + AT_ONCE]


def _movable(pattern: Pattern) -> Bools:
    """Leaves worth moving: those that something hidden counts, and those of a förbund's type with anything hidden.

    What a förbund tells of a type in full leaves next to nothing to move, and such leaves are most of all.
    """
    system = pattern.system
    own, typed = system.cell_block >= 0, system.codes[:, TYPE] >= 0
    pairs = np.zeros((len(system.names[0]), len(system.names[TYPE])), dtype=np.bool_)
    cells = pattern.hidden & own & typed
    pairs[system.cell_block[cells], system.codes[cells, TYPE]] = True
    counted = np.asarray(system.matrix[np.flatnonzero(pattern.hidden & ~own)].sum(axis=0)).ravel() > 0
    counted &= system.leaf_n > 0
    pairs[system.leaf_block[counted], system.leaf_codes[counted, TYPE]] = True
    whole = np.asarray(system.matrix[np.flatnonzero(pattern.hidden & own & ~typed)].sum(axis=0)).ravel() > 0
    found: Bools = pairs[system.leaf_block, system.leaf_codes[:, TYPE]] | whole
    return found
