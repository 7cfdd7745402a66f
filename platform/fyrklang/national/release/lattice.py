"""Which tables a release holds: the levels each dimension is shown at, closed under coarsening."""

from __future__ import annotations

import hashlib
import itertools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from fyrklang.national.release.faults import ReleaseFault

DIMENSIONS = ("forbund", "type", "sex", "age", "outcome")
TYPE = DIMENSIONS.index("type")
OUTCOME = DIMENSIONS.index("outcome")
ASSOCIATION = DIMENSIONS.index("forbund")
TOTAL = ""
"""The level of a dimension that a table sums over."""

Levels = tuple[str, str, str, str, str]
"""A table: one level per dimension, in the order of `DIMENSIONS`."""


@dataclass(frozen=True)
class Level:
    """How finely a dimension is shown. A coarser level maps the codes of the one it comes `source`."""

    name: str
    dimension: int
    codes: tuple[str, ...] = ()
    source: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Parameters:
    """k: fewest persons; k_seal: fewest changed persons in a correction; insider: fewest hidden förbund."""

    k: int = 5
    k_seal: int = 10
    insider: int = 3


@dataclass(frozen=True)
class Lattice:
    """Levels by name and every table, the coarsest first."""

    levels: Mapping[str, Level]
    tables: tuple[Levels, ...]
    parameters: Parameters

    def coarser(self, level: str) -> tuple[str, ...]:
        """The next coarser levels; the total where no level comes from this one."""
        dimension = self.levels[level].dimension
        derived = tuple(
            other.name
            for other in self.levels.values()
            if other.source == level and other.dimension == dimension
        )
        return derived or (TOTAL,)

    def finest(self, dimension: int) -> Level | None:
        """The level that codes of the leaves belong to, when the lattice shows the dimension at all."""
        roots = [level for level in self.levels.values() if level.dimension == dimension and not level.source]
        return roots[0] if roots else None

    def as_data(self) -> dict[str, Any]:
        """The lattice as it stands in a manifest."""
        return {
            "levels": {name: _level_data(level) for name, level in sorted(self.levels.items())},
            "tables": [table_name(table) for table in self.tables],
            "parameters": vars(self.parameters),
        }

    @property
    def hash(self) -> str:
        """SHA-256 over `as_data`."""
        return hashlib.sha256(orjson.dumps(self.as_data(), option=orjson.OPT_SORT_KEYS)).hexdigest()


def table_name(table: Levels) -> str:
    """The levels joined with `*`; empty for the sum over everything."""
    return "*".join(level for level in table if level != TOTAL)


