"""Emergencies: asked for, answered, used, ended and reviewed. Both doors call this; nothing commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Date, DateTime, Select, Text, Uuid, and_, column, or_, select, table
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import IntegrityError

from fyrklang.access.actor import Actor
from fyrklang.access.emergencies import Emergency, in_force
from fyrklang.access.permissions import Permission, Role
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from fyrklang.kernel.ids import new_id
from fyrklang.modules.emergency import acts
from fyrklang.modules.emergency.models import EmergencyRow
from fyrklang.sdk.audit import record, record_reading
from fyrklang.sdk.care import Person, people_in
from fyrklang.sdk.insatser import Insats, insatser
from fyrklang.tenancy.audit.trail import names_somebody
from fyrklang.tenancy.session import TenantSession
from fyrklang.tenancy.vault import Vault

ANSWER_HOURS = 24
REVIEW_DAYS = 7
SHOWN_DAYS = 90
OWN = "Du kan inte svara på din egen begäran. Be en kollega i insatsen."
NO_CASE = "Det finns inget pågående ärende med den koden i insatsen som din myndighet får läsa. Svara nej."
OVER = "Begäran är redan besvarad, återkallad eller äldre än ett dygn."
_NUMBER = "Skriv inte personnummer här."
_ROLES = (Role.COORDINATOR, Role.CASE_WORKER)
_PLACE = table(
    "membership",
    column("tenant_id", Uuid),
    column("id", Uuid),
    column("person_id", Uuid),
    column("display_name", Text),
    column("roles", ARRAY(Text)),
    column("valid_from", Date),
    column("valid_to", Date),
    column("ended_at", DateTime(timezone=True)),
    schema="registry",
)
_ASKER, _APPROVER = _PLACE.alias("asker"), _PLACE.alias("approver")


def choices(actor: Actor) -> list[Insats]:
    """Insatser that know people one by one and in which the actor does not work."""
    actor.require(Permission.EMERGENCY_ASK)
    return [each for each in insatser(actor.session).values() if each.follows_people]


def ask(actor: Actor, values: Mapping[str, Any]) -> UUID:
    """Ask to read the case with a code in an insats; returns the id of the request.

    Whether there is such a case is not said: somebody who may see it answers.

    Raises:
        Invalid: the insats is not one that knows people, or the reason holds a personal number.
        Forbidden: the actor has no place with cases in the förbund today.
    """
    actor.require(Permission.EMERGENCY_ASK)
    if values["intervention_id"] not in {each.id for each in choices(actor)}:
        raise Invalid(fields={"intervention_id": "Välj en insats i listan."})
    for name in ("reason", "code"):
        if names_somebody(values[name]):
            raise Invalid(fields={name: _NUMBER})
    place = _own_place(actor)
    row = EmergencyRow(
        id=new_id(),
        intervention_id=values["intervention_id"],
        case_index=_index(actor.session, values["intervention_id"], values["code"]),
        reason=values["reason"],
        asker_id=place,
        asked_at=clock.now(),
    )
    actor.session.add(row)
    actor.session.flush()
    record(actor, acts.ASKED, acts.EMERGENCY, row.id, row.reason, intervention=row.intervention_id)
    return row.id


def own(actor: Actor) -> Sequence[Any]:
    """What the actor has asked for, the latest first."""
    actor.require(Permission.EMERGENCY_ASK)
    return _rows(actor, _ASKER.c.person_id == actor.person_id)


def in_teams(actor: Actor) -> Sequence[Any]:
    """What others have asked for in the actor's insatser, the latest first; the log is told."""
    actor.require(Permission.EMERGENCY_ANSWER)
    rows = _rows(actor, EmergencyRow.intervention_id.in_(actor.context.interventions))
    others = [row for row in rows if row.asker_person != actor.person_id]
    record_reading(actor, acts.SEEN, acts.EMERGENCY, [row.id for row in others])
    return others


def asked_case(actor: Actor, row: Any) -> Person | None:
    """The case a request is about, when there is one that the actor may see."""
    for person in people_in(actor.session, [row.intervention_id]):
        if _index(actor.session, row.intervention_id, person.code) == row.case_index:
            return person
    return None


