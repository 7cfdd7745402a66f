"""What `pg_dump` does as the backup role works for every table there is, whichever comes later."""

from __future__ import annotations

import psycopg
from psycopg import sql

from fyrklang.kernel.config import Config

TABLES = (
    "SELECT n.nspname, c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind IN ('r', 'p', 'S', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' "
    "ORDER BY 1, 2"
)


def test_every_table_and_sequence_can_be_dumped(config: Config) -> None:
    with psycopg.connect(config.url_for("backup").replace("+psycopg", "")) as conn:
        # Off, a statement that row-level security would shorten fails instead; pg_dump sets it.
        conn.execute("SET row_security = off")
        found = conn.execute(TABLES).fetchall()
        for schema, table, kind in found:
            name = sql.Identifier(schema, table)
            if kind == "S":
                conn.execute(sql.SQL("SELECT last_value, is_called FROM {}").format(name))
                continue
            conn.execute(sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(name))
            with conn.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(name)) as rows:
                for _row in rows:
                    pass
    names = {f"{schema}.{table}" for schema, table, _kind in found}
    assert {"context.key", "context.alembic_version", "care.participant", "audit.event"} <= names
