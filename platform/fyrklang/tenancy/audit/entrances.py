"""Which sessions have been seen in which förbund, so that each is told to the log once."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from uuid import UUID

from sqlalchemy import text

from fyrklang.tenancy.session import TenantSession

_MOST = 20_000
_BEGUN = text("SELECT 1 FROM audit.event WHERE session = :session AND action = :action LIMIT 1")

_known: OrderedDict[tuple[str, UUID], None] = OrderedDict()
_lock = Lock()


def is_known(session: str, tenant_id: UUID) -> bool:
    """Whether this process has seen the session in the förbund."""
    return (session, tenant_id) in _known


def is_written(connection: TenantSession, action: str, session: str) -> bool:
    """Whether another process has, and told so."""
    return connection.execute(_BEGUN, {"session": session, "action": action}).first() is not None


def remember(session: str, tenant_id: UUID) -> None:
    """Note that the log has been told."""
    with _lock:
        _known[session, tenant_id] = None
        while len(_known) > _MOST:
            _known.popitem(last=False)
