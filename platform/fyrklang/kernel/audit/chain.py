"""One tenant's chain: what an event is, and the hash that binds it to the one before.

The database computes the same hash when it appends (`audit.append`); here it is computed anew from the
fields, so that nothing the database says about itself has to be believed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

FORM = "fyrklang-audit-1"
GENESIS = bytes(32)
"""What the first event of a chain stands on."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Event:
    """One event as it is stored. `at` is aware; `detail` holds codes, ids and numbers only."""

    tenant_id: UUID
    id: UUID
    seq: int
    at: datetime
    actor_id: UUID | None
    session: str | None
    role: str | None
    party: str | None
    loa: str | None
    action: str
    object_type: str | None
    object_id: UUID | None
    reason: str | None
    request_id: str | None
    outcome: str
    detail: Mapping[str, Any]
    previous_hash: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """Where a tenant's chain ends. `chain_id` is drawn once, when the chain begins."""

    tenant_id: UUID
    chain_id: UUID
    seq: int
    hash: bytes


def digest(event: Event) -> bytes:
    """The SHA-256 that `event.hash` must equal."""
    return hashlib.sha256(
        encode(
            FORM,
            str(event.tenant_id),
            str(event.id),
            str(event.seq),
            str(microseconds(event.at)),
            _text(event.actor_id),
            event.session,
            event.role,
            event.party,
            event.loa,
            event.action,
            event.object_type,
            _text(event.object_id),
            event.reason,
            event.request_id,
            event.outcome,
            canonical_json(event.detail),
            event.previous_hash.hex(),
        )
    ).digest()


def encode(*parts: str | None) -> bytes:
    """Each part with its length before it, so that no two lists of parts give the same bytes."""
    pieces = []
    for part in parts:
        if part is None:
            pieces.append(b"-")
        else:
            raw = part.encode()
            pieces.append(b"%d:%b" % (len(raw), raw))
    return b"".join(pieces)


def canonical_json(value: Any) -> str:
    """A document as PostgreSQL prints `jsonb`: keys by length and then bytes, a space after `:` and `,`."""
    return json.dumps(_in_order(value), ensure_ascii=False, separators=(", ", ": "))


def microseconds(at: datetime) -> int:
    """The moment as whole microseconds since 1970 in UTC, exact."""
    return (at - _EPOCH) // _MICROSECOND


def moment(count: int) -> datetime:
    """The inverse of `microseconds`."""
    return _EPOCH + count * _MICROSECOND


def _in_order(value: Any) -> Any:
    if isinstance(value, Mapping):
        keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
        return {key: _in_order(value[key]) for key in keys}
    if isinstance(value, list | tuple):
        return [_in_order(item) for item in value]
    return value


def _text(identifier: UUID | None) -> str | None:
    return None if identifier is None else str(identifier)
