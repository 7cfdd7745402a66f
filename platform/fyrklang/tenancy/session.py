"""Sessions bound to one förbund: the signed context in the database, a second net in the ORM.

Two nets that fail apart: row-level security refuses in the database, and the ORM adds the literal
`tenant_id` (which also routes a query to one shard) and refuses to flush another tenant's row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVarTuple, cast
from uuid import UUID

import psycopg
from psycopg.pq import ExecStatus, TransactionStatus
from sqlalchemy import Connection, Select, bindparam, event
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    ORMExecuteState,
    Session,
    SessionTransaction,
    mapped_column,
    with_loader_criteria,
)

from fyrklang.kernel.db import Database
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.token import TokenSigner

_Columns = TypeVarTuple("_Columns")


class Base(DeclarativeBase):
    """All mapped tables."""


class TenantOwned:
    """A row that belongs to one förbund: `tenant_id` leads the primary key."""

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-2)
    id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-1)


class CrossTenantError(RuntimeError):
    """A session was about to touch another förbund's row, or to change förbund."""


class TenantSession(Session):
    """A session that can see one förbund and no other."""

    def __init__(self, database: Database, context: TenantContext, role: str = "app") -> None:
        super().__init__(database.engine(role), expire_on_commit=False)
        self._context = context
        self._database = database
        self._signer = TokenSigner(database.config)
        self._citus = database.config.citus

    @property
    def context(self) -> TenantContext:
        """The context the session was opened with; it cannot be exchanged."""
        return self._context

    @property
    def database(self) -> Database:
        """The database it is a session of, for work that another role of the platform must do."""
        return self._database

    def token(self) -> str:
        """A fresh token for the transaction that begins."""
        return self._signer.sign(self._context)


@contextmanager
def tenant_session(database: Database, context: TenantContext, role: str = "app") -> Iterator[TenantSession]:
    """One transaction in one förbund: committed when the block ends well, else rolled back."""
    with TenantSession(database, context, role) as session, session.begin():
        yield session


SETTING = "fyrklang.ctx"
"""The session variable that `context.claims()` reads."""

_TOKEN = re.compile(r"[A-Za-z0-9._-]+")


def set_context(connection: Connection, token: str, *, citus: bool = False) -> None:
    """Lay the token into the transaction, which begins with it. The only place that does.

    Every request pays for this, so it goes to the server as one message beside the driver's cursors.

    Raises:
        ValueError: a character that no token has, and that quoting could stumble on.
        psycopg.OperationalError: the server does not answer.
    """
    if not _TOKEN.fullmatch(token):
        raise ValueError("not a context token")
    driver = cast("psycopg.Connection", connection.connection.dbapi_connection)
    words = f"SET LOCAL {SETTING} = '{token}'"
    if citus:
        words = f"SET LOCAL citus.propagate_set_commands = 'local'; {words}"
    if driver.pgconn.transaction_status == TransactionStatus.IDLE:
        words = f"BEGIN; {words}"
    answer = driver.pgconn.exec_(words.encode())
    if answer.status != ExecStatus.COMMAND_OK:
        raise psycopg.OperationalError(answer.error_message.decode(errors="replace"))


@event.listens_for(TenantSession, "after_begin")
def lay_context(session: TenantSession, _transaction: SessionTransaction, connection: Connection) -> None:
    """Open every transaction of a session with its context."""
    if connection.in_nested_transaction():
        return
    set_context(connection, session.token(), citus=session._citus)


_TENANT = "fyrklang_tenant"
_NET_LAID = "fyrklang_net_laid"
_NET = with_loader_criteria(
    # The name is written out: a variable in here would be taken for a value.
    TenantOwned,
    lambda cls: cls.tenant_id == bindparam("fyrklang_tenant"),
    include_aliases=True,
)


def kept(query: Select[*_Columns]) -> Select[*_Columns]:
    """A query that is built once and run often, with the ORM's net laid into it beforehand.

    Building a query and working out its fingerprint costs more than running it, so a list that everybody
    opens is worth keeping as a constant with parameters. What is derived from it keeps the net.
    """
    return query.options(_NET).execution_options(**{_NET_LAID: True})


@event.listens_for(TenantSession, "do_orm_execute")
def _add_tenant_predicate(state: ORMExecuteState) -> None:
    session = state.session
    if not isinstance(session, TenantSession) or not state.is_orm_statement or state.is_column_load:
        return
    tenant_id = session.context.tenant_id
    if state.is_select:
        if not (state.execution_options.get(_NET_LAID) or state.is_relationship_load):
            state.statement = state.statement.options(_NET)
        state.parameters = {**cast("dict[str, Any]", state.parameters or {}), _TENANT: tenant_id}
        return
    # A parameter of a write would be taken for a column to set.
    net = with_loader_criteria(TenantOwned, lambda cls: cls.tenant_id == tenant_id, include_aliases=True)
    state.statement = state.statement.options(net)


@event.listens_for(TenantSession, "before_flush")
def _refuse_foreign_rows(session: TenantSession, _context: Any, _instances: Any) -> None:
    own = session.context.tenant_id
    for row in (*session.new, *session.dirty, *session.deleted):
        if not isinstance(row, TenantOwned):
            continue
        named: UUID | None = row.tenant_id
        if named is None:
            row.tenant_id = own
        elif named != own:
            raise CrossTenantError(f"{type(row).__name__} belongs to another tenant")


__all__ = [
    "SETTING",
    "Base",
    "CrossTenantError",
    "TenantOwned",
    "TenantSession",
    "kept",
    "lay_context",
    "set_context",
    "tenant_session",
]
