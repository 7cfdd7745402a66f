"""Min dag: everything that waits for one person in one ordered list, and what they have put off."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import structlog
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.kernel.errors import NotFound, ProblemError
from fyrklang.kernel.ids import new_id
from fyrklang.modules.start import acts
from fyrklang.modules.start.models import Snooze
from fyrklang.sdk.audit import record_reading
from fyrklang.sdk.parts import Part
from fyrklang.sdk.start import SETTLERS, Figure, Settler, Start, ToDo, Whose, together

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Day:
    """One person's day. `resting` are rows put off, with the day they come back.

    `whole` says that nothing failed, `cut` that there is more than is shown.
    """

    todo: tuple[ToDo, ...]
    resting: tuple[tuple[ToDo, date], ...]
    figures: tuple[Figure, ...]
    whole: bool
    cut: bool


def day(actor: Actor, parts: Iterable[Part], wanted: Whose) -> Day:
    """What waits, the late first. A part that fails leaves the others standing. Tells the log who was read."""
    actor.require(Permission.CASES_READ)
    asked = [_asked(actor, part, wanted) for part in parts]
    found = together(each for each in asked if each is not None)
    until = _snoozed(actor)
    record_reading(actor, acts.DAY, acts.STAY, {row.about for row in found.todo if row.about is not None})
    return Day(
        tuple(row for row in found.todo if row.key not in until),
        tuple((row, until[row.key]) for row in found.todo if row.key in until),
        found.figures,
        None not in asked,
        found.cut,
    )


def snooze(actor: Actor, key: str, days: int) -> date:
    """Put a row off for oneself; returns the day it comes back."""
    actor.require(Permission.CASES_READ)
    until = clock.today() + timedelta(days=days)
    actor.session.execute(
        insert(Snooze)
        .values(
            tenant_id=actor.context.tenant_id, id=new_id(), person_id=actor.person_id, key=key, until=until
        )
        .on_conflict_do_update(index_elements=["tenant_id", "person_id", "key"], set_={"until": until})
    )
    return until


def wake(actor: Actor, key: str) -> None:
    """Take back that a row was put off."""
    actor.require(Permission.CASES_READ)
    actor.session.execute(delete(Snooze).where(Snooze.person_id == actor.person_id, Snooze.key == key))


def whose(actor: Actor, *, whole_team: bool) -> Whose:
    """Whose rows to ask for: the whole team's, or nobody's, one's own and those of whom one covers for today."""
    if whole_team or actor.person_id is None:
        return Whose()
    return Whose(frozenset({actor.person_id, *(cover.giver_id for cover in actor.covers)}))


def settle(actor: Actor, key: str) -> None:
    """Mark a row as done.

    Raises:
        NotFound: rows of its kind cannot be, or there is none that the actor may see.
    """
    actor.require(Permission.CASES_WRITE)
    settler, row_id = _settler(key)
    settler.do(actor, row_id)


def take_back(actor: Actor, key: str) -> None:
    """Take back that a row was marked as done.

    Raises:
        NotFound: rows of its kind cannot be, or there is none that the actor may see.
    """
    actor.require(Permission.CASES_WRITE)
    settler, row_id = _settler(key)
    settler.undo(actor, row_id)


def _settler(key: str) -> tuple[Settler, UUID]:
    kind, _colon, row_id = key.partition(":")
    settler = SETTLERS.get(kind)
    if settler is None:
        raise NotFound
    try:
        return settler, UUID(row_id)
    except ValueError as error:
        raise NotFound from error


def _snoozed(actor: Actor) -> dict[str, date]:
    query = select(Snooze.key, Snooze.until).where(
        Snooze.person_id == actor.person_id, Snooze.until > clock.today()
    )
    return {row.key: row.until for row in actor.session.execute(query)}


def _asked(actor: Actor, part: Part, wanted: Whose) -> Start | None:
    try:
        with actor.session.begin_nested():
            case = [provider(actor, wanted) for provider in part.case_start]
            return together([*case, *(provider(actor) for provider in part.start)])
    except (SQLAlchemyError, ProblemError) as fault:
        log.warning("start_part_failed", part=part.name, fault=type(fault).__name__)
        return None
