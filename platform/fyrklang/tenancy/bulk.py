"""Many rows in one statement, through the same wall as one row.

COPY into a table with row-level security is refused, and an INSERT for each row costs the driver's round
each time. Here the rows travel as one JSON document that the server unfolds by the table's own types.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

import orjson
from sqlalchemy import Connection, Table, TextClause, text
from sqlalchemy.sql.compiler import IdentifierPreparer

from fyrklang.tenancy.session import TenantOwned, TenantSession

_AT_A_TIME = 5_000


def insert_many(session: TenantSession, model: type[TenantOwned], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of the session's own förbund; `tenant_id` is filled in here.

    Every row has the same keys, which are names of columns; columns that no row names get the table's
    defaults. A value is what JSON holds, or a UUID, date or datetime.
    """
    _insert(session.connection(), session.context.tenant_id, model, rows)


def lay_past_the_wall(
    connection: Connection, tenant_id: UUID, model: type[TenantOwned], rows: Sequence[Mapping[str, Any]]
) -> None:
    """The same as a role that the wall does not stop, for rows that nobody has: the invented nation's.

    The wall reads the signed context anew for each row, which costs more than the row.
    """
    _insert(connection, tenant_id, model, rows)


def trust_references(connection: Connection) -> None:
    """Look nothing up for the rest of the transaction: no foreign key is followed and no trigger runs.

    Only for a nation's rows, whose references the same hand has just written, in a förbund without consents
    and covers, where nobody but the owner reads them. Checks and unique keys hold.
    """
    connection.execute(text("SET LOCAL session_replication_role = replica"))


def _insert(
    connection: Connection, tenant_id: UUID, model: type[TenantOwned], rows: Sequence[Mapping[str, Any]]
) -> None:
    if not rows:
        return
    table = cast("Table", cast("Any", model).__table__)
    statement = _statement(table, list(rows[0]), connection.dialect.identifier_preparer)
    for place in range(0, len(rows), _AT_A_TIME):
        document = orjson.dumps(list(rows[place : place + _AT_A_TIME])).decode()
        connection.execute(statement, {"tenant": tenant_id, "document": document})


def _statement(table: Table, names: Sequence[str], preparer: IdentifierPreparer) -> TextClause:
    target = preparer.format_table(table)
    columns = ", ".join(preparer.quote(name) for name in names)
    return text(
        f"INSERT INTO {target} (tenant_id, {columns}) SELECT :tenant, {columns} "  # noqa: S608
        f"FROM json_populate_recordset(NULL::{target}, CAST(:document AS json))"
    )
