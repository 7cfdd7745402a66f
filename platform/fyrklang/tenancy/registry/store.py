"""The register's rows in the database, read and written as `migrator`.

Invented förbund (`tenant.synthetic`) and members the office entered itself (`source` OWN) are never
read here, so they can be neither planned away nor exported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import cast

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, insert, or_, select, text, true, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.sql import func

from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.tenancy.registry import models
from fyrklang.tenancy.registry.rows import KEYS, Row, Rows, key_of

KIND = "tenants"
_APPLIED = cast("Table", models.Applied.__table__)
_LOCK = 4_716_010

TABLES: Mapping[str, Table] = {
    name: cast("Table", model.__table__)
    for name, model in (
        ("region", models.Region),
        ("kommun", models.Kommun),
        ("organisation", models.Organisation),
        ("tenant", models.Tenant),
        ("tenant_name", models.TenantName),
        ("area", models.Area),
        ("succession", models.Succession),
        ("member", models.Member),
    )
}
_NOT_FROM_FILES = {"tenant": {"kind", "synthetic"}, "organisation": {"synthetic"}, "member": {"source"}}
_CONSTANT = {"member": {"source": "REGISTER"}}


@contextmanager
def registry_connection(config: Config, *, write: bool = False) -> Iterator[Connection]:
    """One transaction as `migrator`; writers take turns."""
    database = Database(config)
    try:
        with database.engine("migrator").begin() as connection:
            if write:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            yield connection
    finally:
        database.dispose()


def read_rows(connection: Connection) -> Rows:
    """Every row that stems from the files."""
    return {name: _read(connection, name) for name in KEYS}


def own_members(connection: Connection) -> set[tuple[object, ...]]:
    """Ids, and organisation with first day, of members the office entered or changed itself."""
    member = TABLES["member"]
    found = connection.execute(
        select(member.c.tenant_id, member.c.id, member.c.organisation_id, member.c.valid_from).where(
            member.c.source == "OWN", _real(member.c.tenant_id)
        )
    )
    taken: set[tuple[object, ...]] = set()
    for row in found:
        taken |= {(row.tenant_id, row.id), (row.tenant_id, row.organisation_id, row.valid_from)}
    return taken


def taken_slugs(connection: Connection) -> set[str]:
    """Slugs of tenants that are no real förbund."""
    tenant = TABLES["tenant"]
    return set(connection.scalars(select(tenant.c.slug).where(~_is_real_tenant())))


def insert_rows(connection: Connection, name: str, rows: list[Row]) -> None:
    """Put in new rows of one table."""
    constant = _CONSTANT.get(name, {})
    connection.execute(insert(TABLES[name]), [{**row, **constant} for row in rows])


def update_row(connection: Connection, name: str, row: Row) -> None:
    """Set every column of one row anew."""
    connection.execute(update(TABLES[name]).where(_has_key(name, row)).values(**row))


def delete_row(connection: Connection, name: str, row: Row) -> None:
    """Take one row away."""
    connection.execute(delete(TABLES[name]).where(_has_key(name, row)))


def stored_hash(connection: Connection) -> str | None:
    """The content hash that was last laid in."""
    applied = models.Applied
    return connection.scalar(select(applied.content_hash).where(applied.kind == KIND))


def store_hash(connection: Connection, content_hash: str) -> None:
    """Remember what has been laid in."""
    values = {"content_hash": content_hash, "applied_at": func.now()}
    statement = upsert(_APPLIED).values(kind=KIND, **values)
    connection.execute(statement.on_conflict_do_update(_APPLIED.primary_key, set_=values))


def _read(connection: Connection, name: str) -> dict[tuple[object, ...], Row]:
    table = TABLES[name]
    hidden = _NOT_FROM_FILES.get(name, set())
    columns = [column for column in table.columns if column.name not in hidden]
    found = connection.execute(select(*columns).where(_from_files(name)))
    rows = (dict(row) for row in found.mappings())
    return {key_of(name, row): row for row in rows}


def _from_files(name: str) -> ColumnElement[bool]:
    table = TABLES[name]
    if name == "tenant":
        return _is_real_tenant()
    if name == "organisation":
        invented = select(TABLES["tenant"].c.slug).where(~_is_real_tenant())
        return and_(
            table.c.synthetic.is_(False),
            or_(table.c.kind != "ASSOCIATION", table.c.code.not_in(invented)),
        )
    if name == "member":
        return and_(table.c.source == "REGISTER", _real(table.c.tenant_id))
    if "tenant_id" in table.c:
        return _real(table.c.tenant_id)
    return true()


def _real(column: ColumnElement[object]) -> ColumnElement[bool]:
    return column.in_(select(TABLES["tenant"].c.id).where(_is_real_tenant()))


def _is_real_tenant() -> ColumnElement[bool]:
    tenant = TABLES["tenant"]
    return and_(tenant.c.kind == "ASSOCIATION", tenant.c.synthetic.is_(False))


def _has_key(name: str, row: Row) -> ColumnElement[bool]:
    table = TABLES[name]
    return and_(*(table.c[column] == row[column] for column in KEYS[name]))
