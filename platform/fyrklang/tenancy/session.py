"""Sessions bound to one förbund: the signed context in the database, a second net in the ORM.

Two nets that fail apart: row-level security refuses in the database, and the ORM adds the literal
`tenant_id` (which also routes a query to one shard) and refuses to flush another tenant's row.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, event, text
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


def set_context(connection: Connection, token: str, *, citus: bool = False) -> None:
    """Lay the token into the running transaction. The only place that does."""
    if citus:
        # Workers get only SET LOCAL; the token's alphabet makes the quoting safe.
        connection.exec_driver_sql("SET LOCAL citus.propagate_set_commands = 'local'")
        connection.exec_driver_sql(f"SET LOCAL fyrklang.ctx = '{token}'")
        return
    connection.execute(_SET_CONTEXT, {"token": token})


_SET_CONTEXT = text("SELECT set_config('fyrklang.ctx', :token, true)")


@event.listens_for(TenantSession, "after_begin")
def _lay_context(session: TenantSession, _transaction: SessionTransaction, connection: Connection) -> None:
    if connection.in_nested_transaction():
        return
    set_context(connection, session.token(), citus=session._citus)


@event.listens_for(TenantSession, "do_orm_execute")
def _add_tenant_predicate(state: ORMExecuteState) -> None:
    session = state.session
    if not isinstance(session, TenantSession) or state.is_column_load or state.is_relationship_load:
        return
    tenant_id = session.context.tenant_id
    state.statement = state.statement.options(
        with_loader_criteria(
            TenantOwned,
            lambda cls: cls.tenant_id == tenant_id,
            include_aliases=True,
        )
    )


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
    "Base",
    "CrossTenantError",
    "TenantOwned",
    "TenantSession",
    "set_context",
    "tenant_session",
]
