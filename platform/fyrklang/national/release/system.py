"""Tabulation: every cell of every table as a sum of leaves, and the equations that tie cells together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from fyrklang.national.release.lattice import (
    ASSOCIATION,
    DIMENSIONS,
    OUTCOME,
    TOTAL,
    Lattice,
    Levels,
)
from fyrklang.national.release.leaves import Count, Key, Year

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Matrix = Any
"""A `csr_array`; scipy's stubs give each operation on one another type."""


@dataclass(frozen=True)
class Equation:
    """parent = sum of children. `across`: the children are förbund, or groups of them."""

    parent: int
    children: Ints
    across: bool


@dataclass(frozen=True)
class System:
    """One year's cells and leaves.

    Attributes:
        matrix: cells × leaves, 0 or 1; `values` and `persons` are what each cell counts.
        table_of: each cell's place in `lattice.tables`; `codes` its code per dimension, -1 where summed.
        has_outcome: the cell belongs to a table with outcomes; `group` is then the cell that sums them.
        void: a cell of outcomes for nobody. It tells nothing and stands in no table.
        locked: a group of nobody whose outcomes are therefore left out; it cannot be hidden afterwards.
        leaf_block: which förbund each leaf belongs to; `cell_block` likewise, -1 when it spans several.
    """

    lattice: Lattice
    names: tuple[tuple[str, ...], ...]
    level_names: Mapping[str, tuple[str, ...]]
    leaf_codes: Ints
    leaf_n: Floats
    matrix: Matrix
    values: Ints
    persons: Ints
    table_of: Ints
    codes: Ints
    has_outcome: Bools
    group: Ints
    void: Bools
    locked: Bools
    equations: tuple[Equation, ...]
    leaf_block: Ints
    cell_block: Ints

    @property
    def size(self) -> int:
        """How many cells there are."""
        return len(self.values)

    @cached_property
    def children(self) -> Ints:
        """Every equation's children, one equation after another."""
        return np.concatenate([equation.children for equation in self.equations])

    @cached_property
    def starts(self) -> Ints:
        """Where each equation's children begin in `children`."""
        many = [len(equation.children) for equation in self.equations]
        return np.concatenate([[0], np.cumsum(many[:-1])]).astype(np.int64)

    @cached_property
    def parents(self) -> Ints:
        """Every equation's parent."""
        return np.array([equation.parent for equation in self.equations], dtype=np.int64)

    def label(self, cell: int) -> tuple[str, ...]:
        """The cell's code per dimension, empty where the table sums over it."""
        table = self.lattice.tables[self.table_of[cell]]
        return tuple(
            "" if level == TOTAL else self.level_names[level][self.codes[cell, dimension]]
            for dimension, level in enumerate(table)
        )


def tabulate(year: Year, lattice: Lattice) -> System:
    """Every cell of `lattice` over one year's leaves, and over the leaves that could have been.

    A type that a förbund has can hold anybody: each of its sexes, ages and outcomes is a leaf, also with 0.
    The order of everything comes from the counts and not from the names, so that renaming a code renames
    it in the release and changes nothing else.
    """
    names = _ordered_codes(year, lattice)
    codes, counts, persons = _all_leaves(year, names)
    maps, level_names = _level_maps(names, lattice)
    cells = _cells(codes, lattice.tables, maps)
    size = int(cells.offsets[-1])
    columns = np.tile(np.arange(len(counts)), len(lattice.tables))
    rows = np.concatenate(cells.cell_of)
    matrix: Matrix = csr_array((np.ones(len(rows)), (rows, columns)), shape=(size, len(counts)))
    values = np.rint(matrix @ counts).astype(np.int64)
    table_of = np.repeat(np.arange(len(lattice.tables)), np.diff(cells.offsets))
    cell_codes, group = _coordinates(lattice, cells, codes, maps)
    has_outcome = np.array([table[OUTCOME] != TOTAL for table in lattice.tables])[table_of]
    void = has_outcome & (values[group] == 0)
    locked = np.zeros(size, dtype=np.bool_)
    locked[group[void]] = True
    finest = lattice.finest(ASSOCIATION)
    one = finest.name if finest else None
    of_one = np.array([table[ASSOCIATION] == one for table in lattice.tables])
    return System(
        lattice=lattice,
        names=names,
        level_names=level_names,
        leaf_codes=codes,
        leaf_n=counts,
        matrix=matrix,
        values=values,
        persons=np.rint(matrix @ persons).astype(np.int64),
        table_of=table_of,
        codes=cell_codes,
        has_outcome=has_outcome,
        group=group,
        void=void,
        locked=locked,
        equations=_equations(lattice, cells, void),
        leaf_block=codes[:, ASSOCIATION],
        cell_block=np.where(of_one[table_of], cell_codes[:, ASSOCIATION], -1),
    )


@dataclass(frozen=True)
class _Cells:
    """For each table the cell of every leaf, counted on from the table before, and a leaf of every cell."""

    cell_of: list[Ints]
    offsets: Ints
    some_leaf: list[Ints]
    where: Mapping[Levels, int]


