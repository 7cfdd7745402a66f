"""Making, giving and settling tasks. What is settled can be taken back; nothing here commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.access.teams import Colleague, team_of
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Conflict, Invalid, NotFound
from fyrklang.modules.casework import acts
from fyrklang.modules.casework.models import Participant, Task
from fyrklang.modules.casework.stays import need_open, of_stay, opened
from fyrklang.sdk.audit import record, record_reading
from fyrklang.sdk.care import PROTECTED
from fyrklang.sdk.start import Settler, settled_in_place

OWN = "OWN"
"""The kind of a task that somebody wrote; other kinds are made by features and their words are kept."""

SOME = 200


def of_one(actor: Actor, stay_id: UUID) -> Sequence[Task]:
    """Open tasks about a stay, the first due first."""
    actor.require(Permission.CASES_READ)
    query = select(Task).where(Task.stay_id == stay_id, Task.done_at.is_(None))
    return actor.session.scalars(query.order_by(Task.due_on, Task.id)).all()


def open_tasks(actor: Actor, *, mine: bool) -> Sequence[Any]:
    """Open tasks in the actor's insatser, with the code of whom they are about: the first due first, 200 at most."""
    actor.require(Permission.CASES_READ)
    query = (
        select(Task.id, Task.kind, Task.what, Task.due_on, Task.assigned_to, Task.stay_id, Participant.code)
        .join(Participant, Participant.id == Task.participant_id)
        .where(Task.done_at.is_(None), Task.stay_id.is_not(None), Participant.identity_mode != PROTECTED)
    )
    if mine:
        query = query.where(Task.assigned_to == actor.person_id)
    rows = actor.session.execute(query.order_by(Task.due_on, Task.id).limit(SOME)).all()
    record_reading(actor, acts.LIST_READ, acts.STAY, {row.stay_id for row in rows})
    return rows


def one(actor: Actor, task_id: UUID) -> Task:
    """One task, with the log told whose it is.

    Raises:
        NotFound: there is none that the actor may see.
    """
    row = _row(actor, task_id, Permission.CASES_READ)
    record_reading(actor, acts.READ, acts.STAY, [row.stay_id] if row.stay_id else [])
    return row


def team(actor: Actor, intervention_id: UUID) -> Sequence[Colleague]:
    """Those a task in the insats can be given to."""
    actor.require(Permission.CASES_READ)
    return team_of(actor.session, intervention_id)


def make(actor: Actor, stay_id: UUID, values: Mapping[str, Any]) -> Task:
    """Make a task about a stay. `values` as `schemas.TaskIn` gives them.

    Raises:
        NotFound: there is no such stay that the actor may see.
        Conflict: it is over.
        Invalid: it is given to somebody outside the team, or whose party may not read of the participant.
    """
    case = opened(actor, stay_id)
    need_open(case)
    row = Task(**of_stay(actor, case.stay), kind=OWN, sharing="SHARED", created_by=actor.person_id, **values)
    actor.session.add(row)
    actor.session.flush()
    _check(actor, row)
    record(actor, acts.TASK_MADE, acts.STAY, stay_id)
    return row


def change(actor: Actor, task_id: UUID, values: Mapping[str, Any]) -> Task:
    """Change the day, who has it and, if somebody wrote it, what it says.

    Raises:
        NotFound: there is none that the actor may see.
        Conflict: it is done.
        Invalid: it is given to somebody outside the team, or whose party may not read of the participant.
    """
    row = _row(actor, task_id)
    if row.done_at is not None:
        raise Conflict
    for name in ("due_on", "assigned_to", *(("what",) if row.kind == OWN else ())):
        setattr(row, name, values[name])
    actor.session.flush()
    _check(actor, row)
    record(actor, acts.TASK_CHANGED, acts.STAY, row.stay_id)
    return row


def settle(actor: Actor, task_id: UUID) -> None:
    """Mark a task as done; one that is done already stays so.

    Raises:
        NotFound: there is none that the actor may see.
    """
    row = _row(actor, task_id)
    if row.done_at is None:
        row.done_at, row.done_by = clock.now(), actor.person_id
        actor.session.flush()
        record(actor, acts.TASK_DONE, acts.STAY, row.stay_id)


def reopen(actor: Actor, task_id: UUID) -> None:
    """Take back that a task was done.

    Raises:
        NotFound: there is none that the actor may see.
        Conflict: somebody else marked it.
    """
    row = _row(actor, task_id)
    if row.done_at is None:
        return
    if row.done_by != actor.person_id:
        raise Conflict
    row.done_at = row.done_by = None
    actor.session.flush()
    record(actor, acts.TASK_CHANGED, acts.STAY, row.stay_id)


def _row(actor: Actor, task_id: UUID, permission: Permission = Permission.CASES_WRITE) -> Task:
    row = actor.session.scalars(select(Task).where(Task.id == task_id)).first()
    if row is None or row.stay_id is None:
        raise NotFound
    opened(actor, row.stay_id, permission)
    return row


def _check(actor: Actor, row: Task) -> None:
    if row.assigned_to is None:
        return
    taker = next(
        (each for each in team_of(actor.session, row.intervention_id) if each.person_id == row.assigned_to),
        None,
    )
    if taker is None:
        raise Invalid(fields={"assigned_to": "Välj någon i teamet."})
    actor.session.refresh(row, ["visible_to"])
    if taker.party not in (row.owner_party, *row.visible_to):
        text = f"{taker.name} ser inte uppgiften, eftersom deltagaren inte har samtyckt till det. Välj någon annan."
        raise Invalid(fields={"assigned_to": text})


settled_in_place("task", Settler(settle, reopen))
