"""From leaves to a release: what is new is protected, what is out stays as it is, and the log keeps both.

A förbund's year is sealed by the first release that holds it. Later leaves for a sealed year wait: a release
made again with one person more would tell who that person is, by subtraction.
"""

from __future__ import annotations

import hashlib
import io
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson

from fyrklang.national.release import log
from fyrklang.national.release.blocks import UnprotectableError
from fyrklang.national.release.faults import ReleaseFault
from fyrklang.national.release.files import (
    CELLS,
    HIDDEN,
    MANIFEST,
    Row,
    Summary,
    cells_csv,
    in_order,
    manifest_json,
    rows_of,
    seal_of,
)
from fyrklang.national.release.lattice import Lattice, table_name
from fyrklang.national.release.leaves import Count, Key, Year, leaves_csv, read_leaves
from fyrklang.national.release.repair import Protection, protect_year
from fyrklang.national.release.system import Bools, System, leaf_keys, tabulate

Tell = Callable[[float, str], None]
"""Told how large a part is done, from 0 to 1, and with what."""
ENOUGH = 0.8
"""The part of the controls that must be caught; with fewer, the audit itself is in doubt."""
FEWEST_CONTROLS = 20


@dataclass(frozen=True)
class Made:
    """What came of it. `waiting`: sealed years whose leaves have changed since, as (förbund, year)."""

    number: int
    years: Mapping[int, Summary]
    waiting: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class _Year:
    leaves: Year
    rows: list[Row]
    summary: Summary
    dossier: bytes | None


def protect(leaves: Path, lattice: Lattice, places: tuple[Path, Path], seed: int | None, tell: Tell) -> Made:
    """Make a release of the leaves in a file.

    Args:
        places: the log's folder, and the folder to make.
        seed: decides which of several equally good cells is hidden; drawn when None.

    Raises:
        ReleaseFault: says what is wrong; nothing is written then.
    """
    folder, out = places
    given = read_leaves(leaves, lattice)
    earlier = log.read_log(folder, lattice)
    _check_parameters(earlier, lattice)
    chosen = secrets.randbits(63) if seed is None else seed
    secret = log.read_secret(folder) or _secret(given, chosen)
    years: dict[int, _Year] = {}
    waiting: list[tuple[str, int]] = []
    for done, (year, fresh) in enumerate(given.items()):
        part = _part(tell, done, len(given), year)
        sealed = next((one.leaves[year] for one in reversed(earlier) if year in one.leaves), None)
        if sealed is not None:
            waiting += [(block, year) for block in _changed(sealed, fresh)]
        years[year] = _one_year((year, sealed or fresh), lattice, earlier, chosen, part)
    edition = _edition(years, lattice, earlier, secret)
    _write((folder, out), edition, earlier, secret, years)
    tell(1.0, "klar")
    return Made(edition.number, {year: made.summary for year, made in years.items()}, tuple(waiting))


def _one_year(
    wanted: tuple[int, Year], lattice: Lattice, earlier: list[log.Edition], seed: int, tell: Tell
) -> _Year:
    year, leaves = wanted
    same = next(
        (
            one
            for one in reversed(earlier)
            if year in one.leaves and one.described["lattice_sha256"] == lattice.hash
        ),
        None,
    )
    if same is not None:
        summary = Summary(**same.described["years"][str(year)])
        return _Year(leaves, same.rows(year), summary, None)
    system = tabulate(leaves, lattice)
    out, barred = _out(system, year, earlier)
    try:
        made = protect_year(system, _mix(seed, year), tell, out=out, barred=barred)
    except UnprotectableError as fault:
        raise ReleaseFault(
            f"År {year} går inte att skydda med den här tabellplanen: det som redan är publicerat säger för mycket."
        ) from fault
    _check_controls(made, year)
    rows = rows_of(made.pattern, year)
    shown = sum(row[-1] != HIDDEN for row in rows)
    return _Year(leaves, rows, Summary(len(rows), shown, *made.controls), _dossier(system, made))


def _out(system: System, year: int, earlier: list[log.Edition]) -> tuple[Bools, Bools]:
    """The cells that earlier releases have shown, and those they have hidden."""
    out, barred = np.zeros(system.size, dtype=np.bool_), np.zeros(system.size, dtype=np.bool_)
    said: dict[tuple[str, ...], str] = {}
    for one in earlier:
        said |= {row[1:-1]: row[-1] for row in one.rows(year)}
    if said:
        names = [table_name(table) for table in system.lattice.tables]
        for cell in range(system.size):
            value = said.get((names[system.table_of[cell]], *system.label(cell)))
            out[cell], barred[cell] = value not in {None, HIDDEN}, value == HIDDEN
    return out, barred


