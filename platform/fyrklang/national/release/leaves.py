"""Reading the leaves: how many of each kind each förbund had each year, the finest counts there are."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from fyrklang.national.release.faults import ReleaseFault
from fyrklang.national.release.lattice import DIMENSIONS, Lattice

REQUIRED = (*DIMENSIONS, "year", "n")
PERSONS = "persons"
MOST = 10_000_000
"""A larger count than this is a slip of the hand, not a förbund."""

Key = tuple[str, str, str, str, str]
"""The codes of a leaf, in the order of `DIMENSIONS`."""


@dataclass(frozen=True)
class Count:
    """How many participations, and how many different persons they were; the same when nobody said."""

    n: int
    persons: int


Year = Mapping[Key, Count]
"""All leaves of one year."""


def read_leaves(path: Path, lattice: Lattice) -> dict[int, dict[Key, Count]]:
    """The leaves of a CSV file, by year.

    Raises:
        ReleaseFault: names the file, the line and what is wrong there.
    """
    try:
        raw = path.read_bytes()
    except OSError as fault:
        raise ReleaseFault(f"{path.name} går inte att läsa: {fault.strerror}.") from fault
    try:
        words = raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = raw[: fault.start].count(b"\n") + 1
        raise ReleaseFault(
            f"{path.name} är inte i UTF-8 (rad {line}). Spara filen i UTF-8 och försök igen."
        ) from fault
    if not words.strip():
        raise ReleaseFault(f"{path.name} är tom.")
    try:
        return _parse(words, path.name, lattice)
    except csv.Error as fault:
        raise ReleaseFault(f"{path.name} är inte en giltig CSV-fil: {fault}.") from fault


def _parse(words: str, name: str, lattice: Lattice) -> dict[int, dict[Key, Count]]:
    reader = csv.reader(io.StringIO(words, newline=""), strict=True)
    header = [column.strip() for column in next(reader)]
    _check_header(header, name)
    places = {column: place for place, column in enumerate(header)}
    codes = _known_codes(lattice)
    years: dict[int, dict[Key, Count]] = defaultdict(dict)
    for row in reader:
        if not row:
            continue
        where = f"{name}, rad {reader.line_num}"
        if len(row) != len(header):
            raise ReleaseFault(f"{where}: raden har {len(row)} fält men rubriken {len(header)}.")
        key = _key(row, places, codes, where)
        year = _number(row[places["year"]], "year", where)
        if not 1900 <= year <= 2200:
            raise ReleaseFault(f"{where}: {year} är inget år.")
        if key in years[year]:
            raise ReleaseFault(f"{where}: samma rad ({', '.join(key)}, {year}) står två gånger.")
        years[year][key] = _count(row, places, where)
    if not years:
        raise ReleaseFault(f"{name} har en rubrik men inga rader.")
    return dict(sorted(years.items()))


def _check_header(header: list[str], name: str) -> None:
    missing = [column for column in REQUIRED if column not in header]
    if missing:
        hint = " Fälten ska skiljas åt med komma." if len(header) == 1 else ""
        kind = "kolumnen" if len(missing) == 1 else "kolumnerna"
        raise ReleaseFault(f"{name} saknar {kind} {', '.join(missing)}.{hint}")
    doubled = [column for column in header if header.count(column) > 1]
    if doubled:
        raise ReleaseFault(f"{name} har kolumnen {doubled[0]} två gånger.")
    unknown = [column for column in header if column not in (*REQUIRED, PERSONS)]
    if unknown:
        raise ReleaseFault(
            f"{name} har en kolumn som inte hör dit: {unknown[0] or '(utan namn)'}. "
            "Bara antal får lämnas, inga andra uppgifter."
        )


def _known_codes(lattice: Lattice) -> list[set[str]]:
    """The codes each dimension may have; empty where any will do."""
    known: list[set[str]] = []
    for dimension in range(len(DIMENSIONS)):
        level = lattice.finest(dimension)
        codes = set(level.codes) if level else set()
        if level and not codes:
            for other in lattice.levels.values():
                codes |= set(other.mapping) if other.source == level.name else set()
        known.append(codes)
    return known


def _key(row: list[str], places: Mapping[str, int], codes: list[set[str]], where: str) -> Key:
    found = [row[places[dimension]].strip() for dimension in DIMENSIONS]
    for dimension, code, known in zip(DIMENSIONS, found, codes, strict=True):
        if not code:
            raise ReleaseFault(f"{where}: {dimension} är tomt.")
        if known and code not in known:
            raise ReleaseFault(f"{where}: {dimension} har en okänd kod, {code}.")
    first, second, third, fourth, fifth = found
    return (first, second, third, fourth, fifth)


def _count(row: list[str], places: Mapping[str, int], where: str) -> Count:
    n = _number(row[places["n"]], "n", where)
    written = row[places[PERSONS]].strip() if PERSONS in places else ""
    persons = _number(written, PERSONS, where) if written else n
    if persons > n:
        raise ReleaseFault(f"{where}: persons är {persons} men n bara {n}. Var och en räknas minst en gång.")
    if n and not persons:
        raise ReleaseFault(f"{where}: n är {n} men persons 0. Någon måste det ha varit.")
    return Count(n, persons)


def _number(written: str, column: str, where: str) -> int:
    bare = written.strip()
    if bare.startswith("-") and bare[1:].isdecimal():
        raise ReleaseFault(f"{where}: {column} är negativt ({bare}).")
    if not bare.isascii() or not bare.isdecimal():
        raise ReleaseFault(f"{where}: {column} ska vara ett heltal men är ”{bare}”.")
    if len(bare) > 9 or int(bare) > MOST:
        raise ReleaseFault(f"{where}: {column} är orimligt stort ({bare}).")
    return int(bare)


def leaves_csv(years: Mapping[int, Year]) -> str:
    """Leaves as a CSV file in one fixed order, the form `read_leaves` reads."""
    lines: list[Iterable[object]] = [(*DIMENSIONS, "year", "n", PERSONS)]
    for year, leaves in sorted(years.items()):
        lines += [(*key, year, count.n, count.persons) for key, count in sorted(leaves.items())]
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(lines)
    return out.getvalue()