def _coordinates(lattice: Lattice, cells: _Cells, codes: Ints, maps: Mapping[str, Ints]) -> tuple[Ints, Ints]:
    """Each cell's code per dimension, and the cell that sums its outcomes."""
    found = np.full((int(cells.offsets[-1]), len(DIMENSIONS)), -1, dtype=np.int64)
    group = np.arange(len(found))
    for place, table in enumerate(lattice.tables):
        span = slice(cells.offsets[place], cells.offsets[place + 1])
        for dimension, level in enumerate(table):
            if level != TOTAL:
                found[span, dimension] = maps[level][codes[cells.some_leaf[place], dimension]]
        if table[OUTCOME] != TOTAL:
            whole = cells.cell_of[cells.where[_with(table, OUTCOME, TOTAL)]]
            group[span] = whole[cells.some_leaf[place]]
    return found, group


def leaf_keys(system: System) -> list[Key]:
    """Each leaf's codes."""
    return [tuple(system.names[d][code] for d, code in enumerate(row)) for row in system.leaf_codes.tolist()]


def _ordered_codes(year: Year, lattice: Lattice) -> tuple[tuple[str, ...], ...]:
    names: list[tuple[str, ...]] = []
    for dimension in range(len(DIMENSIONS)):
        counts: dict[str, list[int]] = {}
        for key, count in year.items():
            counts.setdefault(key[dimension], []).append(count.n)
        level = lattice.finest(dimension)
        for code in _listed(lattice, level.name) if level else ():
            counts.setdefault(code, [])
        order = sorted(counts, key=lambda code: (-sum(counts[code]), sorted(counts[code]), code))
        names.append(tuple(order))
    return tuple(names)


def _listed(lattice: Lattice, level: str) -> tuple[str, ...]:
    """Codes a level is said to have, but only for what a person can have: not förbund, not types."""
    found = lattice.levels[level]
    return found.codes if found.dimension not in {ASSOCIATION, DIMENSIONS.index("type")} else ()


def _all_leaves(year: Year, names: tuple[tuple[str, ...], ...]) -> tuple[Ints, Floats, Floats]:
    places = [{name: place for place, name in enumerate(codes)} for codes in names]
    known = {
        tuple(place[code] for place, code in zip(places, key, strict=True)): c for key, c in year.items()
    }
    active = sorted({(key[0], key[1]) for key in known})
    rest = [len(codes) for codes in names[2:]]
    inner = np.stack(np.unravel_index(np.arange(int(np.prod(rest))), rest), axis=1)
    pairs = np.array(active, dtype=np.int64)
    codes = np.hstack([np.repeat(pairs, len(inner), axis=0), np.tile(inner, (len(pairs), 1))])
    found = [known.get(tuple(row), _NOBODY) for row in codes.tolist()]
    counts = np.array([count.n for count in found], dtype=np.float64)
    return codes.astype(np.int64), counts, np.array([c.persons for c in found], dtype=np.float64)


_NOBODY = Count(0, 0)


def _level_maps(
    names: tuple[tuple[str, ...], ...], lattice: Lattice
) -> tuple[dict[str, Ints], dict[str, tuple[str, ...]]]:
    """For each level: the finest codes' place in it, and the names of its own codes."""
    maps: dict[str, Ints] = {}
    level_names: dict[str, tuple[str, ...]] = {}
    for level in lattice.levels.values():
        chain = [level]
        while chain[-1].source:
            chain.append(lattice.levels[chain[-1].source])
        coded = list(names[level.dimension])
        for step in reversed(chain):
            coded = [step.mapping[code] for code in coded] if step.source else coded
        own = tuple(dict.fromkeys(coded))
        place = {code: at for at, code in enumerate(own)}
        maps[level.name] = np.array([place[code] for code in coded], dtype=np.int64)
        level_names[level.name] = own
    return maps, level_names


def _cells(codes: Ints, tables: tuple[Levels, ...], maps: Mapping[str, Ints]) -> _Cells:
    cell_of: list[Ints] = []
    offsets = [0]
    some_leaf: list[Ints] = []
    for table in tables:
        key = np.zeros(len(codes), dtype=np.int64)
        for dimension, level in enumerate(table):
            if level != TOTAL:
                coded = maps[level][codes[:, dimension]]
                key = key * (int(maps[level].max()) + 1) + coded
        _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
        cell_of.append(inverse.astype(np.int64) + offsets[-1])
        some_leaf.append(first.astype(np.int64))
        offsets.append(offsets[-1] + len(first))
    where = {table: place for place, table in enumerate(tables)}
    return _Cells(cell_of, np.array(offsets, dtype=np.int64), some_leaf, where)


def _with(table: Levels, dimension: int, level: str) -> Levels:
    changed = list(table)
    changed[dimension] = level
    first, second, third, fourth, fifth = changed
    return (first, second, third, fourth, fifth)


def _equations(lattice: Lattice, cells: _Cells, void: Bools) -> tuple[Equation, ...]:
    found: list[Equation] = []
    for place, table in enumerate(lattice.tables):
        own = np.arange(cells.offsets[place], cells.offsets[place + 1])
        for dimension, level in enumerate(table):
            for up in lattice.coarser(level) if level != TOTAL else ():
                above = cells.cell_of[cells.where[_with(table, dimension, up)]]
                found += _by_parent(own, above[cells.some_leaf[place]], void, across=dimension == ASSOCIATION)
    return tuple(found)


def _by_parent(own: Ints, parents: Ints, void: Bools, *, across: bool) -> list[Equation]:
    order = np.argsort(parents, kind="stable")
    splits = np.flatnonzero(np.diff(parents[order])) + 1
    parts = [(int(parents[part[0]]), own[part][~void[own[part]]]) for part in np.split(order, splits)]
    return [Equation(parent, children, across) for parent, children in parts if len(children)]