def _check_parameters(earlier: list[log.Edition], lattice: Lattice) -> None:
    """A year that is out keeps its rules: a level's codes, the limits, and every table it has shown."""
    wanted = lattice.as_data()
    for one in earlier:
        was = one.described["lattice"]
        if was["parameters"] != wanted["parameters"]:
            raise ReleaseFault("Gränserna kan inte ändras efter den första utgåvan i loggen.")
        for name, level in was["levels"].items():
            if name in wanted["levels"] and wanted["levels"][name] != level:
                raise ReleaseFault(
                    f"Nivån {name} har ändrats sedan en tidigare utgåva. Ge den ett nytt namn."
                )
        lost = [table for table in was["tables"] if table not in wanted["tables"]]
        if lost:
            raise ReleaseFault(
                f"Tabellen ”{lost[0]}” finns i en tidigare utgåva och måste vara med, så att allt prövas tillsammans."
            )


def _check_controls(made: Protection, year: int) -> None:
    tried, caught = made.controls
    if tried >= FEWEST_CONTROLS and not caught:
        raise ReleaseFault(
            f"År {year}: granskningen fångade inget av {tried} prov och går inte att lita på. Inget är publicerat."
        )


def _changed(sealed: Year, fresh: Year) -> list[str]:
    nobody = Count(0, 0)
    return sorted({key[0] for key in {*sealed, *fresh} if sealed.get(key, nobody) != fresh.get(key, nobody)})


def _edition(
    years: Mapping[int, _Year], lattice: Lattice, earlier: list[log.Edition], secret: bytes
) -> log.Edition:
    """The release; the one already out when nothing is new."""
    rows = in_order([row for year in years.values() for row in year.rows], lattice)
    data = cells_csv(rows)
    seals = [
        {"forbund": block, "year": year, "seal": seal_of(secret, block, year, made.leaves)}
        for year, made in sorted(years.items())
        for block in sorted({key[0] for key in made.leaves})
    ]
    summaries = {year: made.summary for year, made in years.items()}
    leaves = {year: made.leaves for year, made in years.items()}
    same = next((one for one in earlier if one.cells == data), None)
    number = same.number if same else len(earlier) + 1
    manifest = manifest_json(number, lattice, (data, summaries), seals, secret)
    return log.Edition(number, data, manifest, leaves)


def _write(
    places: tuple[Path, Path],
    edition: log.Edition,
    earlier: list[log.Edition],
    secret: bytes,
    years: Mapping[int, _Year],
) -> None:
    folder, out = places
    files = {CELLS: edition.cells, MANIFEST: edition.manifest}
    there = sorted(entry.name for entry in out.iterdir()) if out.is_dir() else []
    same = there == sorted(files) and all((out / name).read_bytes() == files[name] for name in files)
    if (there and not same) or (out.exists() and not out.is_dir()):
        raise ReleaseFault(
            f"{out.name} är inte en tom mapp. En utgåva skrivs aldrig över; välj en annan mapp."
        )
    # The log first: what is out must be in the log, never the other way round.
    if edition.number not in {one.number for one in earlier}:
        dossiers = {f"{log.DOSSIER}-{year}.npz": made.dossier for year, made in years.items() if made.dossier}
        log.append(folder, edition, secret, dossiers)
    if not same:
        log.put(out, files)


def _dossier(system: System, made: Protection) -> bytes:
    """The possible nations that prove the year safe, for the closed room: labels, cells and leaves."""
    packed = io.BytesIO()
    names = [table_name(table) for table in system.lattice.tables]
    cells = [(names[system.table_of[cell]], *system.label(cell)) for cell in made.proofs.cells.tolist()]
    moved = made.proofs.witnesses
    np.savez_compressed(
        packed,
        leaves=np.array(leaf_keys(system)),
        truth=system.leaf_n,
        cells=np.array(cells or [("",) * 6]),
        starts=np.cumsum([0, *(len(one.columns) for one in moved)]),
        columns=np.concatenate([np.zeros(0, dtype=np.int64), *(one.columns for one in moved)]),
        counts=np.concatenate([np.zeros(0), *(one.leaves for one in moved)]),
    )
    return packed.getvalue()


def _part(tell: Tell, done: int, many: int, year: int) -> Tell:
    return lambda share, words: tell((done + share) / many, f"{year}: {words}")


def _mix(seed: int, year: int) -> int:
    return int(np.random.SeedSequence([seed, year]).generate_state(1)[0])


def _secret(given: Mapping[int, Mapping[Key, Count]], seed: int) -> bytes:
    """A key nobody can guess who does not know every leaf, and the same for the same leaves and seed."""
    words = orjson.dumps([str(seed), leaves_csv(given)])
    return hashlib.sha256(b"fyrklang release" + words).digest()
