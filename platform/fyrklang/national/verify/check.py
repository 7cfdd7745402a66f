"""Reads a release as a stranger would and looks for anything that does not fit."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from fyrklang.national.verify.proofs import proof_faults
from fyrklang.national.verify.sums import Table, sum_faults

DIMENSIONS = ["forbund", "type", "sex", "age", "outcome"]
HEADER = ["year", "table", *DIMENSIONS, "value"]
KEYS = {
    "format",
    "release",
    "engine",
    "lattice",
    "lattice_sha256",
    "cells",
    "years",
    "seals",
    "public_key",
    "signature",
}


class _Rejected(Exception):  # noqa: N818
    """So wrong that there is no use going on."""


def faults_of(folder: Path, log: Path | None = None) -> list[str]:
    """Everything wrong with the release in a folder, as Swedish sentences; nothing when it holds.

    Args:
        log: the release log, to check the release against it and to go through the stored proofs as well.
    """
    try:
        manifest, data = _files(folder)
        faults = _signature_faults(manifest) + _manifest_faults(manifest, data)
        rows = _rows(data)
        faults += _row_faults(rows, manifest)
        if not faults:
            tables = _tables(manifest)
            faults = [fault for year in manifest["years"] for fault in sum_faults(_year(rows, year), tables)]
        if not faults and log is not None:
            faults = proof_faults(folder, log, manifest, rows)
    except _Rejected as fault:
        return [str(fault)]
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as fault:
        return [f"Manifestet har inte den form det ska ha ({type(fault).__name__})."]
    return faults


def _files(folder: Path) -> tuple[dict[str, Any], bytes]:
    if not folder.is_dir():
        raise _Rejected(f"{folder} är ingen mapp.")
    there = sorted(entry.name for entry in folder.iterdir())
    if there != ["cells.csv", "manifest.json"]:
        raise _Rejected(f"Mappen ska innehålla cells.csv och manifest.json och inget mer, men har {there}.")
    try:
        data = (folder / "cells.csv").read_bytes()
        raw = (folder / "manifest.json").read_bytes()
        manifest = json.loads(raw.decode("utf-8"))
    except OSError as fault:
        raise _Rejected(f"Filerna går inte att läsa: {fault.strerror}.") from fault
    except (UnicodeDecodeError, json.JSONDecodeError) as fault:
        raise _Rejected("manifest.json är inte giltig JSON i UTF-8.") from fault
    if not isinstance(manifest, dict) or set(manifest) != KEYS:
        raise _Rejected("manifest.json har inte de uppgifter ett manifest ska ha.")
    written = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    if written.encode() != raw:
        raise _Rejected("manifest.json är inte skrivet så som ett manifest skrivs.")
    return manifest, data


def _compact(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def _signature_faults(manifest: dict[str, Any]) -> list[str]:
    signed = {name: value for name, value in manifest.items() if name != "signature"}
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(manifest["public_key"]))
        key.verify(bytes.fromhex(manifest["signature"]), _compact(signed))
    except (InvalidSignature, ValueError, TypeError):
        return ["Signaturen stämmer inte med manifestet."]
    return []


def _manifest_faults(manifest: dict[str, Any], data: bytes) -> list[str]:
    faults = []
    if manifest["format"] != "fyrklang-release-1":
        faults.append("Manifestet har ett format som inte är känt.")
    if manifest["cells"] != {
        "file": "cells.csv",
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
    }:
        faults.append("cells.csv stämmer inte med manifestets kontrollsumma.")
    if manifest["lattice_sha256"] != hashlib.sha256(_compact(manifest["lattice"])).hexdigest():
        faults.append("Tabellplanen stämmer inte med sin kontrollsumma.")
    if len({(seal["forbund"], seal["year"]) for seal in manifest["seals"]}) != len(manifest["seals"]):
        faults.append("Samma förbund och år är förseglat två gånger.")
    if {str(seal["year"]) for seal in manifest["seals"]} != set(manifest["years"]):
        faults.append("Förseglingarna gäller inte utgåvans år.")
    return faults


def _rows(data: bytes) -> list[list[str]]:
    try:
        words = data.decode("utf-8")
        lines = list(csv.reader(io.StringIO(words, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as fault:
        raise _Rejected("cells.csv är inte en giltig CSV-fil i UTF-8.") from fault
    if not lines or lines[0] != HEADER or "\r" in words or not words.endswith("\n"):
        raise _Rejected("cells.csv har inte den form den ska ha.")
    if any(len(line) != len(HEADER) for line in lines):
        raise _Rejected("En rad i cells.csv har fel antal fält.")
    return lines[1:]


def _row_faults(rows: list[list[str]], manifest: dict[str, Any]) -> list[str]:
    tables = {table.name: table for table in _tables(manifest)}
    k = manifest["lattice"]["parameters"]["k"]
    faults: list[str] = []
    places = {name: place for place, name in enumerate(tables)}
    keys: list[tuple[int, int, list[str]]] = []
    for line in rows:
        year, name, *codes, value = line
        if year not in manifest["years"] or name not in tables:
            faults.append(f"En rad har ett år eller en tabell som inte hör till utgåvan: {','.join(line)}.")
            continue
        if [bool(code) for code in codes] != [bool(level) for level in tables[name].levels]:
            faults.append(f"En rad har inte tabellens dimensioner: {','.join(line)}.")
        if not _may_stand(value, k, outcomes=bool(tables[name].levels[4])):
            faults.append(f"Talet får inte stå där: {','.join(line)}.")
        keys.append((int(year), places[name], codes))
    if keys != sorted(keys) or any(one == two for one, two in pairwise(keys)):
        faults.append("Raderna är inte i ordning, eller står två gånger.")
    counts = Counter(line[0] for line in rows)
    shown = Counter(line[0] for line in rows if line[-1] != "..")
    for year, said in manifest["years"].items():
        if said["cells"] != counts[year] or said["published"] != shown[year]:
            faults.append(f"Antalet rader för {year} stämmer inte med manifestet.")
    return faults


def _may_stand(value: str, k: int, *, outcomes: bool) -> bool:
    if value == "..":
        return True
    if not value.isascii() or not value.isdecimal() or (value[0] == "0" and value != "0"):
        return False
    return int(value) >= k or (value == "0" and not outcomes)


def _tables(manifest: dict[str, Any]) -> list[Table]:
    levels = manifest["lattice"]["levels"]
    tables = []
    for name in manifest["lattice"]["tables"]:
        at = [""] * len(DIMENSIONS)
        for level in name.split("*") if name else []:
            at[DIMENSIONS.index(levels[level]["dimension"])] = level
        tables.append(Table(name, tuple(at), levels, manifest["lattice"]["parameters"]))
    return tables


def _year(rows: list[list[str]], year: str) -> dict[str, dict[tuple[str, ...], int | None]]:
    """The year's values by table and codes, None where hidden."""
    found: dict[str, dict[tuple[str, ...], int | None]] = {}
    for line in rows:
        if line[0] == year:
            value = None if line[-1] == ".." else int(line[-1])
            found.setdefault(line[1], {})[tuple(line[2:-1])] = value
    return found
