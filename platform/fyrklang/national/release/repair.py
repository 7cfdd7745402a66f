"""The loop: hide, audit, hide beside what stays unproved, until every hidden cell about few is proved.

Hiding never spoils a proof, so what is proved stays proved and the loop ends: with everything hidden,
anything is possible.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fyrklang.national.release.audit import audit, settle
from fyrklang.national.release.blocks import UnprotectableError, exposed, protect_blocks
from fyrklang.national.release.lattice import TYPE
from fyrklang.national.release.lp import room, whole_number
from fyrklang.national.release.pattern import Pattern, complement, holds, needed_rows, start
from fyrklang.national.release.proofs import Proofs, begin, without_spare
from fyrklang.national.release.system import Bools, Ints, System

SMALL = 64
"""With at most so many leaves the possible nations are also required to be of whole persons."""
GENTLE, FIRM = 2, 6
"""So many turns hide one cell for each that fails, then more beside it; after that all that stands about it."""
CONTROLS = 20
Say = Callable[[float, str], None]
"""Told how large a part of the year is done, and with what."""


@dataclass(frozen=True)
class Protection:
    """A year made safe. `controls`: complements shown again as a test, and how many of them were caught."""

    pattern: Pattern
    proofs: Proofs
    controls: tuple[int, int]


def protect_year(
    system: System, seed: int, say: Say, *, out: Bools | None = None, barred: Bools | None = None
) -> Protection:
    """Hide what must be hidden. `out` and `barred` are cells an earlier release has shown and hidden.

    Raises:
        UnprotectableError: what is out already gives a cell away.
    """
    say(0.05, "döljer små tal")
    pattern = start(system, seed, out, barred)
    blocks = np.unique(system.leaf_block)
    protect_blocks(pattern, blocks, lambda part: say(0.05 + 0.1 * part, "prövar varje förbund för sig"))
    proofs = begin(pattern)
    audit(pattern, proofs, seed, lambda part: say(0.15 + 0.6 * part, "prövar hela landet"))
    turn = 0
    while _mended(pattern, proofs, (seed, turn)):
        turn += 1
        audit(pattern, proofs, seed + turn)
        say(0.75 + 0.15 / (1 + proofs.left), "döljer bredvid det som inte höll")
    say(0.9, "kontrollerar granskningen")
    return Protection(pattern, without_spare(pattern, proofs), _controls(pattern, seed))


def _mended(pattern: Pattern, proofs: Proofs, when: tuple[int, int]) -> bool:
    """Hide beside the cells that cannot be proved; whether there is anything left to do."""
    turn = when[1]
    before = pattern.hidden.copy()
    for cell, binding in settle(pattern, proofs, when):
        if turn >= FIRM:
            _withhold(pattern, cell, wide=turn >= 2 * FIRM)
        near = _near(pattern, cell, binding)
        if turn < GENTLE and pattern.hidden[near].any():
            continue  # One hidden for another cell may do for this one too.
        chosen = pattern.cheapest(near)
        if chosen is None or turn >= GENTLE:
            _hide_beside(pattern, cell)
        if chosen is not None and not pattern.hidden[chosen]:
            pattern.hide(chosen, "beside an unproved cell")
    if not proofs.unsafe.any() and len(pattern.system.leaf_n) <= SMALL:
        for cell in _not_whole(pattern, proofs).tolist():
            _hide_beside(pattern, cell)
    complement(pattern)
    changed = np.unique(pattern.system.cell_block[pattern.hidden & ~before])
    if (changed >= 0).any():
        protect_blocks(pattern, changed[changed >= 0])
    return bool(proofs.unsafe.any() or (pattern.hidden & ~before).any())


def _near(pattern: Pattern, cell: int, binding: Ints) -> Ints:
    """Those of the binding cells that stand in the cell's own förbund, or else all of them."""
    blocks = pattern.system.cell_block
    near: Ints = binding[blocks[binding] == blocks[cell]]
    return near if len(near) else binding


def _withhold(pattern: Pattern, cell: int, *, wide: bool) -> None:
    """Hide everything of the cell's förbund and type, so that there is an end to it; when `wide`, everywhere."""
    system = pattern.system
    block, kind = system.cell_block[cell], system.codes[cell, TYPE]
    about = system.cell_block == block if block >= 0 else system.table_of == system.table_of[cell]
    if kind >= 0:
        about &= system.codes[:, TYPE] == kind
        about |= (system.cell_block < 0) & (system.codes[:, TYPE] == kind) & wide
    for other in np.flatnonzero(about).tolist():
        if pattern.can_hide(other):
            pattern.hide(other, "withheld")


def _hide_beside(pattern: Pattern, cell: int) -> None:
    """Hide the cheapest other cell of one of the cell's own sums; where all are hidden, a sum itself."""
    beside: set[int] = set()
    sums: set[int] = set()
    near = [pattern.system.equations[place] for place in pattern.touching[cell]]
    for equation in near:
        if equation.parent != cell:
            beside |= set(equation.children.tolist())
            sums.add(equation.parent)
    chosen = pattern.cheapest(beside)
    if chosen is None:
        chosen = pattern.cheapest(sums)
    if chosen is None:
        # Its own sums are hidden already: go on with what stands beside those.
        wider = {
            int(other)
            for total in sums
            for place in pattern.touching[total]
            for other in (*pattern.system.equations[place].children, pattern.system.equations[place].parent)
        }
        chosen = pattern.cheapest(wider)
    if chosen is None:
        chosen = pattern.cheapest(range(pattern.system.size))
    if chosen is None:
        raise UnprotectableError(cell)
    pattern.hide(chosen, "beside an unproved cell")


def _not_whole(pattern: Pattern, proofs: Proofs) -> Ints:
    """Cells that only fractions of persons could hide."""
    system = pattern.system
    rows = needed_rows(pattern)
    place = room(system.matrix[rows], rows, np.arange(len(system.leaf_n)), system.leaf_n)
    wanted = system.matrix[proofs.cells][:, place.columns].toarray()
    k = float(system.lattice.parameters.k)
    values = system.values[proofs.cells]
    failed = [
        cell
        for cell, target, value in zip(proofs.cells.tolist(), wanted, values.tolist(), strict=True)
        if not (value >= k or whole_number(place, target, k))
        or not (value == 0 or whole_number(place, target, None))
    ]
    return np.array(failed, dtype=np.int64)


def _controls(pattern: Pattern, seed: int) -> tuple[int, int]:
    """Show some complements again, one at a time: an audit that never fails is no audit."""
    chance = np.random.default_rng(seed)
    complements = np.flatnonzero(pattern.hidden & ~pattern.primary)
    drawn = chance.permutation(complements)[:CONTROLS]
    caught = 0
    for cell in drawn.tolist():
        pattern.hidden[cell] = False
        caught += _is_caught(pattern, cell)
        pattern.hidden[cell] = True
    pattern.queue.clear()
    return len(drawn), caught


def _is_caught(pattern: Pattern, cell: int) -> bool:
    equations = [pattern.system.equations[place] for place in pattern.touching[cell]]
    if not all(holds(pattern, equation) for equation in equations):
        return True
    block = int(pattern.system.cell_block[cell])
    return block >= 0 and bool(exposed(pattern, block))