def answer(actor: Actor, emergency_id: UUID, *, approve: bool) -> None:
    """Let a colleague in for an hour, or say no.

    Raises:
        NotFound: nothing is asked for in the actor's insatser under that id.
        Forbidden: it is the actor's own request.
        Conflict: it is answered, called back or older than a day; or there is no such case.
    """
    actor.require(Permission.EMERGENCY_ANSWER)
    row = _locked(actor, emergency_id)
    if row.intervention_id not in actor.context.interventions:
        raise NotFound
    place = _own_place(actor)
    if _person(actor, row.asker_id) == actor.person_id:
        raise Forbidden(OWN)
    if not is_waiting(row):
        raise Conflict(OVER)
    found = asked_case(actor, row) if approve else None
    if approve and found is None:
        raise Conflict(NO_CASE)
    row.answer, row.approver_id = ("APPROVED" if approve else "REFUSED"), place
    row.participant_id = found.participant_id if found else None
    _save(actor)
    record_reading(actor, acts.SEEN, acts.EMERGENCY, [row.id])
    act = acts.APPROVED if approve else acts.REFUSED
    record(actor, act, acts.EMERGENCY, row.id, row.reason, asker=_person(actor, row.asker_id))


def look(actor: Actor, emergency_id: UUID) -> Emergency:
    """The emergency the actor begins to read under.

    Raises:
        NotFound: nobody has let the actor in under that id, or it is over.
    """
    actor.require(Permission.EMERGENCY_ASK)
    found = in_force(actor.session, emergency_id, _own_place(actor))
    if found is None:
        raise NotFound
    record(actor, acts.BEGUN, acts.EMERGENCY, emergency_id, emergency=emergency_id)
    return found


def end(actor: Actor, emergency_id: UUID) -> None:
    """End it, or call the request back. Either of the two may; once more changes nothing.

    Raises:
        NotFound: there is none that the actor has to do with.
    """
    actor.require(Permission.EMERGENCY_ASK)
    row = _locked(actor, emergency_id)
    approver = _person(actor, row.approver_id) if row.approver_id else None
    if actor.person_id not in (_person(actor, row.asker_id), approver):
        raise NotFound
    if row.ended_at is None:
        row.ended_at, row.ended_by = clock.now(), actor.person_id
        _save(actor)
        record(actor, acts.ENDED, acts.EMERGENCY, row.id)


def to_review(actor: Actor) -> Sequence[Any]:
    """Every emergency somebody was let in under, those nobody has reviewed first."""
    actor.require(Permission.LOG_REVIEW)
    rows = _rows(actor, EmergencyRow.answer == "APPROVED")
    return sorted(rows, key=lambda row: row.verdict is not None)


def one_to_review(actor: Actor, emergency_id: UUID) -> Any:
    """One emergency.

    Raises:
        NotFound: it does not exist in this förbund.
    """
    actor.require(Permission.LOG_REVIEW)
    row = actor.session.execute(_listed().where(EmergencyRow.id == emergency_id)).first()
    if row is None:
        raise NotFound
    return row


def review(actor: Actor, emergency_id: UUID, verdict: str, note: str) -> None:
    """Say afterwards what one thinks of it; it stands.

    Raises:
        NotFound: it does not exist in this förbund.
        Conflict: nobody was let in, it lasts still, or it is reviewed.
        Invalid: a question or a report without words, or with a personal number.
    """
    actor.require(Permission.LOG_REVIEW)
    row = _locked(actor, emergency_id)
    if verdict != "REASONABLE" and not note.strip():
        raise Invalid(fields={"note": "Skriv vad du undrar över eller vad som ska anmälas."})
    if names_somebody(note):
        raise Invalid(fields={"note": _NUMBER})
    if row.answer != "APPROVED" or row.verdict is not None or is_open(row):
        raise Conflict("Ingen släpptes in, den pågår fortfarande eller den är redan granskad.")
    row.verdict, row.review_note = verdict, note.strip()
    _save(actor)
    record(actor, acts.REVIEWED, acts.EMERGENCY, row.id, verdict=verdict)


