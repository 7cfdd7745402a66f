"""Anteckningar: drafts that save themselves and are their writer's alone, then the party's or everyone's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from fyrklang.access.actor import Actor
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Conflict, Invalid, NotFound
from fyrklang.modules.casework import acts
from fyrklang.modules.casework.models import Note, Stay
from fyrklang.modules.casework.stays import need_open, of_stay, opened
from fyrklang.sdk.audit import record


def notes(actor: Actor, stay: Stay, sharing: str = "") -> Sequence[Note]:
    """What is written about a stay and the actor may see, latest first; drafts are left out."""
    query = select(Note).where(Note.stay_id == stay.id, Note.draft.is_(False))
    if sharing:
        query = query.where(Note.sharing == sharing)
    return actor.session.scalars(query.order_by(Note.happened_on.desc(), Note.id.desc()).limit(100)).all()


def draft_of(actor: Actor, stay: Stay) -> Note | None:
    """The actor's own draft about a stay, if one is waiting."""
    query = select(Note).where(Note.stay_id == stay.id, Note.draft, Note.written_by == actor.person_id)
    return actor.session.scalars(query).first()


def save_draft(actor: Actor, stay_id: UUID, values: Mapping[str, Any]) -> Note:
    """Keep what is being written; it survives a lost session and a closed browser.

    Raises:
        NotFound, Conflict: as `stays.opened` and `need_open`.
    """
    case = opened(actor, stay_id)
    need_open(case)
    row = draft_of(actor, case.stay)
    if row is None:
        row = _new(actor, case.stay)
        actor.session.add(row)
    _fill(row, values)
    actor.session.flush()
    return row


def publish(actor: Actor, stay_id: UUID, values: Mapping[str, Any]) -> Note:
    """Save a note; the draft becomes it.

    Raises:
        NotFound, Conflict: as `save_draft`.
        Invalid: it is dated ahead of today.
    """
    if values["happened_on"] > clock.today():
        raise Invalid(fields={"happened_on": "En anteckning kan inte vara daterad efter i dag."})
    row = save_draft(actor, stay_id, values)
    row.draft = False
    actor.session.flush()
    record(actor, acts.NOTED, acts.STAY, stay_id)
    return row


def change(actor: Actor, stay_id: UUID, note_id: UUID, values: Mapping[str, Any], version: int) -> None:
    """Change a note of one's own.

    Raises:
        NotFound: the actor has written no such note.
        Conflict: it was changed since `version`.
    """
    opened(actor, stay_id)
    row = own(actor, stay_id, note_id)
    if row.version != version:
        raise Conflict
    _fill(row, values)
    row.version += 1
    actor.session.flush()
    record(actor, acts.NOTED, acts.STAY, stay_id)


def own(actor: Actor, stay_id: UUID, note_id: UUID) -> Note:
    """A note that the actor has written.

    Raises:
        NotFound: there is none.
    """
    query = select(Note).where(
        Note.id == note_id, Note.stay_id == stay_id, Note.written_by == actor.person_id
    )
    row = actor.session.scalars(query).first()
    if row is None:
        raise NotFound
    return row


def _new(actor: Actor, stay: Stay) -> Note:
    return Note(
        **of_stay(actor, stay),
        draft=True,
        written_by=actor.person_id,
        writer_name=actor.name,
        kind="CONTACT",
        happened_on=clock.today(),
        version=1,
    )


def _fill(row: Note, values: Mapping[str, Any]) -> None:
    for name in ("kind", "happened_on", "body", "sharing"):
        if name in values:
            setattr(row, name, values[name])
    row.changed_at = clock.now()
