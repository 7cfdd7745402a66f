"""Giving stays to somebody, many at once, and taking that back exactly. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.access.teams import Colleague, team_of
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Conflict, Invalid, NotFound
from fyrklang.kernel.ids import new_id
from fyrklang.modules.casework import acts
from fyrklang.modules.casework.caseload.models import Assignment
from fyrklang.modules.casework.models import Participant, Stay
from fyrklang.sdk.audit import record
from fyrklang.sdk.care import OPEN, PROTECTED

AT_ONCE = 200
UNDO_DAYS = 7
CHANGED = "Listan har ändrats. Välj igen bland dem som visas."


@dataclass(frozen=True)
class Undone:
    """What taking a batch back did: how many went back, and how many others had changed since."""

    back: int
    left: int


def colleagues(actor: Actor, interventions: Collection[UUID] | None = None) -> list[Colleague]:
    """Those in the teams of the actor's insatser, or of these, each once."""
    actor.require(Permission.CASES_READ)
    wanted = actor.context.interventions if interventions is None else interventions
    return list(
        {each.person_id: each for insats in wanted for each in team_of(actor.session, insats)}.values()
    )


def assign(actor: Actor, stay_ids: Collection[UUID], taker_id: UUID | None) -> UUID:
    """Make somebody, or nobody, responsible for stays; all of them or none. Returns the batch, to take it back.

    Raises:
        Invalid: nothing is chosen, a stay is not there any more, or the taker is not in the team of each insats
            or may not read of each participant.
    """
    actor.require(Permission.CASES_WRITE)
    chosen = _open_stays(actor, stay_ids)
    if taker_id is not None:
        _check_taker(actor, chosen, taker_id)
    batch = new_id()
    for stay, _code in chosen:
        if stay.assigned_to == taker_id:
            continue
        actor.session.add(
            Assignment(
                intervention_id=stay.intervention_id,
                owner_party=actor.party,
                visible_to=[],
                participant_id=stay.participant_id,
                stay_id=stay.id,
                batch=batch,
                before=stay.assigned_to,
                after=taker_id,
                made_by=actor.person_id,
            )
        )
        stay.assigned_to = taker_id
        stay.version += 1
        record(actor, acts.ASSIGNED, acts.STAY, stay.id)
    actor.session.flush()
    return batch


def undo(actor: Actor, batch: UUID) -> Undone:
    """Give every stay of a batch back to whoever had it. One that somebody has given on since stays where it is.

    Raises:
        NotFound: the actor has made no such batch.
        Conflict: it is taken back already, or more than seven days old.
    """
    actor.require(Permission.CASES_WRITE)
    rows = actor.session.scalars(
        select(Assignment).where(Assignment.batch == batch, Assignment.made_by == actor.person_id)
    ).all()
    if not rows:
        raise NotFound
    if any(row.undone_at is not None or (clock.now() - row.made_at).days >= UNDO_DAYS for row in rows):
        raise Conflict("Fördelningen går inte att ångra längre.")
    stays = {
        stay.id: stay
        for stay in actor.session.scalars(
            select(Stay).where(Stay.id.in_([row.stay_id for row in rows])).with_for_update()
        )
    }
    back = 0
    for row in rows:
        row.undone_at = clock.now()
        stay = stays.get(row.stay_id)
        if stay is None or stay.assigned_to != row.after or stay.status not in OPEN:
            continue
        stay.assigned_to = row.before
        stay.version += 1
        back += 1
        record(actor, acts.ASSIGNED, acts.STAY, stay.id)
    actor.session.flush()
    return Undone(back, len(rows) - back)


def _open_stays(actor: Actor, stay_ids: Collection[UUID]) -> Sequence[tuple[Stay, str]]:
    if not stay_ids:
        raise Invalid(fields={"ids": "Välj minst en deltagare."})
    if len(stay_ids) > AT_ONCE:
        raise Invalid(fields={"ids": f"Välj högst {AT_ONCE} åt gången."})
    rows = actor.session.execute(
        select(Stay, Participant.code)
        .join(Participant, Participant.id == Stay.participant_id)
        .where(Stay.id.in_(list(stay_ids)), Stay.status.in_(OPEN), Participant.identity_mode != PROTECTED)
        .order_by(Stay.id)
        .with_for_update(of=Stay)
    ).all()
    if len(rows) != len(set(stay_ids)):
        raise Invalid(fields={"ids": CHANGED})
    return [(row[0], row[1]) for row in rows]


def _check_taker(actor: Actor, chosen: Sequence[tuple[Stay, str]], taker_id: UUID) -> None:
    parties = {
        insats: {each.party for each in team_of(actor.session, insats) if each.person_id == taker_id}
        for insats in {stay.intervention_id for stay, _code in chosen}
    }
    if not all(parties.values()):
        raise Invalid(fields={"taker": "Välj någon som är med i teamet för alla insatser du har valt."})
    blind = [
        code
        for stay, code in chosen
        if not parties[stay.intervention_id] & {stay.owner_party, *stay.visible_to}
    ]
    if blind:
        text = f"Kollegans part har inte samtycke att läsa om {', '.join(blind[:5])}. Avmarkera eller välj en annan."
        raise Invalid(fields={"taker": text})
