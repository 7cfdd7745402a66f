"""How features other than casework reach a participant: who takes part in an insats, and a task about them.

    people_in(actor.session, interventions=actor.context.interventions)
    ensure_task(actor, person, "ABSENCE", series.name, due_on=clock.today())

What comes back is what the signed context lets through. Somebody with protected identity is never in it:
no list, search, export or page outside their own case may hold them, so no feature has to remember to ask.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    Date,
    DateTime,
    Integer,
    Text,
    Uuid,
    column,
    func,
    insert,
    or_,
    select,
    table,
    update,
)
from sqlalchemy.sql.selectable import Select

from fyrklang.kernel import clock
from fyrklang.kernel.ids import new_id
from fyrklang.sdk.insatser import insatser
from fyrklang.tenancy.session import TenantSession

PROTECTED = "PROTECTED"
OPEN = ("ACTIVE", "PAUSED")

_STAY = table(
    "stay",
    column("tenant_id", Uuid),
    column("id", Uuid),
    column("participant_id", Uuid),
    column("intervention_id", Uuid),
    column("owner_party", Text),
    column("status", Text),
    column("sex", Text),
    column("assigned_to", Uuid),
    column("started_on", Date),
    column("ended_on", Date),
    column("end_reason", Text),
    schema="care",
)
_PARTICIPANT = table(
    "participant",
    column("tenant_id", Uuid),
    column("id", Uuid),
    column("code", Text),
    column("identity_mode", Text),
    column("language", Text),
    column("interpreter", Boolean),
    schema="care",
)
_SITUATION = table(
    "situation",
    column("tenant_id", Uuid),
    column("id", Uuid),
    column("intervention_id", Uuid),
    column("owner_party", Text),
    column("participant_id", Uuid),
    column("stay_id", Uuid),
    column("moment", Text),
    column("taken_on", Date),
    column("occupations", ARRAY(Text)),
    column("work_extent", Integer),
    column("study_extent", Integer),
    column("subsidy", Text),
    column("income_sources", ARRAY(Text)),
    column("created_by", Uuid),
    schema="care",
)
_CONSENT = table(
    "consent",
    column("tenant_id", Uuid),
    column("participant_id", Uuid),
    column("purpose", Text),
    column("given_on", Date),
    column("valid_to", Date),
    column("withdrawn_on", Date),
    schema="care",
)
_TASK = table(
    "task",
    column("tenant_id", Uuid),
    column("id", Uuid),
    column("intervention_id", Uuid),
    column("owner_party", Text),
    column("sharing", Text),
    column("participant_id", Uuid),
    column("stay_id", Uuid),
    column("kind", Text),
    column("what", Text),
    column("due_on", Date),
    column("assigned_to", Uuid),
    column("done_at", DateTime(timezone=True)),
    column("done_by", Uuid),
    column("created_by", Uuid),
    schema="care",
)


@dataclass(frozen=True)
class Person:
    """One stay of one participant, as lists show it. `code` is what the parties call the person."""

    stay_id: UUID
    participant_id: UUID
    intervention_id: UUID
    owner_party: str
    code: str
    status: str
    sex: str
    assigned_to: UUID | None
    started_on: date
    ended_on: date | None
    end_reason: str | None = None
    language: str = "sv"
    interpreter: bool = False

    @property
    def is_open(self) -> bool:
        """Whether the stay goes on."""
        return self.status in OPEN


@dataclass(frozen=True)
class Situation:
    """What somebody did and lived on at one moment, in codes; extents in per cent of full time."""

    occupations: tuple[str, ...]
    work_extent: int
    study_extent: int
    subsidy: str | None
    income_sources: tuple[str, ...]


class Acting(Protocol):
    """Anybody who acts in a förbund."""

    @property
    def session(self) -> TenantSession:
        """The transaction of the request."""

    @property
    def person_id(self) -> UUID | None:
        """Who acts."""


def own_interventions(session: TenantSession) -> dict[UUID, str]:
    """The insatser one works in, id to name, in Swedish order."""
    return {each.id: each.name for each in insatser(session, session.context.interventions).values()}


def people_in(session: TenantSession, interventions: Collection[UUID]) -> list[Person]:
    """Everybody with a stay that goes on in these insatser, in the order of their codes."""
    return _found(
        session,
        _people().where(_STAY.c.intervention_id.in_(interventions), _STAY.c.status.in_(OPEN)),
    )


def people(session: TenantSession, stays: Collection[UUID]) -> list[Person]:
    """These stays, also ended ones, in the order of their codes."""
    return _found(session, _people().where(_STAY.c.id.in_(stays)))


def ended_between(
    session: TenantSession, interventions: Collection[UUID], first: date, last: date
) -> list[Person]:
    """Everybody whose stay in these insatser ended from one day to another."""
    ended = _STAY.c.ended_on.between(first, last)
    return _found(session, _people().where(_STAY.c.intervention_id.in_(interventions), ended))


def may_be_contacted(session: TenantSession, participants: Collection[UUID]) -> set[UUID]:
    """Those of the participants who today consent to being contacted a year after."""
    today = clock.today()
    query = select(_CONSENT.c.participant_id).where(
        _CONSENT.c.tenant_id == session.context.tenant_id,
        _CONSENT.c.participant_id.in_(participants),
        _CONSENT.c.purpose == "CONTACT_1Y",
        _CONSENT.c.given_on <= today,
        or_(_CONSENT.c.valid_to.is_(None), _CONSENT.c.valid_to >= today),
        or_(_CONSENT.c.withdrawn_on.is_(None), _CONSENT.c.withdrawn_on > today),
    )
    return set(session.scalars(query))


def situations(session: TenantSession, stays: Collection[UUID], moment: str) -> dict[UUID, Situation]:
    """How it was for each stay at START, END or a YEAR after; those of whom nothing is known are left out."""
    query = select(
        _SITUATION.c.stay_id,
        _SITUATION.c.occupations,
        _SITUATION.c.work_extent,
        _SITUATION.c.study_extent,
        _SITUATION.c.subsidy,
        _SITUATION.c.income_sources,
    ).where(
        _SITUATION.c.tenant_id == session.context.tenant_id,
        _SITUATION.c.stay_id.in_(stays),
        _SITUATION.c.moment == moment,
    )
    return {
        row.stay_id: Situation(
            tuple(row.occupations), row.work_extent, row.study_extent, row.subsidy, tuple(row.income_sources)
        )
        for row in session.execute(query)
    }


def add_situation(actor: Acting, person: Person, moment: str, taken_on: date, found: Situation) -> None:
    """Write how it was at a moment of which nothing was known."""
    actor.session.execute(
        insert(_SITUATION).values(
            tenant_id=actor.session.context.tenant_id,
            id=new_id(),
            intervention_id=person.intervention_id,
            owner_party=person.owner_party,
            participant_id=person.participant_id,
            stay_id=person.stay_id,
            moment=moment,
            taken_on=taken_on,
            created_by=actor.person_id,
            occupations=list(found.occupations),
            work_extent=found.work_extent,
            study_extent=found.study_extent,
            subsidy=found.subsidy,
            income_sources=list(found.income_sources),
        )
    )


def ensure_task(actor: Acting, person: Person, kind: str, what: str, due_on: date) -> bool:
    """Have one open task with these words about a stay, for whoever it is assigned to; says whether it is new."""
    session = actor.session
    if session.execute(_open_task(session, person, kind, what)).first() is not None:
        return False
    session.execute(
        insert(_TASK).values(
            tenant_id=session.context.tenant_id,
            id=new_id(),
            intervention_id=person.intervention_id,
            owner_party=person.owner_party,
            sharing="SHARED",
            participant_id=person.participant_id,
            stay_id=person.stay_id,
            kind=kind,
            what=what,
            due_on=due_on,
            assigned_to=person.assigned_to,
            created_by=actor.person_id,
        )
    )
    return True


def settle_task(actor: Acting, person: Person, kind: str, what: str) -> None:
    """Close the open task with these words about a stay, when what it was about is no longer so."""
    found = [row.id for row in actor.session.execute(_open_task(actor.session, person, kind, what))]
    if found:
        actor.session.execute(
            update(_TASK)
            .where(_TASK.c.tenant_id == actor.session.context.tenant_id, _TASK.c.id.in_(found))
            .values(done_at=clock.now(), done_by=actor.person_id)
        )


def _open_task(session: TenantSession, person: Person, kind: str, what: str) -> Select[UUID]:
    return select(_TASK.c.id).where(
        _TASK.c.tenant_id == session.context.tenant_id,
        _TASK.c.stay_id == person.stay_id,
        _TASK.c.kind == kind,
        _TASK.c.what == what,
        _TASK.c.done_at.is_(None),
    )


def _people() -> Select[*tuple[Any, ...]]:
    return (
        select(
            _STAY.c.id,
            _STAY.c.participant_id,
            _STAY.c.intervention_id,
            _STAY.c.owner_party,
            _PARTICIPANT.c.code,
            _STAY.c.status,
            _STAY.c.sex,
            _STAY.c.assigned_to,
            _STAY.c.started_on,
            _STAY.c.ended_on,
            _STAY.c.end_reason,
            _PARTICIPANT.c.language,
            _PARTICIPANT.c.interpreter,
        )
        .join_from(
            _STAY,
            _PARTICIPANT,
            (_PARTICIPANT.c.tenant_id == _STAY.c.tenant_id) & (_PARTICIPANT.c.id == _STAY.c.participant_id),
        )
        .where(_PARTICIPANT.c.identity_mode != PROTECTED, _STAY.c.status != "MISREG")
        .order_by(func.registry.sv_sort(_PARTICIPANT.c.code), _STAY.c.id)
    )


def _found(session: TenantSession, query: Select[*tuple[Any, ...]]) -> list[Person]:
    own = query.where(_STAY.c.tenant_id == session.context.tenant_id)
    return [Person(*row) for row in session.execute(own)]