def read_lattice(path: Path) -> Lattice:
    """The lattice in a TOML file.

    Raises:
        ReleaseFault: the file cannot be read or does not describe a lattice.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise ReleaseFault(f"{path.name} går inte att läsa: {fault.strerror}.") from fault
    except UnicodeDecodeError as fault:
        raise ReleaseFault(f"{path.name} är inte i UTF-8. Spara den i UTF-8 och försök igen.") from fault
    except tomllib.TOMLDecodeError as fault:
        raise ReleaseFault(f"{path.name} är inte giltig TOML: {fault}.") from fault
    return lattice_of(data)


def lattice_of(data: Mapping[str, Any]) -> Lattice:
    """The lattice that parsed TOML describes, closed under coarsening.

    Raises:
        ReleaseFault: names the level, table or parameter at fault.
    """
    raw_levels, raw_tables = data.get("levels"), data.get("tables")
    if not isinstance(raw_levels, dict) or not raw_levels:
        raise ReleaseFault("Tabellplanen saknar nivåer: minst ett avsnitt [levels.…] behövs.")
    if not isinstance(raw_tables, list) or not raw_tables:
        raise ReleaseFault("Tabellplanen saknar tabeller: minst ett avsnitt [[tables]] behövs.")
    levels = {name: _level(name, raw) for name, raw in raw_levels.items()}
    for level in levels.values():
        _check_source(level, levels)
    roots = [level.dimension for level in levels.values() if not level.source]
    for dimension in set(roots):
        if roots.count(dimension) > 1:
            raise ReleaseFault(f"Dimensionen {DIMENSIONS[dimension]} har mer än en finaste nivå.")
    lattice = Lattice(levels, (), _parameters(data.get("parameters", {})))
    tables: set[Levels] = set()
    for raw in raw_tables:
        tables |= _closure(lattice, _table(raw, levels))
    ordered = sorted(tables, key=lambda table: (sum(map(bool, table)), table))
    return Lattice(levels, tuple(ordered), lattice.parameters)


def _level(name: str, raw: Any) -> Level:
    if not isinstance(raw, dict) or raw.get("dimension") not in DIMENSIONS:
        raise ReleaseFault(f"Nivån {name} måste ha en dimension: {', '.join(DIMENSIONS)}.")
    if not name or "*" in name:
        raise ReleaseFault(f"Nivån ”{name}” har ett namn som inte går att använda.")
    codes, mapping = raw.get("codes", []), raw.get("map", {})
    if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
        raise ReleaseFault(f"Nivån {name}: codes ska vara en lista med koder.")
    if len(set(codes)) != len(codes):
        raise ReleaseFault(f"Nivån {name}: en kod står två gånger.")
    if not isinstance(mapping, dict) or not all(isinstance(to, str) and to for to in mapping.values()):
        raise ReleaseFault(f"Nivån {name}: map ska ge varje kod en grövre kod.")
    if bool(raw.get("from")) != bool(mapping):
        raise ReleaseFault(f"Nivån {name}: from och map hör ihop, båda eller ingen ska finnas.")
    dimension = DIMENSIONS.index(raw["dimension"])
    return Level(name, dimension, tuple(codes), str(raw.get("from", "")), dict(mapping))


def _check_source(level: Level, levels: Mapping[str, Level]) -> None:
    seen, now = {level.name}, level
    while now.source:
        source = levels.get(now.source)
        if source is None:
            raise ReleaseFault(f"Nivån {now.name} bygger på nivån {now.source}, som inte finns.")
        if source.dimension != level.dimension:
            raise ReleaseFault(f"Nivån {now.name} bygger på en nivå av en annan dimension.")
        if source.name in seen:
            raise ReleaseFault(f"Nivån {level.name} bygger på sig själv.")
        known = source.codes or tuple(dict.fromkeys(source.mapping.values()))
        lost = [code for code in known if code not in now.mapping]
        if lost:
            raise ReleaseFault(f"Nivån {now.name}: map saknar koden {lost[0]}.")
        seen.add(source.name)
        now = source


def _table(raw: Any, levels: Mapping[str, Level]) -> Levels:
    names = raw.get("levels") if isinstance(raw, dict) else None
    if not isinstance(names, list):
        raise ReleaseFault("Varje tabell måste ha en lista levels.")
    table = [TOTAL] * len(DIMENSIONS)
    for name in names:
        level = levels.get(name) if isinstance(name, str) else None
        if level is None:
            raise ReleaseFault(f"En tabell använder nivån {name}, som inte finns.")
        if table[level.dimension]:
            raise ReleaseFault(f"En tabell har två nivåer av dimensionen {DIMENSIONS[level.dimension]}.")
        table[level.dimension] = level.name
    first, second, third, fourth, fifth = table
    return (first, second, third, fourth, fifth)


def _closure(lattice: Lattice, table: Levels) -> set[Levels]:
    choices = [_upwards(lattice, level) for level in table]
    return set(itertools.product(*choices))  # type: ignore[arg-type]  # Five dimensions give five levels.


def _upwards(lattice: Lattice, level: str) -> list[str]:
    """The level and every coarser one, the total last."""
    if level == TOTAL:
        return [TOTAL]
    found = [level]
    for name in found:
        found += [up for up in lattice.coarser(name) if up != TOTAL and up not in found]
    return [*found, TOTAL]


def _parameters(raw: Any) -> Parameters:
    known = vars(Parameters())
    if not isinstance(raw, dict):
        raise ReleaseFault("Tabellplanens parameters ska vara ett avsnitt.")
    for name, value in raw.items():
        if name not in known:
            raise ReleaseFault(f"Tabellplanen har en okänd parameter: {name}.")
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise ReleaseFault(f"Parametern {name} ska vara ett heltal som är minst 1.")
    return Parameters(**raw)


def _level_data(level: Level) -> dict[str, Any]:
    data: dict[str, Any] = {"dimension": DIMENSIONS[level.dimension]}
    if level.codes:
        data["codes"] = list(level.codes)
    if level.source:
        data |= {"from": level.source, "map": dict(sorted(level.mapping.items()))}
    return data
