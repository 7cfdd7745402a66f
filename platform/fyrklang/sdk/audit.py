"""The log, for features and plugins: say what was done, and in which words it is read.

    CREATED = action("intervention.created", lazy_gettext("Skapade insatsen"), Group.WRITE)

    record(actor, CREATED, "intervention", row.id, fields=("name", "places"))

The event is written as the last act of the same transaction and is undone with it. What follows the id are
ids, codes and numbers; what somebody wrote is never copied into the log, only `reason` is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from fyrklang.access import audit as guard
from fyrklang.tenancy.audit.trail import Entry, note
from fyrklang.tenancy.session import TenantSession
from fyrklang.web.i18n import LazyText, lazy_gettext

__all__ = [
    "ACTIONS",
    "EXPORTED",
    "THINGS",
    "Action",
    "Group",
    "Thing",
    "action",
    "listen",
    "record",
    "record_reading",
    "thing",
]


class Group(StrEnum):
    """What sort of act it is; what the log can be filtered by."""

    WRITE = "write"
    READ = "read"
    EXPORT = "export"
    SESSION = "session"
    REVIEW = "review"
    REFUSED = "refused"


GROUP_WORDS: dict[Group, LazyText] = {
    Group.WRITE: lazy_gettext("Ändringar"),
    Group.READ: lazy_gettext("Läsningar"),
    Group.EXPORT: lazy_gettext("Uttag"),
    Group.SESSION: lazy_gettext("Inloggningar"),
    Group.REVIEW: lazy_gettext("Granskning"),
    Group.REFUSED: lazy_gettext("Nekade försök"),
}

Names = Callable[[TenantSession, Collection[UUID]], Mapping[UUID, str]]
"""Gives things their names, for a page of the log; one statement for all."""

Teller = Callable[[Mapping[str, Any]], str]
"""Puts an event's detail in words; empty when the words of the act say all."""


def _silent(_detail: Mapping[str, Any]) -> str:
    return ""


@dataclass(frozen=True)
class Action:
    """An act as it is read: what somebody did, as a sentence without its subject."""

    code: str
    words: LazyText
    group: Group
    tell: Teller = _silent


@dataclass(frozen=True)
class Thing:
    """A kind of thing that acts are done to, and how to find its names."""

    code: str
    words: LazyText
    names: Names


ACTIONS: dict[str, Action] = {}
THINGS: dict[str, Thing] = {}


def action(code: str, words: LazyText, group: Group, tell: Teller = _silent) -> Action:
    """Make an act known to the log's readers.

    Raises:
        ValueError: another act has the code.
    """
    made = Action(code, words, group, tell)
    if ACTIONS.setdefault(code, made) is not made:
        raise ValueError(f"two acts with code {code}")
    return made


def thing(code: str, words: LazyText, names: Names) -> Thing:
    """Make a kind of thing known to the log's readers.

    Raises:
        ValueError: another kind has the code.
    """
    made = Thing(code, words, names)
    if THINGS.setdefault(code, made) is not made:
        raise ValueError(f"two kinds of thing with code {code}")
    return made


class HasSession(Protocol):
    """Anybody who acts in a förbund: an actor, or a job."""

    @property
    def session(self) -> TenantSession:
        """The transaction of the request or the job."""


def record(
    source: HasSession,
    act: Action,
    kind: str = "",
    object_id: UUID | None = None,
    reason: str = "",
    **detail: Any,
) -> None:
    """Say that something was done, when and if this transaction commits.

    Raises:
        ValueError: `detail` holds something else than ids, codes and numbers, or `reason` a personal number.
    """
    note(source.session, Entry(act.code, kind, object_id, reason, detail=detail))
    for listener in LISTENERS:
        listener(source, act, kind, object_id)


Listener = Callable[["HasSession", Action, str, UUID | None], None]
"""Hears of an act in the transaction it is done in; what it writes stands or falls with the act."""

LISTENERS: list[Listener] = []


def listen(listener: Listener) -> None:
    """Have a function hear of every act that is recorded."""
    if listener not in LISTENERS:
        LISTENERS.append(listener)


def record_reading(source: HasSession, act: Action, kind: str, ids: Iterable[UUID], **detail: Any) -> None:
    """Say that people were read: one by id, a list as one event with a count and a digest of the ids.

    A route whose permission reads people, and a job of a kind that does, answers nothing without this.
    """
    note(source.session, guard.reading(act.code, kind, ids, **detail))


EXPORTED = action("export.made", lazy_gettext("Hämtade ut uppgifter"), Group.EXPORT)
SESSION_BEGUN = action(guard.SESSION_BEGUN, lazy_gettext("Loggade in i förbundet"), Group.SESSION)
REFUSED = action(guard.REFUSED, lazy_gettext("Nekades"), Group.REFUSED)
