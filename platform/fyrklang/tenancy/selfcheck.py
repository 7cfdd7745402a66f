"""Does the wall stand? Asked at start-up, which refuses to serve otherwise, and by `fyrklang doctor`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from fyrklang.kernel.db import Database
from fyrklang.kernel.schema import MIN_SERVER_VERSION
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.session import set_context
from fyrklang.tenancy.token import TokenSigner

PLATFORM_TENANT = UUID("00000000-0000-7000-8000-000000000001")
CANARY_TENANT = UUID("00000000-0000-7000-8000-0000000000ca")
PUBLIC_REGISTER = frozenset({"registry.area", "registry.tenant_name", "registry.succession"})
"""Tables that name a tenant yet hold only the public register: nothing to hide, the same for all."""


@dataclass(frozen=True)
class Check:
    """One question and its answer; `detail` is Swedish and says what was seen."""

    name: str
    ok: bool
    detail: str


class WallDownError(RuntimeError):
    """The process must not serve."""


def require_wall(database: Database) -> None:
    """Refuse to go on unless every check of the wall holds.

    Raises:
        WallDownError: names the checks that failed.
    """
    failed = [check for check in wall_checks(database) if not check.ok]
    if failed:
        raise WallDownError("; ".join(f"{check.name}: {check.detail}" for check in failed))


def wall_checks(database: Database) -> Iterator[Check]:
    """Every check of the tenant wall, asked as the app role itself."""
    with database.engine("app").connect() as connection:
        for name, question in _QUESTIONS:
            yield _ask(connection, database, name, question)
    with database.engine("council").connect() as connection:
        yield _ask(connection, database, "Nationella rollen ser bara det nationella", _council_is_narrow)


_Question = Callable[[Connection, Database], str | None]


def _ask(connection: Connection, database: Database, name: str, question: _Question) -> Check:
    try:
        fault = question(connection, database)
    except DBAPIError as error:
        fault = str(error.orig)
    finally:
        connection.rollback()
    return Check(name, fault is None, fault or "stämmer")


def _server_is_new_enough(connection: Connection, _database: Database) -> str | None:
    version = int(connection.execute(text("SHOW server_version_num")).scalar_one())
    return None if version >= MIN_SERVER_VERSION else f"servern är {version}"


def _role_is_plain(connection: Connection, _database: Database) -> str | None:
    risky = connection.execute(
        text(
            "SELECT rolname FROM pg_roles WHERE pg_has_role(current_user, oid, 'MEMBER') "
            "AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolname <> current_user)"
        )
    ).scalars()
    names = ", ".join(risky)
    return f"app-rollen kan bli {names}" if names else None


def _role_owns_nothing(connection: Connection, _database: Database) -> str | None:
    owned = connection.execute(
        text("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole")
    ).scalar_one()
    return f"app-rollen äger {owned} objekt" if owned else None


def _walls_are_forced(connection: Connection, _database: Database) -> str | None:
    rows = connection.execute(
        text(
            "SELECT n.nspname || '.' || c.relname FROM pg_class c "
            "JOIN pg_namespace n ON n.oid = c.relnamespace "
            "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped "
            "WHERE c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity)"
        )
    ).scalars()
    bare = sorted(set(rows) - PUBLIC_REGISTER)
    return f"utan radskydd: {', '.join(bare)}" if bare else None


def _policies_agree(connection: Connection, _database: Database) -> str | None:
    rows = connection.execute(
        text(
            "SELECT schemaname || '.' || tablename FROM pg_policies GROUP BY 1 "
            "HAVING count(*) <> 2 OR count(DISTINCT permissive) <> 2 "
            "OR count(DISTINCT qual) <> 1 OR count(DISTINCT with_check) <> 1 "
            "OR min(qual) <> min(with_check) OR bool_or(qual !~ 'context.tenant') "
            "OR bool_or(cmd <> 'ALL') OR bool_or(roles <> '{public}')"
        )
    ).scalars()
    odd = ", ".join(sorted(rows))
    return f"avvikande regel: {odd}" if odd else None


def _nothing_without_context(connection: Connection, _database: Database) -> str | None:
    seen = connection.execute(text("SELECT count(*) FROM office.canary")).scalar_one()
    return f"kanariefågeln syns ({seen})" if seen else None


def _nothing_in_another_context(connection: Connection, database: Database) -> str | None:
    token = TokenSigner(database.config).sign(TenantContext(PLATFORM_TENANT, "plattformen"))
    set_context(connection, token)
    tenant, seen = connection.execute(
        text("SELECT context.tenant(), (SELECT count(*) FROM office.canary)")
    ).one()
    if tenant != PLATFORM_TENANT:
        return "kontextens nyckel stämmer inte med databasens"
    return f"kanariefågeln syns från ett annat förbund ({seen})" if seen else None


def _forged_context_is_refused(connection: Connection, database: Database) -> str | None:
    token = TokenSigner(database.config).sign(TenantContext(PLATFORM_TENANT, "plattformen"))
    forged = token.replace(PLATFORM_TENANT.hex, CANARY_TENANT.hex)
    set_context(connection, forged)
    try:
        seen = connection.execute(text("SELECT count(*) FROM office.canary")).scalar_one()
    except DBAPIError:
        return None
    return f"en förfalskad kontext godtogs ({seen} rader)"


def _council_is_narrow(connection: Connection, _database: Database) -> str | None:
    rows = connection.execute(
        text(
            "SELECT n.nspname || '.' || c.relname FROM pg_class c "
            "JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE c.relkind IN ('r', 'p', 'v', 'm') "
            "AND n.nspname NOT IN ('national', 'pg_catalog', 'information_schema') "
            "AND has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE')"
        )
    ).scalars()
    reached = ", ".join(sorted(rows))
    return f"når {reached}" if reached else None


_QUESTIONS: tuple[tuple[str, _Question], ...] = (
    ("Databasens version", _server_is_new_enough),
    ("App-rollen har inga särskilda rättigheter", _role_is_plain),
    ("App-rollen äger ingenting", _role_owns_nothing),
    ("Radskydd är påtvingat på varje tabell", _walls_are_forced),
    ("Varje tabell har en och samma regel", _policies_agree),
    ("Utan kontext syns ingenting", _nothing_without_context),
    ("I ett annat förbunds kontext syns ingenting", _nothing_in_another_context),
    ("En förfalskad kontext stoppas", _forged_context_is_refused),
)
