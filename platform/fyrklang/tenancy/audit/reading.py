"""All rows of the log as plain data for judging, read as `backup`, in one snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from fyrklang.kernel.audit.chain import Event, Head
from fyrklang.kernel.audit.copies import Copies
from fyrklang.kernel.audit.export import Subject
from fyrklang.kernel.audit.seals import Seal
from fyrklang.kernel.audit.verify import State
from fyrklang.kernel.db import Database
from fyrklang.tenancy.audit.sealing import seal_of

_COLUMNS = (
    "tenant_id, id, seq, at, actor_id, session, role, party, loa, action, object_type, object_id, reason, "
    "request_id, outcome, detail, previous_hash, hash"
)
_TENANTS = text("SELECT id FROM registry.tenant")
_HEADS = text("SELECT tenant_id, id, seq, hash FROM audit.head")
_EVENTS = text(f"SELECT {_COLUMNS} FROM audit.event ORDER BY tenant_id, seq")  # noqa: S608
_EVENTS_OF = text(f"SELECT {_COLUMNS} FROM audit.event WHERE tenant_id = :tenant ORDER BY seq")  # noqa: S608
_SEALS = text("SELECT * FROM audit.anchor ORDER BY number")
_SUBJECT = text(
    "SELECT t.slug, t.name, h.tenant_id, h.id, h.seq, h.hash FROM registry.tenant t "
    "JOIN audit.head h ON h.tenant_id = t.id WHERE t.slug = :slug"
)
_AT_A_TIME = 2_000


@contextmanager
def snapshot(database: Database) -> Iterator[Connection]:
    """A connection whose every statement sees the same moment."""
    with database.engine("backup").connect() as connection:
        connection.execution_options(isolation_level="REPEATABLE READ", yield_per=_AT_A_TIME)
        yield connection


def whole_state(connection: Connection, copies: Copies) -> State:
    """Everything there is to judge. Rows are read as they are asked for.

    How far the copies outside reach is looked up before the first row is read: a seal that comes while we
    read is then left out of both.

    Raises:
        ValueError: the copy outside is no list of seals. Also raised while it is read.
    """
    outside = copies.read(up_to=copies.last_number())
    tenants = frozenset(connection.execute(_TENANTS).scalars())
    return State(tenants, list(_heads(connection)), _events(connection), seals(connection), outside)


def subject_of(connection: Connection, slug: str) -> Subject | None:
    """Whose log it is and where it ends; None when the förbund is unknown or has no event."""
    row = connection.execute(_SUBJECT, {"slug": slug}).one_or_none()
    if row is None:
        return None
    return Subject(row.slug, row.name, Head(row.tenant_id, row.id, row.seq, bytes(row.hash)))


def events_of(connection: Connection, tenant_id: UUID) -> Iterator[Event]:
    """One förbund's events from the first."""
    for row in connection.execute(_EVENTS_OF, {"tenant": tenant_id}):
        yield event_of(row)


def seals(connection: Connection) -> Iterator[Seal]:
    """The seals the database holds, in order."""
    for row in connection.execute(_SEALS):
        yield seal_of(row)


def event_of(row: Any) -> Event:
    """A row of `audit.event` as an event."""
    *plain, previous, found = row
    values: list[Any] = [*plain, bytes(previous), bytes(found)]
    return Event(*values)


def _heads(connection: Connection) -> Iterator[Head]:
    for row in connection.execute(_HEADS):
        yield Head(row.tenant_id, row.id, row.seq, bytes(row.hash))


def _events(connection: Connection) -> Iterator[Event]:
    for row in connection.execute(_EVENTS):
        yield event_of(row)
