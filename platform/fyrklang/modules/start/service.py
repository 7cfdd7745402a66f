"""Min dag: everything that waits for one person in one ordered list, and what they have put off."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import structlog
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.kernel.errors import ProblemError
from fyrklang.kernel.ids import new_id
from fyrklang.modules.start import acts
from fyrklang.modules.start.models import Snooze
from fyrklang.sdk.audit import record_reading
from fyrklang.sdk.start import Figure, Start, StartProvider, ToDo, collect

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Day:
    """One person's day. `resting` are rows put off, with the day they come back; `whole` that nothing failed."""

    todo: tuple[ToDo, ...]
    resting: tuple[tuple[ToDo, date], ...]
    figures: tuple[Figure, ...]
    whole: bool


def day(actor: Actor, providers: Iterable[StartProvider]) -> Day:
    """What waits, the late first. A part that fails leaves the others standing. Tells the log who was read."""
    actor.require(Permission.CASES_READ)
    parts = [_asked(actor, provider) for provider in providers]
    found = collect(actor, [_given(part) for part in parts if part is not None])
    until = _snoozed(actor)
    record_reading(actor, acts.DAY, acts.STAY, {row.about for row in found.todo if row.about is not None})
    return Day(
        tuple(row for row in found.todo if row.key not in until),
        tuple((row, until[row.key]) for row in found.todo if row.key in until),
        found.figures,
        None not in parts,
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


def _snoozed(actor: Actor) -> dict[str, date]:
    query = select(Snooze.key, Snooze.until).where(
        Snooze.person_id == actor.person_id, Snooze.until > clock.today()
    )
    return {row.key: row.until for row in actor.session.execute(query)}


def _asked(actor: Actor, provider: StartProvider) -> Start | None:
    try:
        with actor.session.begin_nested():
            return provider(actor)
    except (SQLAlchemyError, ProblemError) as fault:
        log.warning("start_part_failed", provider=provider.__module__, fault=type(fault).__name__)
        return None


def _given(part: Start) -> StartProvider:
    return lambda _actor: part
