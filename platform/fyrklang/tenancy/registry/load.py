"""Read `tenants/` into records, or say all that is wrong with it."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from fyrklang.tenancy.registry.check import cross_check
from fyrklang.tenancy.registry.faults import Fault, RegistryError
from fyrklang.tenancy.registry.records import (
    AreaSpan,
    Association,
    EarlierName,
    Kommun,
    Region,
    Registry,
    Succession,
    in_order,
)
from fyrklang.tenancy.registry.schema import faults_of
from fyrklang.tenancy.registry.write import (
    ASSOCIATIONS_FOLDER,
    KOMMUN_FIELDS,
    KOMMUNER_FILE,
    REGION_FIELDS,
    REGIONS_FILE,
    association_file,
    canonical_files,
)


def load(folder: Path) -> Registry:
    """The register in `folder`, validated.

    Raises:
        RegistryError: with every fault found, not only the first.
    """
    faults: list[Fault] = []
    regions = _read_rows(folder, REGIONS_FILE, "region", REGION_FIELDS, faults)
    kommuner = _read_rows(folder, KOMMUNER_FILE, "kommun", KOMMUN_FIELDS, faults)
    associations = _read_associations(folder, faults)
    if not faults:
        registry = Registry(
            {row["code"]: Region(**row) for row in regions},
            {row["code"]: _kommun(row) for row in kommuner},
            associations,
        )
        faults = cross_check(registry)
        if not faults:
            return registry
    raise RegistryError(sorted(faults))


def uncanonical(registry: Registry, folder: Path) -> list[Fault]:
    """Files that say the right thing in another way than `export` would write it."""
    return [
        Fault(name, "", "Filen är inte skriven på standardsättet. Skriv om den med fyrklang tenants export.")
        for name, text in canonical_files(registry).items()
        if (folder / name).read_bytes() != text.encode()
    ]


def _read_rows(
    folder: Path, name: str, kind: str, fields: tuple[str, ...], faults: list[Fault]
) -> list[dict[str, str]]:
    text = _read_text(folder, name, faults)
    if text is None:
        return []
    reader = csv.DictReader(io.StringIO(text), strict=True)
    if tuple(reader.fieldnames or ()) != fields:
        faults.append(Fault(name, "rad 1", f"Första raden ska vara: {','.join(fields)}"))
        return []
    rows: list[dict[str, str]] = []
    seen: dict[str, int] = {}
    try:
        for row in reader:
            line = reader.line_num
            faults += _row_faults(name, kind, row, line)
            if row["code"] in seen:
                text = f"Koden {row['code']} står redan på rad {seen[row['code']]}."
                faults.append(Fault(name, f"rad {line}, code", text))
            seen[row["code"]] = line
            rows.append(row)
    except csv.Error:
        faults.append(Fault(name, f"rad {reader.line_num}", "Raden går inte att läsa som CSV."))
    return rows


def _row_faults(name: str, kind: str, row: Mapping[Any, Any], line: int) -> list[Fault]:
    if None in row or None in row.values():
        return [Fault(name, f"rad {line}", "Raden har inte lika många fält som rubrikraden.")]
    return faults_of(kind, row, name, f"rad {line}, ")


def _read_associations(folder: Path, faults: list[Fault]) -> dict[str, Association]:
    associations = {}
    for path in sorted((folder / ASSOCIATIONS_FOLDER).glob("*.toml")):
        name = f"{ASSOCIATIONS_FOLDER}/{path.name}"
        content = _read_toml(folder, name, faults)
        if content is None:
            continue
        found = faults_of("forbund", _dates_as_text(content), name) or _date_faults(content, name)
        if not found:
            found = _slug_faults(folder, name, content["slug"])
        if found:
            faults += found
        else:
            associations[path.stem] = _association(content)
    return associations


def _slug_faults(folder: Path, name: str, slug: str) -> list[Fault]:
    own = association_file(slug)
    if own == name:
        return []
    taken = f" Det används redan av {own}." if (folder / own).exists() else ""
    return [Fault(name, "slug", f"Kortnamnet {slug} är inte detsamma som filens namn.{taken}")]


def _read_toml(folder: Path, name: str, faults: list[Fault]) -> dict[str, Any] | None:
    text = _read_text(folder, name, faults)
    if text is None:
        return None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = str(error).partition("(at ")[2].rstrip(")")
        line = (
            place.replace("line", "rad").replace("column", "tecken").replace("end of document", "filens slut")
        )
        faults.append(Fault(name, line, "Filen följer inte skrivsättet för TOML. Saknas ett citattecken?"))
        return None


def _read_text(folder: Path, name: str, faults: list[Fault]) -> str | None:
    try:
        return (folder / name).read_text("utf-8-sig")
    except FileNotFoundError:
        faults.append(Fault(name, "", "Filen saknas."))
    except UnicodeDecodeError:
        faults.append(Fault(name, "", "Filen är inte sparad i teckenkodningen UTF-8."))
    return None


def _dates_as_text(value: object) -> object:
    """JSON Schema knows no dates, so TOML's are shown to it as ISO text."""
    if isinstance(value, dict):
        return {key: _dates_as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_dates_as_text(item) for item in value]
    return value.isoformat() if isinstance(value, (date, time)) else value


def _date_faults(content: Mapping[str, Any], name: str) -> list[Fault]:
    """Dates within quotes pass the schema but are text to TOML."""
    return [
        Fault(
            name,
            f"{block}, post {number}, {field}",
            "Skriv datumet utan citattecken, till exempel 2017-01-01.",
        )
        for block in ("area", "earlier_names")
        for number, item in enumerate(content.get(block, ()), start=1)
        for field in ("valid_from", "valid_to")
        if field in item and (not isinstance(item[field], date) or isinstance(item[field], datetime))
    ]


def _kommun(row: Mapping[str, str]) -> Kommun:
    return Kommun(
        code=row["code"],
        name=row["name"],
        official_name=row["official_name"],
        region_code=row["region_code"],
        population=int(row["population"]),
        population_date=date.fromisoformat(row["population_date"]),
    )


def _association(content: Mapping[str, Any]) -> Association:
    return in_order(
        Association(
            **{
                **content,
                "regions": tuple(content["regions"]),
                "sources": tuple(content["sources"]),
                "area": tuple(AreaSpan(**item) for item in content["area"]),
                "earlier_names": tuple(EarlierName(**item) for item in content.get("earlier_names", ())),
                "successions": tuple(Succession(**item) for item in content.get("successions", ())),
            }
        )
    )
