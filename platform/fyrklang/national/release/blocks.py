"""The first audit: each förbund by itself, with exact bounds on every hidden cell of its own.

What is hidden too thinly inside a förbund is found here and mended by hiding one of the very rows that give
the cell away.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fyrklang.national.release.lp import RESIDUAL, Bounds, room
from fyrklang.national.release.pattern import Pattern, complement, needed_rows
from fyrklang.national.release.system import Ints

Tell = Callable[[float], None]
"""Told how large a part is done, from 0 to 1."""


class UnprotectableError(Exception):
    """Nothing more can be hidden and a cell can still be worked out: earlier releases told too much."""


def protect_blocks(pattern: Pattern, blocks: Ints, tell: Tell = lambda _part: None) -> None:
    """Hide until no förbund's own published figures give one of its hidden cells away.

    Raises:
        UnprotectableError: what an earlier release has shown gives a cell away.
    """
    for done, block in enumerate(blocks.tolist()):
        while True:
            complement(pattern)
            if not _mend(pattern, block):
                break
        tell((done + 1) / len(blocks))


def exposed(pattern: Pattern, block: int) -> list[tuple[int, Ints]]:
    """The block's primary cells that its own published rows give away, with the rows that do it."""
    system = pattern.system
    columns = np.flatnonzero(system.leaf_block == block)
    rows = needed_rows(pattern)
    rows = rows[system.cell_block[rows] == block]
    place = room(system.matrix[rows], rows, columns, system.leaf_n)
    targets = np.flatnonzero(pattern.primary & pattern.hidden & (system.cell_block == block))
    wanted = system.matrix[targets][:, place.columns].toarray()
    k = system.lattice.parameters.k
    bounds = Bounds(place)
    # The leaves found for one cell often do for others as well.
    up, down = system.values[targets] >= k, system.values[targets] == 0
    found: list[tuple[int, Ints]] = []
    for at, cell in enumerate(targets.tolist()):
        for rise, proved in ((True, up), (False, down)):
            if proved[at]:
                continue
            value, binding = bounds.extreme(wanted[at], up=rise)
            if value < k - RESIDUAL if rise else value > RESIDUAL:
                found.append((cell, binding))
                break
            leaves = bounds.leaves()
            if leaves is not None:
                sums = wanted @ leaves
                up |= sums >= k - RESIDUAL
                down |= sums <= RESIDUAL
    return found


def _mend(pattern: Pattern, block: int) -> bool:
    """Hide one row for each cell given away; whether there was any."""
    found = exposed(pattern, block)
    for cell, binding in found:
        if pattern.hidden[binding].any():
            continue  # One hidden for an earlier cell may do for this one too.
        chosen = pattern.cheapest(binding)
        if chosen is None:
            raise UnprotectableError(cell)
        pattern.hide(chosen, "within a förbund")
    return bool(found)
