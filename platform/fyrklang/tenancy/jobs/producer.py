"""Asking for a job: a row in the caller's own transaction, so that it stands or falls with the change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert

from fyrklang.kernel.ids import new_id
from fyrklang.kernel.jobs.settings import Queue
from fyrklang.tenancy.jobs.handlers import REGISTRY
from fyrklang.tenancy.jobs.table import JOB, OFFERED, WAITING
from fyrklang.tenancy.session import TenantSession

_CODE = re.compile(r"[A-Za-z0-9_.:/-]{0,80}")
_PERSON_NUMBER = re.compile(r"(19|20)?\d{6}[-+]?\d{4}")
_FRESH = JOB.c.key.is_not(None) & JOB.c.cursor.is_(None) & JOB.c.state.in_((WAITING, OFFERED))


def enqueue(
    session: TenantSession,
    kind: str,
    args: Mapping[str, Any] | None = None,
    key: str | None = None,
    queue: Queue | None = None,
) -> UUID:
    """Ask for a job when this transaction commits; returns its id.

    With a `key`, a job of the same kind and key that has not begun is joined instead: it will see this
    transaction's changes, since it cannot begin before they are committed. One that has begun is left
    alone, and a new one runs after it. Ask in a fixed order when asking for several keys, so that two
    transactions cannot wait for each other.

    Raises:
        ValueError: unknown kind, or arguments that are not plain ids, numbers and codes.
    """
    known = REGISTRY.get(kind)
    if known is None:
        raise ValueError(f"unknown job kind {kind}")
    row = {
        "tenant_id": session.context.tenant_id,
        "id": new_id(),
        "kind": kind,
        "key": _code("key", key),
        "args": {name: _code(name, value) for name, value in (args or {}).items()},
        "queue": queue or known.queue,
        "max_attempts": known.attempts,
    }
    statement = insert(JOB).values(row)
    if key is not None:
        statement = statement.on_conflict_do_update(
            index_elements=[JOB.c.tenant_id, JOB.c.kind, JOB.c.key],
            index_where=_FRESH,
            # Also takes the row's lock, which is what keeps a worker from beginning too early.
            set_={"run_at": func.least(JOB.c.run_at, statement.excluded.run_at)},
        )
    job_id: UUID = session.execute(statement.returning(JOB.c.id)).scalar_one()
    return job_id


def postpone(session: TenantSession, job_id: UUID, pause: timedelta) -> None:
    """Let a job that was asked for in this transaction begin no sooner than `pause` from now."""
    own = (JOB.c.tenant_id == session.context.tenant_id, JOB.c.id == job_id)
    session.execute(update(JOB).where(*own).values(run_at=func.clock_timestamp() + pause))


def _code(name: str, value: Any) -> Any:
    """The value as it may stand in a job: no free text, nothing that looks like a person."""
    if isinstance(value, UUID):
        return str(value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, list | tuple):
        return [_code(name, item) for item in value]
    if isinstance(value, str) and _CODE.fullmatch(value) and not _PERSON_NUMBER.fullmatch(value):
        return value
    raise ValueError(f"job argument {name} must be an id, a number or a code")
