"""The two files of a release, and the signature that ties them together."""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fyrklang.national.release.lattice import DIMENSIONS, Lattice, table_name
from fyrklang.national.release.leaves import Year
from fyrklang.national.release.pattern import Pattern

CELLS, MANIFEST = "cells.csv", "manifest.json"
COLUMNS = ("year", "table", *DIMENSIONS, "value")
HIDDEN = ".."
ENGINE, VERSION = "sla", "1"

Row = tuple[str, str, str, str, str, str, str, str]
"""A line of the file, in the order of `COLUMNS`."""


@dataclass(frozen=True)
class Summary:
    """What a manifest says of a year: how many cells there are and have numbers, and how the controls went."""

    cells: int
    published: int
    controls: int
    caught: int


def rows_of(pattern: Pattern, year: int) -> list[Row]:
    """The year's lines, table by table and in the order of the codes."""
    system = pattern.system
    rows: list[Row] = []
    for cell in range(system.size):
        if not system.void[cell]:
            name = table_name(system.lattice.tables[system.table_of[cell]])
            value = HIDDEN if pattern.hidden[cell] else str(system.values[cell])
            rows.append((str(year), name, *system.label(cell), value))  # type: ignore[arg-type]
    return in_order(rows, system.lattice)


def in_order(rows: Iterable[Row], lattice: Lattice) -> list[Row]:
    """Lines in the one order a release has."""
    place = {table_name(table): at for at, table in enumerate(lattice.tables)}
    return sorted(rows, key=lambda row: (int(row[0]), place[row[1]], row[2:]))


def cells_csv(rows: Sequence[Row]) -> bytes:
    """The lines as the file's bytes."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    return out.getvalue().encode()


def read_rows(data: bytes) -> list[Row]:
    """The lines of a file made by `cells_csv`."""
    lines = list(csv.reader(io.StringIO(data.decode(), newline="")))
    return [tuple(line) for line in lines[1:]]  # type: ignore[misc]


def seal_of(secret: bytes, block: str, year: int, leaves: Year) -> str:
    """A förbund's seal for a year, as hex.

    Keyed, since counts so small could be guessed and tried against an open hash.
    """
    own = sorted(
        (*key, count.n, count.persons) for key, count in leaves.items() if key[0] == block and count.n
    )
    return hmac.new(secret, orjson.dumps([block, year, own]), hashlib.sha256).hexdigest()


def manifest_json(
    number: int,
    lattice: Lattice,
    cells: tuple[bytes, Mapping[int, Summary]],
    seals: Sequence[Mapping[str, Any]],
    secret: bytes,
) -> bytes:
    """The manifest of a release, signed."""
    data, years = cells
    key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"signing" + secret).digest())
    body: dict[str, Any] = {
        "format": "fyrklang-release-1",
        "release": number,
        "engine": {"name": ENGINE, "version": VERSION},
        "lattice": lattice.as_data(),
        "lattice_sha256": lattice.hash,
        "cells": {"file": CELLS, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)},
        "years": {str(year): vars(summary) for year, summary in sorted(years.items())},
        "seals": list(seals),
        "public_key": key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex(),
    }
    body["signature"] = key.sign(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hex()
    return orjson.dumps(body, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2) + b"\n"
