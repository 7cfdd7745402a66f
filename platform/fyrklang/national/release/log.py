"""The release log: everything that is out, with the leaves it was made of. It belongs in a closed room."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from fyrklang.national.release.faults import ReleaseFault
from fyrklang.national.release.files import CELLS, MANIFEST, Row, read_rows
from fyrklang.national.release.lattice import Lattice
from fyrklang.national.release.leaves import Count, Key, leaves_csv, read_leaves

LEAVES, SECRET, DOSSIER = "leaves.csv", "secret", "dossier"
_FOLDER = re.compile(r"\d{4}")


@dataclass(frozen=True)
class Edition:
    """A release that is out."""

    number: int
    cells: bytes
    manifest: bytes
    leaves: Mapping[int, Mapping[Key, Count]]

    @property
    def described(self) -> dict[str, Any]:
        """The manifest, parsed."""
        found: dict[str, Any] = orjson.loads(self.manifest)
        return found

    def rows(self, year: int) -> list[Row]:
        """The year's lines."""
        return [row for row in read_rows(self.cells) if row[0] == str(year)]


def read_log(folder: Path, lattice: Lattice) -> list[Edition]:
    """Every release of the log, the oldest first.

    Raises:
        ReleaseFault: the folder is not a release log.
    """
    if not folder.exists():
        return []
    if not folder.is_dir():
        raise ReleaseFault(f"{folder.name} är en fil och inte en loggmapp.")
    strange = [
        entry.name
        for entry in folder.iterdir()
        if not _FOLDER.fullmatch(entry.name) and entry.name != SECRET and not entry.name.startswith(".")
    ]
    if strange:
        raise ReleaseFault(f"Loggmappen {folder.name} innehåller något som inte hör dit: {strange[0]}.")
    try:
        return [
            Edition(
                int(entry.name),
                (entry / CELLS).read_bytes(),
                (entry / MANIFEST).read_bytes(),
                read_leaves(entry / LEAVES, lattice),
            )
            for entry in sorted(folder.iterdir())
            if _FOLDER.fullmatch(entry.name)
        ]
    except OSError as fault:
        raise ReleaseFault(
            f"Loggen i {folder.name} är skadad: {fault.filename} går inte att läsa."
        ) from fault


def read_secret(folder: Path) -> bytes | None:
    """The log's own key, when it has one."""
    path = folder / SECRET
    return bytes.fromhex(path.read_text().strip()) if path.exists() else None


def append(folder: Path, edition: Edition, secret: bytes, dossier: Mapping[str, bytes]) -> None:
    """Add a release to the log, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / SECRET).exists():
        _write(folder / f".{SECRET}", secret.hex().encode())
        (folder / f".{SECRET}").replace(folder / SECRET)
    files = {
        CELLS: edition.cells,
        MANIFEST: edition.manifest,
        LEAVES: leaves_csv(edition.leaves).encode(),
        **dossier,
    }
    put(folder / f"{edition.number:04d}", files)


def put(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make a folder of files appear at once."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, data in files.items():
            _write(made / name, data)
        made.chmod(0o755)
        made.rename(folder)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
