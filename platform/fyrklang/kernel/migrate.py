"""Bring a database to the present schema: roles as administrator, tables as `migrator`."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from threading import Lock
from typing import LiteralString

import psycopg
from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.script import ScriptDirectory
from psycopg import sql

from fyrklang.kernel.config import ROLES, Config
from fyrklang.kernel.paths import project_root
from fyrklang.kernel.schema import KEY_ID, MIN_SERVER_VERSION

NOLOGIN_ROLES = ("owner", "publisher", "doorkeeper")
_BYPASS = {"migrator", "publisher", "doorkeeper", "backup"}
_LOCK = 4_716_001
_ALEMBIC = Lock()
"""Alembic keeps the migration it runs in a global of the process."""
_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8)


def upgrade(config: Config, progress: Callable[[str], None] | None = None) -> None:
    """Make roles, run the migrations and lay down the context key. Safe to repeat.

    Raises:
        RuntimeError: the server is older than the oldest release without known row-security faults.
    """
    say = progress or (lambda _text: None)
    say("roller")
    _in_turn(lambda: _bootstrap_roles(config))
    say("tabeller")
    with _ALEMBIC:
        command.upgrade(alembic_config(config), "head")
    say("kontextnyckel")
    _write_context_key(config)


def is_current(config: Config) -> bool:
    """Whether the database already stands at the newest migration."""
    head = ScriptDirectory.from_config(alembic_config(config)).get_current_head()
    try:
        with psycopg.connect(_plain(config.url_for("migrator")), connect_timeout=5) as conn:
            row = conn.execute("SELECT version_num FROM context.alembic_version").fetchone()
    except psycopg.Error:
        return False
    return row is not None and row[0] == head


def alembic_config(config: Config) -> AlembicConfig:
    """Alembic's settings without an ini file: the script folder and the migrator's address."""
    settings = AlembicConfig()
    settings.set_main_option("script_location", str(project_root() / "migrations"))
    settings.set_main_option("prepend_sys_path", str(project_root()))
    settings.set_main_option("path_separator", "os")
    settings.attributes["url"] = config.url_for("migrator")
    return settings


def _in_turn(deed: Callable[[], None]) -> None:
    """Do it again when another database of the same server was changing the same roles.

    Roles are shared by the whole server while advisory locks hold in one database only.
    """
    for pause in _PAUSES:
        try:
            return deed()
        except psycopg.errors.InternalError_:
            time.sleep(pause)
    return deed()


def _bootstrap_roles(config: Config) -> None:
    with psycopg.connect(_plain(config.database_url)) as conn:
        if conn.info.server_version < MIN_SERVER_VERSION:
            raise RuntimeError("PostgreSQL 15.14 eller nyare krävs.")
        conn.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        for role in (*NOLOGIN_ROLES, *ROLES):
            _ensure_role(conn, config, role)
        for granted in NOLOGIN_ROLES:
            _run(conn, "GRANT {} TO {}", _name(granted), _name("migrator"))
        # The invented nation is laid in without a look-up for each row; see docs/decisions/0029.
        _run(conn, "GRANT SET ON PARAMETER session_replication_role TO {}", _name("migrator"))
        database = sql.Identifier(conn.info.dbname)
        _run(conn, "REVOKE ALL ON DATABASE {} FROM PUBLIC", database)
        _run(conn, "REVOKE ALL ON SCHEMA public FROM PUBLIC")
        _run(conn, "GRANT CREATE, CONNECT ON DATABASE {} TO {}", database, _name("migrator"))
        for role in ROLES:
            _run(conn, "GRANT CONNECT ON DATABASE {} TO {}", database, _name(role))


def _ensure_role(conn: psycopg.Connection, config: Config, role: str) -> None:
    name = _name(role)
    found = conn.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (f"fyrklang_{role}",)).fetchone()
    if not found:
        _run(conn, "CREATE ROLE {} NOLOGIN", name)
    bypass = sql.SQL("BYPASSRLS" if role in _BYPASS else "NOBYPASSRLS")
    _run(conn, "ALTER ROLE {} NOSUPERUSER NOCREATEDB NOCREATEROLE {}", name, bypass)
    password = config.role_password(role) if role in ROLES else ""
    if password:
        _run(conn, "ALTER ROLE {} LOGIN PASSWORD {}", name, sql.Literal(password))


def _write_context_key(config: Config) -> None:
    """Store the key as HMAC's two padded blocks (RFC 2104), since the server has sha256 but no hmac."""
    block = config.derive("context-token").ljust(hashlib.sha256().block_size, b"\0")
    inner = bytes(byte ^ 0x36 for byte in block)
    outer = bytes(byte ^ 0x5C for byte in block)
    with psycopg.connect(_plain(config.url_for("migrator"))) as conn:
        conn.execute(
            "INSERT INTO context.key (id, inner_pad, outer_pad) VALUES (%s, %s, %s) "
            "ON CONFLICT (id) DO UPDATE SET inner_pad = excluded.inner_pad, outer_pad = excluded.outer_pad "
            "WHERE context.key.inner_pad <> excluded.inner_pad",
            (KEY_ID, inner, outer),
        )


def _name(role: str) -> sql.Identifier:
    return sql.Identifier(f"fyrklang_{role}")


def _run(conn: psycopg.Connection, statement: LiteralString, *parts: sql.Composable) -> None:
    conn.execute(sql.SQL(statement).format(*parts))


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://", 1)
