"""The stored proofs: possible nations that agree with every published number. Products of matrices only."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from itertools import pairwise
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
    with np.load(path, allow_pickle=False) as file:
        stored = dict(file)
    if (stored["counts"] < 0).any():
        return [f"{year}: ett bevis har färre än noll personer."]
    values = {tuple(row[1:-1]): row[-1] for row in rows}
    listed = {tuple(cell) for cell in stored["cells"].tolist() if any(cell)}
    proofs = _Proofs(stored, lattice["parameters"]["k"])
    faults: list[str] = []
    for name in lattice["tables"]:
        keys, place = _cells_of(stored["leaves"], name, lattice["levels"])
        said = np.array([float(v) if (v := values.get(key, "0")) != ".." else np.nan for key in keys])
        table = _Table(proofs, place, len(keys))
        if not table.agrees(said):
            faults.append(f"{year}: ett bevis stämmer inte med ”{name}”.")
        outcomes = any(
            lattice["levels"][level]["dimension"] == "outcome" for level in name.split("*") if level
        )
        few = np.isnan(said) & (table.truth < proofs.k) & ((table.truth > 0) | outcomes)
        wanted = [at for at, key in enumerate(keys) if few[at] or key in listed]
        faults += [f"{year}: bevis saknas för {keys[at]}." for at in wanted if not table.proves(at)]
    return faults


class _Proofs:
    """The truth, and for each proof which leaves are other than the truth and what they are."""

    def __init__(self, stored: dict[str, Any], k: int) -> None:
        self.truth, self.k = stored["truth"], k
        self.moved = [
            (
                stored["columns"][start:end],
                stored["counts"][start:end] - self.truth[stored["columns"][start:end]],
            )
            for start, end in pairwise(stored["starts"].tolist())
        ]
        owner = np.unique(stored["leaves"][:, 0], return_inverse=True)[1]
        self.owner: Any = owner
        self.many = int(owner.max()) + 1
        # Proofs × förbund: whose leaves are moved. The last proof is the truth, which moves none.
        self.touched: Any = np.zeros((len(self.moved) + 1, self.many), dtype=np.bool_)
        for at, (columns, _) in enumerate(self.moved):
            self.touched[at, owner[columns]] = True


class _Table:
    """A table's cells in the truth, and how each proof changes them."""

    def __init__(self, proofs: _Proofs, place: Any, size: int) -> None:
        self.proofs, self.place = proofs, place
        self.truth: Any = np.bincount(place, weights=proofs.truth, minlength=size)
        changes = [np.bincount(place[at], weights=by, minlength=size) for at, by in proofs.moved]
        self.values: Any = self.truth + np.array([*changes, np.zeros(size)])

    def agrees(self, said: Any) -> bool:
        """Whether the truth and every proof have the published sums."""
        off = np.abs(self.values[:, ~np.isnan(said)] - said[~np.isnan(said)])
        return not (off > RESIDUAL).any()

    def proves(self, at: int) -> bool:
        """Whether a cell may be 0 and may be k to a reader, and to every förbund that knows its own leaves."""
        proofs, leaves = self.proofs, np.flatnonzero(self.place == at)
        owner = proofs.owner[leaves]
        values = self.values[:, at]
        others = values[:, None] - np.bincount(owner, weights=proofs.truth[leaves], minlength=proofs.many)
        low = ((others <= RESIDUAL) & ~proofs.touched).any(axis=0)
        high = ((others >= proofs.k - RESIDUAL) & ~proofs.touched).any(axis=0)
        fooled = low & high
        if len(np.unique(owner)) == 1:
            fooled[owner[0]] = True  # The cell is its own.
        return bool(values.min() <= RESIDUAL and values.max() >= proofs.k - RESIDUAL and fooled.all())


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
