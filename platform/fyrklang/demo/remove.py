"""Take the invented nation away. What belongs to it is read from the catalog, not from a list of tables.

A row belongs to it when it is of a synthetic tenant, is marked synthetic itself, points at such a row
through a foreign key, or names an invented person. A new table thus needs no line here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from graphlib import TopologicalSorter

from sqlalchemy import Connection, text

from fyrklang.demo.store import KIND

TENANT = "registry.tenant"
PERSON = "registry.person"
_NAMED = {"tenant_id": TENANT, "person_id": PERSON}

_COLUMNS = text("""
SELECT format('%I.%I', n.nspname, c.relname) AS name, n.nspname AS schema,
       array_agg(a.attname::text) AS columns
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
   AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname NOT IN ('information_schema', 'context')
 GROUP BY 1, 2
""")
_KEYS = text("""
SELECT format('%I.%I', n.nspname, c.relname) AS child, format('%I.%I', pn.nspname, p.relname) AS parent,
       (SELECT array_agg(a.attname::text ORDER BY k.place) FROM unnest(f.conkey) WITH ORDINALITY k (number, place)
          JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.number) AS columns,
       (SELECT array_agg(a.attname::text ORDER BY k.place) FROM unnest(f.confkey) WITH ORDINALITY k (number, place)
          JOIN pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = k.number) AS remote
  FROM pg_constraint f
  JOIN pg_class c ON c.oid = f.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_class p ON p.oid = f.confrelid JOIN pg_namespace pn ON pn.oid = p.relnamespace
 WHERE f.contype = 'f' AND f.conparentid = 0
""")


@dataclass(frozen=True)
class ForeignKey:
    """`columns` of one table point at `remote` columns of `parent`."""

    parent: str
    columns: tuple[str, ...]
    remote: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table as the catalog tells it; `name` is schema and table, quoted where needed."""

    name: str
    schema: str
    columns: frozenset[str]
    keys: list[ForeignKey] = field(default_factory=list)


def remove(connection: Connection, *, keep_register: bool = False) -> int:
    """Delete every row of the invented nation, as `migrator`; returns how many.

    `keep_register` leaves schema `registry`: its förbund, organisations and people stand ready for a nation
    that is drawn anew.
    """
    connection.execute(text("DELETE FROM registry.applied WHERE kind = :kind"), {"kind": KIND})
    tables = _tables(connection)
    count = 0
    for name in _children_first(tables):
        condition = _belongs(tables, name, ())
        if condition and not (keep_register and tables[name].schema == "registry"):
            deleted = connection.execute(text(f"DELETE FROM {name} WHERE {condition}"))  # noqa: S608
            count += deleted.rowcount
    return count


def _tables(connection: Connection) -> dict[str, Table]:
    tables = {
        row.name: Table(row.name, row.schema, frozenset(row.columns)) for row in connection.execute(_COLUMNS)
    }
    for row in connection.execute(_KEYS):
        if row.child in tables and row.parent in tables:
            tables[row.child].keys.append(ForeignKey(row.parent, tuple(row.columns), tuple(row.remote)))
    return tables


def _children_first(tables: Mapping[str, Table]) -> Iterable[str]:
    """Tables in an order in which nothing deleted is still pointed at, by a key or by a condition."""
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for table in tables.values():
        sorter.add(table.name)
        named = [parent for column, parent in _NAMED.items() if column in table.columns]
        for parent in {*named, *(key.parent for key in table.keys)} - {table.name}:
            sorter.add(parent, table.name)
    return sorter.static_order()


def _belongs(tables: Mapping[str, Table], name: str, passed: tuple[str, ...]) -> str:
    """SQL that tells which rows of a table are of the nation; empty when none can be."""
    table = tables[name]
    conditions = []
    if "synthetic" in table.columns:
        conditions.append("synthetic")
    if "tenant_id" in table.columns:
        conditions.append(f"tenant_id IN (SELECT id FROM {TENANT} WHERE synthetic)")  # noqa: S608
    pointing = {column for key in table.keys for column in key.columns}
    if "person_id" in table.columns and "person_id" not in pointing:
        conditions.append(f"person_id IN (SELECT id FROM {PERSON} WHERE synthetic)")  # noqa: S608
    for key in table.keys:
        # Within a förbund the key says no more than tenant_id does.
        if key.parent in (name, *passed) or "tenant_id" in key.columns:
            continue
        further = _belongs(tables, key.parent, (*passed, name))
        if further:
            columns, remote = ", ".join(key.columns), ", ".join(key.remote)
            conditions.append(f"({columns}) IN (SELECT {remote} FROM {key.parent} WHERE {further})")  # noqa: S608
    return " OR ".join(conditions)