def is_waiting(row: Any) -> bool:
    """Whether somebody can still answer."""
    fresh = row.asked_at > clock.now() - timedelta(hours=ANSWER_HOURS)
    return row.answer is None and row.ended_at is None and fresh


def is_open(row: Any) -> bool:
    """Whether the case is open now."""
    return row.ended_at is None and row.expires_at is not None and row.expires_at > clock.now()


def is_overdue(row: Any) -> bool:
    """Whether the review should have been made."""
    late = row.answered_at is not None and row.answered_at < clock.now() - timedelta(days=REVIEW_DAYS)
    return row.verdict is None and late


def end_what_is_over(session: TenantSession) -> int:
    """Close what time has ended, so that no row keeps its tag; returns how many."""
    over = and_(EmergencyRow.ended_at.is_(None), EmergencyRow.expires_at <= clock.now())
    rows = session.scalars(select(EmergencyRow).where(over).with_for_update()).all()
    for row in rows:
        row.ended_at = clock.now()
    session.flush()
    return len(rows)


def _index(session: TenantSession, intervention_id: UUID, code: str) -> bytes:
    return Vault(session).index("case", f"{intervention_id}:{code.strip().lower()}")


def _rows(actor: Actor, condition: Any) -> Sequence[Any]:
    since = clock.now() - timedelta(days=SHOWN_DAYS)
    return actor.session.execute(_listed().where(condition, EmergencyRow.asked_at > since)).all()


def _listed() -> Select[*tuple[Any, ...]]:
    columns = (
        *(EmergencyRow.id, EmergencyRow.intervention_id, EmergencyRow.case_index, EmergencyRow.reason),
        *(EmergencyRow.asked_at, EmergencyRow.answer, EmergencyRow.answered_at, EmergencyRow.expires_at),
        *(EmergencyRow.ended_at, EmergencyRow.verdict, EmergencyRow.review_note, EmergencyRow.reviewed_at),
    )
    names = (
        _ASKER.c.display_name.label("asker"),
        _ASKER.c.person_id.label("asker_person"),
        _APPROVER.c.display_name.label("approver"),
        _APPROVER.c.person_id.label("approver_person"),
    )
    return (
        select(*columns, *names)
        .join(
            _ASKER, and_(_ASKER.c.tenant_id == EmergencyRow.tenant_id, _ASKER.c.id == EmergencyRow.asker_id)
        )
        .outerjoin(
            _APPROVER,
            and_(_APPROVER.c.tenant_id == EmergencyRow.tenant_id, _APPROVER.c.id == EmergencyRow.approver_id),
        )
        .order_by(EmergencyRow.asked_at.desc(), EmergencyRow.id)
    )


def _locked(actor: Actor, emergency_id: UUID) -> EmergencyRow:
    row = actor.session.scalars(
        select(EmergencyRow).where(EmergencyRow.id == emergency_id).with_for_update()
    ).first()
    if row is None:
        raise NotFound
    return row


def _own_place(actor: Actor) -> UUID:
    today = clock.today()
    query = select(_PLACE.c.id).where(
        _PLACE.c.tenant_id == actor.context.tenant_id,
        _PLACE.c.person_id == actor.person_id,
        _PLACE.c.roles.overlap([role.value for role in _ROLES]),
        _PLACE.c.ended_at.is_(None),
        _PLACE.c.valid_from <= today,
        or_(_PLACE.c.valid_to.is_(None), _PLACE.c.valid_to >= today),
    )
    found: UUID | None = actor.session.scalars(query.order_by(_PLACE.c.id)).first()
    if found is None:
        raise Forbidden
    return found


def _person(actor: Actor, place_id: UUID) -> UUID | None:
    query = select(_PLACE.c.person_id).where(
        _PLACE.c.tenant_id == actor.context.tenant_id, _PLACE.c.id == place_id
    )
    found: UUID | None = actor.session.scalar(query)
    return found


def _save(actor: Actor) -> None:
    """Say in words what the database refuses when something changed meanwhile; what it filled in is read."""
    try:
        with actor.session.begin_nested():
            actor.session.flush()
    except IntegrityError as error:
        raise Conflict from error
    actor.session.expire_all()
