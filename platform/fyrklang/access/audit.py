"""What the guard and the services say to the log: who came in, what was refused, what was done or read."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from flask import g, request

from fyrklang.access.lens import Lens
from fyrklang.access.permissions import PERMISSION_TRAITS, Permission
from fyrklang.identity.visitor import Membership, Visitor
from fyrklang.kernel.db import Database
from fyrklang.tenancy.audit import entrances
from fyrklang.tenancy.audit.trail import Entry, Origin, note, require_reading, set_origin
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.session import TenantSession, tenant_session

SESSION_BEGUN = "session.begun"
REFUSED = "access.refused"
SESSION_DIGITS = 16
_DIGEST_DIGITS = 32


def request_id() -> str:
    """The reference of this request, made once; it stands in the answer, in errors and in the log."""
    known: str | None = g.get("request_id")
    if known is None:
        known = g.request_id = uuid.uuid4().hex[:12]
    return known


def origin_of(visitor: Visitor, place: Membership, lens: Lens | None = None) -> Origin:
    """Where the present request comes from."""
    return Origin(
        request_id=request_id(),
        session=visitor.handle[:SESSION_DIGITS],
        roles=tuple(place.roles),
        party=place.organisation_kind,
        loa=f"loa{visitor.loa}" if visitor.loa else "",
        mark={lens.kind: str(lens.id)} if lens else {},
    )


def follow(session: TenantSession, origin: Origin) -> None:
    """Let every event of this session carry its origin."""
    set_origin(session, origin)


def note_entrance(database: Database, context: TenantContext, origin: Origin) -> None:
    """Write that a signed-in session is used in this förbund, the first time it is."""
    if not origin.session or entrances.is_known(origin.session, context.tenant_id):
        return
    with tenant_session(database, context) as session:
        if not entrances.is_written(session, SESSION_BEGUN, origin.session):
            set_origin(session, origin)
            note(session, Entry(SESSION_BEGUN))
    entrances.remember(origin.session, context.tenant_id)


def note_refusal(
    database: Database,
    context: TenantContext,
    origin: Origin,
    permission: Permission,
    named: Mapping[str, Any],
) -> None:
    """Write, in a transaction of its own, that somebody was refused what they tried."""
    thing = next((value for value in named.values() if isinstance(value, UUID)), None)
    detail = {"endpoint": request.endpoint, "method": request.method, "permission": permission.value}
    with tenant_session(database, context) as session:
        set_origin(session, origin)
        note(session, Entry(REFUSED, object_id=thing, outcome="REFUSED", detail=detail))


def demand_reading(session: TenantSession, permission: Permission) -> None:
    """See that a request with a permission that reads people has told the log so.

    Raises:
        UnrecordedReadError: it has not.
    """
    if PERMISSION_TRAITS[permission].reads_person:
        require_reading(session, str(request.endpoint))


def reading(action: str, object_type: str, ids: Iterable[UUID], **more: Any) -> Entry:
    """That these people were read: one by id, several as a count and a digest of their ids."""
    found = sorted(set(ids))
    if len(found) == 1:
        return Entry(action, object_type, found[0], detail=more, reads_people=True)
    detail = {"count": len(found), "ids": digest_of(found), **more}
    return Entry(action, object_type, detail=detail, reads_people=True)


def digest_of(ids: Iterable[UUID]) -> str:
    """A digest of a set of ids: says whether two lists were the same, and of whom only to who has the ids."""
    joined = b"".join(item.bytes for item in sorted(ids))
    return hashlib.sha256(joined).hexdigest()[:_DIGEST_DIGITS]
