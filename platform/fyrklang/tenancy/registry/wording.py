"""Differences between the files and the database, told in Swedish."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from fyrklang.tenancy.registry.order import swedish_key
from fyrklang.tenancy.registry.rows import Row, Rows

ADD, CHANGE, REMOVE = "add", "change", "remove"
_VERBS = {ADD: "läggs till", CHANGE: "ändras", REMOVE: "tas bort"}
_KIND_ORDER = ("region", "kommun", "organisation", "förbund")
_HEAD_TABLE = {"region": "region", "kommun": "kommun", "organisation": "organisation", "förbund": "tenant"}

_LABELS = {
    "code": "kod",
    "name": "namn",
    "county": "län",
    "official_name": "officiellt namn",
    "region_code": "region",
    "population": "folkmängd",
    "population_date": "folkmängd den",
    "short_name": "kort namn",
    "org_nr": "organisationsnummer",
    "founded": "bildat",
    "ended": "slutår",
    "website": "webbplats",
    "source": "källor",
    "confidence": "säkerhet",
    "note": "anteckning",
    "valid_from": "från",
    "valid_to": "till och med",
    "year": "år",
    "kind": "slag",
    "party_kind": "slag",
}
_CODES = ("status", "kind")
"""Columns whose codes the files write in small letters."""


@dataclass(frozen=True)
class RowChange:
    """One row to put in, set anew or take away; `before` and `after` are None where there is none."""

    table: str
    before: Row | None
    after: Row | None

    @property
    def action(self) -> str:
        """ADD, CHANGE or REMOVE."""
        if self.before is None:
            return ADD
        return REMOVE if self.after is None else CHANGE

    @property
    def row(self) -> Row:
        """The row as it will be, or as it was when it is taken away."""
        return self.after or self.before or {}


@dataclass(frozen=True)
class Change:
    """All that will happen to one förbund, kommun, region or organisation.

    Attributes:
        action: `add`, `change` or `remove`.
        kind: förbund, kommun, region or organisation.
        code: slug or code.
        name: what it is called.
        details: Swedish phrases, one per difference.
    """

    action: str
    kind: str
    code: str
    name: str
    details: tuple[str, ...] = ()

    def __str__(self) -> str:
        head = f"{self.kind.capitalize()} {self.name} ({self.code}) {_VERBS[self.action]}"
        return f"{head}: {'; '.join(self.details)}" if self.details else head


def tell(changes: Iterable[RowChange], actual: Rows, desired: Rows) -> list[Change]:
    """Row changes gathered by what they concern, in Swedish order."""
    names = _Names(actual, desired)
    grouped: dict[tuple[str, str], list[RowChange]] = defaultdict(list)
    for change in changes:
        grouped[names.subject(change)].append(change)
    told = [_one(kind, code, group, names) for (kind, code), group in grouped.items()]
    return sorted(told, key=lambda item: (_KIND_ORDER.index(item.kind), swedish_key(item.name), item.code))


def _one(kind: str, code: str, group: list[RowChange], names: _Names) -> Change:
    action = next((item.action for item in group if item.table == _HEAD_TABLE[kind]), CHANGE)
    details = [] if action == REMOVE else [text for item in group for text in _phrases(item, action, names)]
    return Change(action, kind, code, names.of(kind, code), tuple(dict.fromkeys(details)))


def _phrases(change: RowChange, action: str, names: _Names) -> Iterator[str]:
    """What one row's change means; the derived rows of something new go without saying."""
    if action == ADD and change.table not in ("area", "succession"):
        return
    what = names.thing(change)
    if change.action != CHANGE:
        yield f"{what} {_VERBS[change.action]}{_dated(change.row)}" if what else _VERBS[change.action]
        return
    before, after = change.before or {}, change.after or {}
    prefix = f"{what}: " if what else ""
    for column in after:
        if before[column] != after[column]:
            label = _label(change, column)
            yield f"{prefix}{label} {_shown(before[column], column)} → {_shown(after[column], column)}"


def _label(change: RowChange, column: str) -> str:
    if change.table == "organisation" and change.row["kind"] == "KOMMUN" and column == "name":
        return _LABELS["official_name"]
    if change.table == "tenant_name" and change.row["is_current"] and column == "valid_from":
        return "namnet gäller från"
    return _LABELS.get(column, column)


def _dated(row: Row) -> str:
    first, last = row.get("valid_from"), row.get("valid_to")
    return (f" från {first}" if first else "") + (f" till och med {last}" if last else "")


def _shown(value: object, column: str) -> str:
    if value is None or value == "":
        return "(tomt)"
    if column in _CODES:
        return str(value).lower()
    return value.isoformat() if isinstance(value, date) else str(value)


class _Names:
    """What rows point at, by name, before and after."""

    def __init__(self, actual: Rows, desired: Rows) -> None:
        both = (actual, desired)
        self._tenants = {row["id"]: row for rows in both for row in rows["tenant"].values()}
        self._names: Mapping[tuple[str, str], str] = {
            **self._column(both, "region", "code"),
            **self._column(both, "kommun", "code"),
            **self._column(both, "organisation", "code"),
            **{("förbund", row["slug"]): row["short_name"] for row in self._tenants.values()},
        }

    @staticmethod
    def _column(both: Iterable[Rows], table: str, column: str) -> dict[tuple[str, str], str]:
        return {(table, row[column]): row["name"] for rows in both for row in rows[table].values()}

    def of(self, kind: str, code: str) -> str:
        return self._names.get((kind, code), code)

    def slug(self, tenant: UUID) -> str:
        row = self._tenants.get(tenant)
        return row["slug"] if row else str(tenant)

    def subject(self, change: RowChange) -> tuple[str, str]:
        """Kind and code of what a row belongs to."""
        row: Mapping[str, Any] = change.row
        if change.table in ("region", "kommun"):
            return change.table, row["code"]
        if change.table == "organisation":
            kind = {"REGION": "region", "KOMMUN": "kommun", "ASSOCIATION": "förbund"}
            return kind.get(row["kind"], "organisation"), row["code"]
        return "förbund", row["slug"] if change.table == "tenant" else self.slug(row["tenant_id"])

    def thing(self, change: RowChange) -> str:
        """The part of the subject a row stands for; empty when it is the subject itself."""
        row, text = change.row, ""
        if change.table == "area":
            text = f"kommunen {self.of('kommun', row['kommun_code'])}"
        elif change.table == "member":
            text = f"medlemmen {row['name']}"
        elif change.table == "succession":
            text = f"övertagandet genom {self.of('förbund', self.slug(row['successor_id']))}"
        elif change.table == "tenant_name" and not row["is_current"]:
            text = f"det tidigare namnet {row['name']}"
        elif change.table == "tenant_name" and change.action != CHANGE:
            text = "namnet i namnhistoriken"
        elif change.table == "organisation" and change.action != CHANGE:
            text = "organisationen"
        return text
