"""The one way a register file is written, so that equal content is equal bytes.

TOML has no writer in the standard library, and the libraries that write it cannot put a kommun's name
as a comment beside its code; the subset used here is small enough to write out.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from fyrklang.tenancy.registry.records import NATIONAL_ORGANISATIONS, Association, Kommun, Registry

SCHEMA_LINE = "#:schema ../schema/forbund.schema.json"
KOMMUN_FIELDS = ("code", "name", "official_name", "region_code", "population", "population_date")
REGION_FIELDS = ("code", "name", "county")
REGIONS_FILE = "registers/regioner.csv"
KOMMUNER_FILE = "registers/kommuner.csv"
ASSOCIATIONS_FOLDER = "forbund"
FORM = "1"
"""Raise when the same files must be laid in anew, because what is derived from them has changed."""


def canonical_files(registry: Registry) -> dict[str, str]:
    """Path from the folder to text, for every file the register consists of."""
    files = {
        REGIONS_FILE: _csv(REGION_FIELDS, registry.regions),
        KOMMUNER_FILE: _csv(KOMMUN_FIELDS, registry.kommuner),
    }
    for slug in sorted(registry.associations):
        association = registry.associations[slug]
        files[association_file(slug)] = association_text(association, registry.kommuner)
    return files


def association_file(slug: str) -> str:
    """Where a förbund's file lies, from the folder."""
    return f"{ASSOCIATIONS_FOLDER}/{slug}.toml"


def content_hash(registry: Registry) -> str:
    """SHA-256 (hex) over all that the register says; changes when any field does."""
    digest = hashlib.sha256(f"{FORM}\n{NATIONAL_ORGANISATIONS}\n".encode())
    for path, text in sorted(canonical_files(registry).items()):
        digest.update(f"{path}\n{text}\n".encode())
    return digest.hexdigest()


def write_folder(registry: Registry, folder: Path) -> list[Path]:
    """Write every file whose bytes differ; returns those written."""
    written = []
    for relative, text in canonical_files(registry).items():
        path = folder / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        data = text.encode()
        if not path.exists() or path.read_bytes() != data:
            path.write_bytes(data)
            written.append(path)
    return written


def association_text(association: Association, kommuner: Mapping[str, Kommun]) -> str:
    """A förbund's file."""
    lines = [SCHEMA_LINE]
    head = ("slug", "name", "short_name", "status", "founded", "ended", "orgnr", "website", "regions")
    lines += _plain(association, head)
    lines += _block(
        "area",
        (
            (
                {"kommun": span.kommun, "valid_from": span.valid_from, "valid_to": span.valid_to},
                kommuner[span.kommun].name if span.kommun in kommuner else "",
            )
            for span in association.area
        ),
    )
    lines += _block(
        "earlier_names",
        (
            ({"name": item.name, "valid_from": item.valid_from, "valid_to": item.valid_to}, "")
            for item in association.earlier_names
        ),
    )
    lines += _block(
        "successions",
        (({"kind": item.kind, "to": item.to, "year": item.year}, "") for item in association.successions),
    )
    lines += _plain(association, ("confidence", "sources", "note"))
    return "\n".join(lines) + "\n"


def _plain(association: Association, names: Iterable[str]) -> list[str]:
    pairs = ((name, getattr(association, name)) for name in names)
    return [f"{name} = {_value(value)}" for name, value in pairs if value is not None]


def _block(name: str, items: Iterable[tuple[Mapping[str, object], str]]) -> list[str]:
    """An array of inline tables, one a line, each with a comment after it when there is one."""
    lines = []
    for fields, comment in items:
        inner = ", ".join(f"{key} = {_value(value)}" for key, value in fields.items() if value is not None)
        lines.append(f"    {{ {inner} }}," + (f" # {comment}" if comment else ""))
    return [f"{name} = [", *lines, "]"] if lines else []


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return str(value)
    # A JSON string is a TOML basic string, but for DEL, which TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _csv(fields: tuple[str, ...], records: Mapping[str, object]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(fields)
    writer.writerows([getattr(records[code], name) for name in fields] for code in sorted(records))
    return buffer.getvalue()
