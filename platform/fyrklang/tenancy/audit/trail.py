"""Events of one transaction: noted while it runs, written as its last act, gone if it is undone.

Written last because the head of a förbund's chain is one row that every writer must hold: taken last and
kept for a moment it cannot be half of a deadlock, and writers hardly wait.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import bindparam, event, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import SessionTransaction

from fyrklang.kernel.ids import new_id
from fyrklang.tenancy.session import TenantSession

Outcome = Literal["DONE", "REFUSED", "FAILED"]

_ACTION = re.compile(r"[a-z_]+(\.[a-z_]+)+")
_CODE = re.compile(r"[A-Za-z0-9_.:/-]{0,80}")
_PERSON_NUMBER = re.compile(r"(19|20)?\d{6}[-+]?\d{4}")
_PERSON_NUMBER_WITHIN = re.compile(r"(?<!\d)(19|20)?\d{6}[-+]?\d{4}(?!\d)")
_LONGEST_REASON = 500

_PENDING = "audit.pending"
_ORIGIN = "audit.origin"
_MARKS = "audit.marks"

_APPEND = text(
    "SELECT audit.append(:event, :act, :thing_type, :thing, :why, :result, :facts, :request, "
    ":session_ref, :roles, :home, :assurance)"
).bindparams(bindparam("facts", type_=JSONB))


class UnrecordedReadError(RuntimeError):
    """People were read and the log was not told; what was read must not leave the house."""


@dataclass(frozen=True)
class Origin:
    """Where an act came from, beside what the signed context says.

    Attributes:
        request_id: ties the event to the answer's `X-Request-ID`, or to a job.
        session: the first digits of the session's hash; opens nothing.
        roles: the roles held in the förbund at the time.
        party: the kind of the home organisation.
        loa: how surely the person was known.
        mark: under what special access it was done, kind to id; stands in the detail of every event.
    """

    request_id: str = ""
    session: str = ""
    roles: tuple[str, ...] = ()
    party: str = ""
    loa: str = ""
    mark: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """One event as a service tells it. `detail` holds ids, codes and numbers; free text goes in `reason`."""

    action: str
    object_type: str = ""
    object_id: UUID | None = None
    reason: str = ""
    outcome: Outcome = "DONE"
    detail: Mapping[str, Any] = field(default_factory=dict)
    reads_people: bool = False


def set_origin(session: TenantSession, origin: Origin) -> None:
    """Say where everything done in this session comes from."""
    session.info[_ORIGIN] = origin


def note(session: TenantSession, entry: Entry) -> None:
    """Have an event written when the transaction commits.

    Raises:
        ValueError: the action is no code, or `detail` or `reason` holds what may not stand in a log.
    """
    if not _ACTION.fullmatch(entry.action):
        raise ValueError(f"{entry.action!r} is no action code")
    if len(entry.reason) > _LONGEST_REASON or names_somebody(entry.reason):
        raise ValueError("the reason is too long or holds a personal number")
    plain = {name: _code(name, value) for name, value in entry.detail.items()}
    session.info.setdefault(_PENDING, []).append((entry, plain))


def noted(session: TenantSession) -> tuple[Entry, ...]:
    """What this transaction will write."""
    return tuple(entry for entry, _detail in session.info.get(_PENDING, ()))


def require_reading(session: TenantSession, where: str) -> None:
    """See that this transaction tells the log of people it read.

    Raises:
        UnrecordedReadError: it does not; `where` says which route or job.
    """
    if not any(entry.reads_people for entry in noted(session)):
        raise UnrecordedReadError(f"{where} read people without an event")


def names_somebody(words: str) -> bool:
    """Whether a text holds what looks like a personal number."""
    return _PERSON_NUMBER_WITHIN.search(words) is not None


def _code(name: str, value: Any) -> Any:
    """The value as it may stand in the log: no free text, nothing that looks like a person."""
    if isinstance(value, UUID):
        return str(value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, list | tuple):
        return [_code(name, item) for item in value]
    if isinstance(value, str) and _CODE.fullmatch(value) and not _PERSON_NUMBER.fullmatch(value):
        return value
    raise ValueError(f"log detail {name} must be an id, a number or a code")


@event.listens_for(TenantSession, "before_commit")
def _write(session: TenantSession) -> None:
    if session.in_nested_transaction() or not session.info.get(_PENDING):
        return
    session.flush()
    origin: Origin = session.info.get(_ORIGIN, Origin())
    for entry, detail in session.info.pop(_PENDING):
        session.execute(
            _APPEND,
            {
                "event": new_id(),
                "act": entry.action,
                "thing_type": entry.object_type,
                "thing": entry.object_id,
                "why": entry.reason,
                "result": entry.outcome,
                "facts": {**detail, **origin.mark},
                "request": origin.request_id,
                "session_ref": origin.session,
                "roles": " ".join(sorted(origin.roles)),
                "home": origin.party,
                "assurance": origin.loa,
            },
        )


@event.listens_for(TenantSession, "after_transaction_create")
def _mark(session: TenantSession, transaction: SessionTransaction) -> None:
    """Remember how much was noted when a savepoint began."""
    if transaction.nested:
        marks = session.info.setdefault(_MARKS, {})
        marks[transaction] = len(session.info.get(_PENDING, ()))


@event.listens_for(TenantSession, "after_soft_rollback")
def _forget(session: TenantSession, transaction: SessionTransaction) -> None:
    """What is undone did not happen: its events go with it."""
    kept = session.info.get(_MARKS, {}).pop(transaction, 0) if transaction.nested else 0
    del session.info.get(_PENDING, [])[kept:]


@event.listens_for(TenantSession, "after_transaction_end")
def _unmark(session: TenantSession, transaction: SessionTransaction) -> None:
    session.info.get(_MARKS, {}).pop(transaction, None)
