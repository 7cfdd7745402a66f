"""The register as table rows: from the files' records and back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from fyrklang.tenancy.registry.members import derive_members
from fyrklang.tenancy.registry.records import (
    NATIONAL_ORGANISATIONS,
    AreaSpan,
    Association,
    EarlierName,
    Kommun,
    Region,
    Registry,
    Succession,
    in_order,
    organisation_id,
    span_id,
    tenant_id,
)

Row = Mapping[str, Any]
Rows = dict[str, dict[tuple[Any, ...], Row]]
"""Table name to primary key to row."""

KEYS: Mapping[str, tuple[str, ...]] = {
    "region": ("code",),
    "kommun": ("code",),
    "organisation": ("id",),
    "tenant": ("id",),
    "tenant_name": ("id",),
    "area": ("id",),
    "succession": ("tenant_id", "successor_id"),
    "member": ("tenant_id", "id"),
}
"""Every table the register fills, in the order rows can be put in, with its primary key."""


def key_of(table: str, row: Row) -> tuple[Any, ...]:
    """A row's primary key."""
    return tuple(row[column] for column in KEYS[table])


def rows_of(registry: Registry) -> Rows:
    """All rows the register asks for, the derived ones too."""
    rows: dict[str, list[Row]] = {
        "region": [asdict(region) for region in registry.regions.values()],
        "kommun": [asdict(kommun) for kommun in registry.kommuner.values()],
        "organisation": _organisations(registry),
        **{table: [] for table in ("tenant", "tenant_name", "area", "succession", "member")},
    }
    names = {row["id"]: row["name"] for row in rows["organisation"]}
    for association in registry.associations.values():
        rows["tenant"].append(_tenant(association))
        rows["tenant_name"] += _names(association)
        rows["area"] += _area(association)
        rows["succession"] += _successions(association)
        rows["member"] += _members(association, names)
    return {table: {key_of(table, row): row for row in rows[table]} for table in KEYS}


def _association_of(
    row: Row, area: Sequence[AreaSpan], names: Sequence[EarlierName], successions: Sequence[Succession]
) -> Association:
    return in_order(
        Association(
            slug=row["slug"],
            name=row["name"],
            short_name=row["short_name"],
            status=row["status"].lower(),
            regions=tuple({span.kommun[:2] for span in area}),
            area=tuple(area),
            confidence=row["confidence"],
            sources=tuple(row["source"].split(";")),
            founded=row["founded"],
            ended=row["ended"],
            orgnr=row["org_nr"],
            website=row["website"],
            note=row["note"] or None,
            earlier_names=tuple(names),
            successions=tuple(successions),
        )
    )


def registry_of(rows: Rows) -> Registry:
    """The records the rows came from; what is derived is left out."""
    slugs = {row["id"]: row["slug"] for row in rows["tenant"].values()}
    area = _by_tenant(
        rows, "area", lambda row: AreaSpan(row["kommun_code"], row["valid_from"], row["valid_to"])
    )
    names = _by_tenant(
        rows,
        "tenant_name",
        lambda row: (
            None if row["is_current"] else EarlierName(row["name"], row["valid_from"], row["valid_to"])
        ),
    )
    successions = _by_tenant(
        rows,
        "succession",
        lambda row: Succession(row["kind"].lower(), slugs[row["successor_id"]], row["year"]),
    )
    associations = {
        row["slug"]: _association_of(row, area[row["id"]], names[row["id"]], successions[row["id"]])
        for row in rows["tenant"].values()
    }
    return Registry(
        {row["code"]: Region(**row) for row in rows["region"].values()},
        {row["code"]: Kommun(**row) for row in rows["kommun"].values()},
        associations,
    )


def _organisations(registry: Registry) -> list[Row]:
    parties = [
        *NATIONAL_ORGANISATIONS,
        *(("REGION", region.code, region.name) for region in registry.regions.values()),
        *(("KOMMUN", kommun.code, kommun.official_name) for kommun in registry.kommuner.values()),
        *(("ASSOCIATION", item.slug, item.name) for item in registry.associations.values()),
    ]
    return [
        {"id": organisation_id(kind, code), "kind": kind, "code": code, "name": name}
        for kind, code, name in parties
    ]


def _tenant(association: Association) -> Row:
    return {
        "id": tenant_id(association.slug),
        "slug": association.slug,
        "name": association.name,
        "short_name": association.short_name,
        "status": association.status.upper(),
        "org_nr": association.orgnr,
        "founded": association.founded,
        "ended": association.ended,
        "website": association.website,
        "source": ";".join(association.sources),
        "confidence": association.confidence,
        "note": association.note or "",
    }


def _names(association: Association) -> list[Row]:
    own = tenant_id(association.slug)
    ends = [item.valid_to for item in association.earlier_names if item.valid_to]
    since = max(ends) + timedelta(days=1) if ends else None
    current = {"id": span_id("name", own), "name": association.name, "is_current": True}
    return [
        {**current, "tenant_id": own, "valid_from": since, "valid_to": None},
        *(
            {"id": span_id("name", own, item.name), "tenant_id": own, "is_current": False, **asdict(item)}
            for item in association.earlier_names
        ),
    ]


def _area(association: Association) -> list[Row]:
    own = tenant_id(association.slug)
    return [
        {
            "id": span_id("area", own, span.kommun, span.valid_from),
            "tenant_id": own,
            "kommun_code": span.kommun,
            "valid_from": span.valid_from,
            "valid_to": span.valid_to,
        }
        for span in association.area
    ]


def _successions(association: Association) -> list[Row]:
    return [
        {
            "tenant_id": tenant_id(association.slug),
            "successor_id": tenant_id(item.to),
            "kind": item.kind.upper(),
            "year": item.year,
        }
        for item in association.successions
    ]


def _members(association: Association, names: Mapping[UUID, str]) -> list[Row]:
    """Numbered within each organisation, so that a corrected date keeps the row others point at."""
    own = tenant_id(association.slug)
    numbers: dict[UUID, count[int]] = defaultdict(count)
    members = sorted(derive_members(association), key=lambda item: item.valid_from or date.min)
    return [
        {
            "tenant_id": own,
            "id": span_id("member", own, item.organisation_id, next(numbers[item.organisation_id])),
            "organisation_id": item.organisation_id,
            "party_kind": item.party_kind,
            "name": names[item.organisation_id],
            "valid_from": item.valid_from,
            "valid_to": item.valid_to,
        }
        for item in members
    ]


def _by_tenant(rows: Rows, table: str, make: Callable[[Row], Any]) -> dict[UUID, list[Any]]:
    grouped: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows[table].values():
        made = make(row)
        if made is not None:
            grouped[row["tenant_id"]].append(made)
    return grouped
