"""The stored proofs: possible nations that agree with every published number. Products of matrices only."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

RESIDUAL = 1e-6
DIMENSIONS = ["forbund", "type", "sex", "age", "outcome"]


def proof_faults(folder: Path, log: Path, manifest: dict[str, Any], rows: Sequence[list[str]]) -> list[str]:
    """What is wrong with a release when its log is at hand: it must be there, and each year be proved."""
    kept = log / f"{manifest['release']:04d}"
    for name in ("cells.csv", "manifest.json"):
        path = kept / name
        if not path.exists() or not hmac.compare_digest(path.read_bytes(), (folder / name).read_bytes()):
            return ["Utgåvan är inte den som står i loggen."]
    faults = []
    for year in manifest["years"]:
        found = sorted(log.glob(f"[0-9][0-9][0-9][0-9]/dossier-{year}.npz"))
        if not found:
            faults.append(f"Loggen saknar bevisen för {year}.")
            continue
        own = [row for row in rows if row[0] == year]
        faults += _year_faults(found[-1], own, manifest["lattice"], year)
    return faults


def _year_faults(path: Path, rows: Sequence[list[str]], lattice: dict[str, Any], year: str) -> list[str]:
    with np.load(path, allow_pickle=False) as stored:
        leaves, cells, witnesses = stored["leaves"], stored["cells"], stored["witnesses"]
    if (witnesses < 0).any():
        return [f"{year}: ett bevis har färre än noll personer."]
    values = {tuple(row[1:-1]): row[-1] for row in rows}
    primary = {tuple(cell) for cell in cells.tolist() if any(cell)}
    faults: list[str] = []
    for name in lattice["tables"]:
        keys, place = _cells_of(leaves, name, lattice["levels"])
        for witness in witnesses:
            sums = np.bincount(place, weights=witness, minlength=len(keys))
            said = np.array([float(v) if (v := values.get(key, "0")) != ".." else np.nan for key in keys])
            if (np.abs(sums - said) > RESIDUAL).any():
                faults.append(f"{year}: ett bevis stämmer inte med ”{name}”.")
                break
        wanted = [at for at, key in enumerate(keys) if key in primary]
        sums = np.array([np.bincount(place, weights=one, minlength=len(keys))[wanted] for one in witnesses])
        k = lattice["parameters"]["k"]
        short = [
            at
            for at, column in zip(wanted, sums.T, strict=True)
            if column.min() > RESIDUAL or column.max() < k - RESIDUAL
        ]
        faults += [f"{year}: bevis saknas för {keys[at]}." for at in short]
    return faults


def _cells_of(leaves: Any, name: str, levels: dict[str, Any]) -> tuple[list[tuple[str, ...]], Any]:
    """The table's cells, and for each leaf which of them it counts in."""
    at = {levels[level]["dimension"]: level for level in (name.split("*") if name else [])}
    keys: dict[tuple[str, ...], int] = {}
    place = []
    for leaf in leaves.tolist():
        codes = [name]
        for dimension, code in zip(DIMENSIONS, leaf, strict=True):
            codes.append(_coded(code, at[dimension], levels) if dimension in at else "")
        place.append(keys.setdefault(tuple(codes), len(keys)))
    return list(keys), np.array(place)


def _coded(code: str, level: str, levels: dict[str, Any]) -> str:
    source = levels[level].get("from")
    return str(levels[level]["map"][_coded(code, source, levels)]) if source else code
