"""Whether a release's tables add up, and hide enough together wherever they hide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Values = Mapping[tuple[str, ...], int | None]
"""A table's values by codes, None where hidden."""


@dataclass(frozen=True)
class Table:
    """A table of the release: its name, its level per dimension, and the lattice's levels and parameters."""

    name: str
    levels: tuple[str, ...]
    known: Mapping[str, Any]
    parameters: Mapping[str, int]

    def coarser(self) -> Iterator[tuple[int, str, Mapping[str, str]]]:
        """Each next coarser table: the dimension, its new level, and the map of codes (empty for the total)."""
        for dimension, level in enumerate(self.levels):
            if not level:
                continue
            ups = [name for name, other in self.known.items() if other.get("from") == level]
            for up in ups:
                yield dimension, up, self.known[up]["map"]
            if not ups:
                yield dimension, "", {}


def sum_faults(year: Mapping[str, Values], tables: Sequence[Table]) -> list[str]:
    """What does not add up in a year, or hides too little to hide anything."""
    by_levels = {table.levels: table for table in tables}
    faults: list[str] = []
    for table in tables:
        for dimension, up, mapping in table.coarser():
            levels = (*table.levels[:dimension], up, *table.levels[dimension + 1 :])
            parent = by_levels.get(levels)
            if parent is None:
                faults.append(f"Tabellen ovanför ”{table.name}” saknas.")
                continue
            faults += _between(year, (table, parent), dimension, mapping)
    return faults


def _between(
    year: Mapping[str, Values], pair: tuple[Table, Table], dimension: int, mapping: Mapping[str, str]
) -> list[str]:
    table, parent = pair
    children: dict[tuple[str, ...], list[int | None]] = {}
    for codes, value in year.get(table.name, {}).items():
        code = mapping[codes[dimension]] if mapping else ""
        children.setdefault((*codes[:dimension], code, *codes[dimension + 1 :]), []).append(value)
    sums = year.get(parent.name, {})
    faults = [f"En summa saknas i ”{parent.name}”: {codes}." for codes in children.keys() - sums.keys()]
    for codes, total in sums.items():
        parts = children.get(codes)
        if parts is None:
            # Nobody's outcomes stand nowhere; anybody else's must.
            if total != 0:
                faults.append(f"Delarna saknas i ”{table.name}”: {codes}.")
        elif not _fits(total, parts, table.parameters, across=dimension == 0):
            faults.append(f"Det går inte ihop: ”{parent.name}” {codes} mot ”{table.name}”.")
    return faults


def _fits(
    total: int | None, parts: Sequence[int | None], parameters: Mapping[str, int], *, across: bool
) -> bool:
    hidden = sum(part is None for part in parts)
    if total is None:
        return hidden > 0
    left = total - sum(part for part in parts if part is not None)
    if not hidden:
        return left == 0
    fewest = max(2, parameters["insider"]) if across else 2
    return hidden >= fewest and left >= parameters["k"]
