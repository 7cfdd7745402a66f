"""Terms that a person must have accepted before anything else is open: the platform's, and each förbund's.

Each text has versions; only the latest counts. What has been accepted is remembered here for a minute, so a
new version is asked about within a minute everywhere, and at once in the process that published it.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from uuid import UUID

from sqlalchemy import text

from fyrklang.identity.visitor import Membership
from fyrklang.kernel.db import Database
from fyrklang.kernel.errors import TermsWaiting
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.session import tenant_session

PLATFORM = TenantContext(UUID("00000000-0000-7000-8000-000000000001"), "plattformen")
"""Where the platform's own text stands (migration 0001)."""

FREE = frozenset({"terms.waiting", "terms.accept", "signin.choose", "signin.act", "signin.logout"})
"""What is open before the terms are accepted: to read them, to accept, to choose another place, and to leave."""

_MINUTE = 60.0
_MOST = 20_000
_DUE = text(
    """
    SELECT t.id, t.version, t.body FROM registry.terms t
     WHERE t.tenant_id = :tenant
       AND t.version = (SELECT max(n.version) FROM registry.terms n WHERE n.tenant_id = :tenant)
       AND NOT EXISTS (SELECT FROM registry.terms_acceptance a
                        WHERE a.tenant_id = :tenant AND a.terms_id = t.id AND a.person_id = :person)
    """
)
_settled: OrderedDict[tuple[UUID, UUID], float] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True)
class Terms:
    """A text somebody has left to accept. `place` is the förbund whose it is, None for the platform's."""

    id: UUID
    version: int
    body: str
    context: TenantContext
    place: Membership | None = None


def require_accepted(database: Database, person_id: UUID, place: Membership | None) -> None:
    """Let nobody by who has terms to accept, the platform's or those of the place.

    Raises:
        TermsWaiting: there are such.
    """
    if waiting(database, person_id, place):
        raise TermsWaiting


def waiting(database: Database, person_id: UUID, place: Membership | None) -> tuple[Terms, ...]:
    """What a person has left to accept, the platform's first."""
    contexts: list[tuple[TenantContext, Membership | None]] = [(PLATFORM, None)]
    if place is not None:
        contexts.append((TenantContext(place.tenant_id, place.slug, actor_id=person_id), place))
    found: list[Terms] = []
    for context, whose in contexts:
        if not _is_settled(person_id, context.tenant_id):
            found.extend(_ask(database, person_id, context, whose))
    return tuple(found)


def forget(tenant_id: UUID) -> None:
    """Ask everybody anew, since a text has been published."""
    with _lock:
        for key in [key for key in _settled if key[1] == tenant_id]:
            del _settled[key]


def _ask(
    database: Database, person_id: UUID, context: TenantContext, whose: Membership | None
) -> list[Terms]:
    with tenant_session(database, context) as session:
        rows = session.execute(_DUE, {"tenant": context.tenant_id, "person": person_id}).all()
    if not rows:
        _settle(person_id, context.tenant_id)
    return [Terms(row.id, row.version, row.body, context, whose) for row in rows]


def _is_settled(person_id: UUID, tenant_id: UUID) -> bool:
    return _settled.get((person_id, tenant_id), 0.0) > time.monotonic()


def _settle(person_id: UUID, tenant_id: UUID) -> None:
    with _lock:
        _settled[person_id, tenant_id] = time.monotonic() + _MINUTE
        while len(_settled) > _MOST:
            _settled.popitem(last=False)
