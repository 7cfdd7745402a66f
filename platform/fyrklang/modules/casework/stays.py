"""Deltaganden: the list, one stay with everything the actor may see of it, mapping and activities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from fyrklang.access.actor import Actor
from fyrklang.access.lens import SPECIAL_TAGS
from fyrklang.access.permissions import Permission
from fyrklang.access.relations import CaseFacts
from fyrklang.access.relations import Consent as ConsentFact
from fyrklang.access.teams import Colleague, team_of
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Conflict, Invalid, NotFound
from fyrklang.modules.casework import acts, codes, consents
from fyrklang.modules.casework.models import (
    Activity,
    Assessment,
    Consent,
    ExistingPlan,
    Participant,
    Situation,
    Stay,
)
from fyrklang.sdk.audit import record, record_reading
from fyrklang.sdk.care import PROTECTED
from fyrklang.sdk.facts import ask_for_recompute
from fyrklang.sdk.insatser import Insats, insatser

LENS_TAGS = tuple(tag for tag in SPECIAL_TAGS if tag != "R-")


@dataclass(frozen=True)
class Case:
    """One stay with what stands around it."""

    stay: Stay
    person: Participant
    insats: Insats
    team: tuple[Colleague, ...]
    consents: Sequence[Consent]
    situations: Mapping[str, Situation]

    @property
    def week(self) -> int:
        """Which week of the stay it is, counted from 1."""
        return ((self.stay.ended_on or clock.today()) - self.stay.started_on).days // 7 + 1

    @property
    def is_open(self) -> bool:
        """Whether the stay goes on."""
        return self.stay.status in ("ACTIVE", "PAUSED")


def case_of(actor: Actor, stay_id: UUID) -> Case:
    """A stay to read about; the log is told.

    Raises:
        NotFound: there is none that the actor may see.
    """
    case = opened(actor, stay_id, Permission.CASES_READ)
    record_reading(actor, acts.READ, acts.STAY, [stay_id])
    return case


def opened(actor: Actor, stay_id: UUID, permission: Permission = Permission.CASES_WRITE) -> Case:
    """A stay to work with.

    Raises:
        NotFound: there is none that the actor may see.
    """
    actor.require(permission)
    stay = actor.session.scalars(select(Stay).where(Stay.id == stay_id)).first()
    if stay is None:
        raise NotFound
    person = actor.session.scalars(
        select(Participant).where(Participant.id == stay.participant_id)
    ).one_or_none()
    insats = insatser(actor.session, {stay.intervention_id}).get(stay.intervention_id)
    if person is None or insats is None:
        raise NotFound
    rows = consents.ledger(actor, person.id)
    actor.require_case(permission, _facts(actor, stay, person, rows))
    team = tuple(team_of(actor.session, insats.id))
    if person.identity_mode == PROTECTED and not _keeps(actor, stay, person, team):
        raise NotFound
    found = actor.session.scalars(select(Situation).where(Situation.stay_id == stay.id))
    return Case(
        stay,
        person,
        insats,
        team,
        rows,
        {row.moment: row for row in found},
    )


def need_open(case: Case) -> None:
    """Refuse to write in a stay that is over.

    Raises:
        Conflict: it is.
    """
    if not case.is_open:
        raise Conflict("Deltagandet är avslutat. Ångra avslutet om det ska fortsätta.")


def of_stay(actor: Actor, stay: Stay) -> dict[str, Any]:
    """What every row about a stay carries when the actor writes it, as the home organisation."""
    return {
        "intervention_id": stay.intervention_id,
        "owner_party": actor.party,
        "visible_to": [],
        "participant_id": stay.participant_id,
        "stay_id": stay.id,
    }


def save_situation(
    actor: Actor, stay: Stay, moment: str, values: Mapping[str, Any], taken_on: date
) -> Situation:
    """Write occupation and support at START or END; what stood there is replaced."""
    row = actor.session.scalars(
        select(Situation).where(Situation.stay_id == stay.id, Situation.moment == moment)
    ).first()
    if row is None:
        row = Situation(
            **{**of_stay(actor, stay), "owner_party": stay.owner_party},
            moment=moment,
            afterwards=moment == "START" and (clock.today() - stay.started_on) > timedelta(days=31),
            occupations=["UNK"],
            income_sources=["UNK"],
            created_by=actor.person_id,
        )
        actor.session.add(row)
    for name in ("occupations", "work_extent", "study_extent", "subsidy", "income_sources"):
        setattr(row, name, values[name])
    row.taken_on = taken_on
    actor.session.flush()
    return row


def map_out(
    actor: Actor, stay_id: UUID, situation: Mapping[str, Any], scores: Mapping[tuple[str, str], int]
) -> None:
    """Fill in the mapping: how the start was, and short measures by area and moment; today's replace today's.

    Raises:
        NotFound, Conflict: as `opened` and `need_open`.
    """
    case = opened(actor, stay_id)
    need_open(case)
    save_situation(actor, case.stay, "START", situation, case.stay.started_on)
    today = clock.today()
    for (area, moment), score in scores.items():
        day = case.stay.started_on if moment == "START" else today
        _measure(actor, case.stay, (area, moment, day), score)
    actor.session.flush()
    record(actor, acts.MAPPED, acts.STAY, stay_id)
    _recount(actor, case.stay)


def measures(actor: Actor, stay: Stay) -> dict[str, dict[str, int]]:
    """Area to moment to the latest score."""
    query = select(Assessment.area, Assessment.moment, Assessment.score).where(Assessment.stay_id == stay.id)
    found: dict[str, dict[str, int]] = {}
    for row in actor.session.execute(query.order_by(Assessment.taken_on, Assessment.id)):
        found.setdefault(row.area, {})[row.moment] = row.score
    return found


def existing_plans(actor: Actor, stay: Stay) -> Sequence[ExistingPlan]:
    """Plans the parties had with the person before, side by side."""
    query = select(ExistingPlan).where(ExistingPlan.stay_id == stay.id)
    return actor.session.scalars(query.order_by(ExistingPlan.party, ExistingPlan.id)).all()


def add_existing_plan(actor: Actor, stay_id: UUID, values: Mapping[str, Any]) -> None:
    """Tell of a plan that a party already has with the person.

    Raises:
        NotFound, Conflict: as `opened` and `need_open`.
    """
    case = opened(actor, stay_id)
    need_open(case)
    actor.session.add(ExistingPlan(**of_stay(actor, case.stay), **values, created_by=actor.person_id))
    actor.session.flush()
    record(actor, acts.MAPPED, acts.STAY, stay_id)


def activities(actor: Actor, stay: Stay) -> Sequence[Activity]:
    """What has gone on, earliest first."""
    query = select(Activity).where(Activity.stay_id == stay.id)
    return actor.session.scalars(query.order_by(Activity.started_on, Activity.id)).all()


def add_activity(actor: Actor, stay_id: UUID, values: Mapping[str, Any]) -> None:
    """Put something on the timeline.

    Raises:
        NotFound, Conflict: as `opened` and `need_open`.
        Invalid: it ends before it begins.
    """
    case = opened(actor, stay_id)
    need_open(case)
    if values["ended_on"] is not None and values["ended_on"] < values["started_on"]:
        raise Invalid(fields={"ended_on": "Slutdatum kan inte vara före startdatum."})
    lane = codes.ACTIVITIES[values["kind"]][1]
    row = Activity(**of_stay(actor, case.stay), **values, lane=lane, created_by=actor.person_id)
    row.status = "DONE" if row.ended_on is not None and row.ended_on < clock.today() else "ONGOING"
    actor.session.add(row)
    actor.session.flush()
    record(actor, acts.PLAN_CHANGED, acts.STAY, stay_id)


def _measure(actor: Actor, stay: Stay, place: tuple[str, str, date], score: int) -> None:
    area, moment, day = place
    query = select(Assessment).where(
        Assessment.stay_id == stay.id,
        Assessment.area == area,
        Assessment.moment == moment,
        Assessment.taken_on == day,
    )
    row = actor.session.scalars(query).first()
    if row is None:
        row = Assessment(
            **of_stay(actor, stay), area=area, moment=moment, taken_on=day, created_by=actor.person_id
        )
        actor.session.add(row)
    row.score = score


def _recount(actor: Actor, stay: Stay) -> None:
    """Have every year the stay touches counted anew."""
    for year in range(stay.started_on.year, (stay.ended_on or clock.today()).year + 1):
        ask_for_recompute(actor.session, stay.intervention_id, year)


def _keeps(actor: Actor, stay: Stay, person: Participant, team: Sequence[Colleague]) -> bool:
    """Whether a protected person's case is the actor's to open: theirs, covered by them, or their insats.

    A lens shows the cases it was opened on and no others; the wall sees to that.

    Where nobody answers for the insats, colleagues in the party that answers for the person do.
    """
    through_lens = (actor.context.party or "").startswith(LENS_TAGS)
    if through_lens or actor.person_id in (stay.assigned_to, stay.cover_for):
        return True
    leading = {each.person_id for each in team if each.responsible}
    return actor.person_id in leading if leading else actor.party == person.owner_party


def _facts(actor: Actor, stay: Stay, person: Participant, rows: Sequence[Consent]) -> CaseFacts:
    return CaseFacts(
        person_id=actor.person_id or UUID(int=0),
        party=actor.party or "",
        teams=actor.teams,
        intervention_id=stay.intervention_id,
        controller_party=person.owner_party,
        assigned=frozenset(each for each in (stay.assigned_to, stay.cover_for) if each is not None),
        today=clock.today(),
        delegations=actor.covers,
        consents=tuple(
            ConsentFact(row.party, row.given_on, row.valid_to, row.withdrawn_on)
            for row in rows
            if row.purpose == "INFO_EXCHANGE"
        ),
    )
