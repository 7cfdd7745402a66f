"""Who works in an insats, and so who may reach its participants. Bites at their next request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission, Role
from fyrklang.access.teams import PARTY_KINDS, TeamMember
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Invalid, NotFound
from fyrklang.modules.interventions import acts
from fyrklang.modules.interventions.models import Intervention
from fyrklang.modules.interventions.service import entity
from fyrklang.sdk.audit import record

IN_TEAM = (Role.COORDINATOR, Role.CASE_WORKER)
"""Roles that work in a team; a referrer reaches their own remisser without one."""

_SEATS = text(
    """
    SELECT t.id, t.membership_id, m.display_name AS name, o.name AS home, o.kind, t.responsible,
           t.valid_from, t.valid_to, m.roles,
           m.ended_at IS NOT NULL OR m.valid_to < :today AS gone
      FROM office.team_member t
      JOIN registry.membership m ON m.tenant_id = t.tenant_id AND m.id = t.membership_id
      JOIN registry.organisation o ON o.id = m.organisation_id
     WHERE t.tenant_id = :tenant AND t.intervention_id = :insats
     ORDER BY t.valid_to IS NOT NULL AND t.valid_to < :today, registry.sv_sort(m.display_name), t.id
    """
)
_ELIGIBLE = text(
    """
    SELECT m.id, m.display_name AS name, o.name AS home, o.kind
      FROM registry.membership m
      JOIN registry.organisation o ON o.id = m.organisation_id
     WHERE m.tenant_id = :tenant AND m.ended_at IS NULL AND m.roles && CAST(:roles AS text[])
       AND o.kind = ANY (:kinds) AND (m.valid_to IS NULL OR m.valid_to >= :today)
       AND NOT EXISTS (
           SELECT FROM office.team_member t WHERE t.tenant_id = m.tenant_id AND t.membership_id = m.id
              AND t.intervention_id = :insats AND (t.valid_to IS NULL OR t.valid_to >= :today))
     ORDER BY registry.sv_sort(m.display_name), m.id
    """
)


@dataclass(frozen=True)
class Seat:
    """Somebody's place in the team. `kind` is FK, AF, REGION or KOMMUN; `gone` that the place in the förbund
    is ended, so that this one gives nothing."""

    id: UUID
    membership_id: UUID
    name: str
    home: str
    kind: str
    responsible: bool
    valid_from: date
    valid_to: date | None
    gone: bool

    @property
    def state(self) -> str:
        """The word for it: planned, on or ended."""
        today = clock.today()
        if self.gone or (self.valid_to is not None and self.valid_to < today):
            return "ended"
        return "planned" if self.valid_from > today else "on"


def seats(actor: Actor, intervention_id: UUID) -> list[Seat]:
    """Everybody who works, will work or has worked in the team: those who do first, in Swedish order."""
    actor.require(Permission.INTERVENTIONS_WRITE)
    values = {
        "tenant": actor.context.tenant_id,
        "insats": intervention_id,
        "today": clock.today(),
    }
    names = Seat.__dataclass_fields__
    rows = actor.session.execute(_SEATS, values).mappings()
    return [Seat(**{name: row[name] for name in names}) for row in rows]


def seat(actor: Actor, intervention_id: UUID, place_id: UUID) -> Seat:
    """One place in the team.

    Raises:
        NotFound: there is none such in this insats.
    """
    found = next((each for each in seats(actor, intervention_id) if each.id == place_id), None)
    if found is None:
        raise NotFound
    return found


def eligible(actor: Actor, intervention_id: UUID) -> Sequence[Any]:
    """Those who could join: they meet participants, come from one of the four parties and are not in it yet."""
    actor.require(Permission.INTERVENTIONS_WRITE)
    values = {
        "tenant": actor.context.tenant_id,
        "insats": intervention_id,
        "today": clock.today(),
        "roles": [role.value for role in IN_TEAM],
        "kinds": list(PARTY_KINDS),
    }
    return actor.session.execute(_ELIGIBLE, values).all()


def join(actor: Actor, intervention_id: UUID, values: Mapping[str, Any]) -> UUID:
    """Give somebody a place in the team; who has had one gets it back. Returns the place's id.

    Raises:
        NotFound: no such insats in this förbund.
        Invalid: the person cannot work in a team, is in it, or days are in the wrong order.
    """
    actor.require(Permission.USERS_WRITE)
    row = entity(actor, intervention_id)
    if all(each.id != values["membership_id"] for each in eligible(actor, row.id)):
        text = "Välj någon i listan: koordinator eller deltagaransvarig från någon av de fyra parterna."
        raise Invalid(fields={"membership_id": text})
    _check(row, values)
    earlier = select(TeamMember).where(
        TeamMember.intervention_id == row.id, TeamMember.membership_id == values["membership_id"]
    )
    place = actor.session.scalars(earlier).first()
    if place is None:
        place = TeamMember(intervention_id=row.id, membership_id=values["membership_id"])
        actor.session.add(place)
    _fill(place, values)
    actor.session.flush()
    record(actor, acts.JOINED, acts.INTERVENTION, row.id, membership=str(place.membership_id))
    return place.id


def change(actor: Actor, intervention_id: UUID, place_id: UUID, values: Mapping[str, Any]) -> None:
    """Change days and responsibility of a place.

    Raises:
        NotFound: there is none such in this insats.
        Invalid: days are in the wrong order.
    """
    actor.require(Permission.USERS_WRITE)
    place = _place(actor, intervention_id, place_id)
    _check(entity(actor, intervention_id), values)
    _fill(place, values)
    actor.session.flush()
    record(actor, acts.TEAM_CHANGED, acts.INTERVENTION, intervention_id, membership=str(place.membership_id))


def leave(actor: Actor, intervention_id: UUID, place_id: UUID) -> None:
    """End a place now: the person reaches no participant of the insats from the next request on.

    Raises:
        NotFound: there is none such in this insats.
    """
    actor.require(Permission.USERS_WRITE)
    place = _place(actor, intervention_id, place_id)
    yesterday = clock.today() - timedelta(days=1)
    if place.valid_from > yesterday:
        actor.session.delete(place)
    elif place.valid_to is None or place.valid_to > yesterday:
        place.valid_to = yesterday
    actor.session.flush()
    record(actor, acts.LEFT, acts.INTERVENTION, intervention_id, membership=str(place.membership_id))


def _place(actor: Actor, intervention_id: UUID, place_id: UUID) -> TeamMember:
    query = select(TeamMember).where(TeamMember.id == place_id, TeamMember.intervention_id == intervention_id)
    place = actor.session.scalars(query).first()
    if place is None:
        raise NotFound
    return place


def _fill(place: TeamMember, values: Mapping[str, Any]) -> None:
    for name in ("responsible", "valid_from", "valid_to"):
        setattr(place, name, values[name])


def _check(row: Intervention, values: Mapping[str, Any]) -> None:
    faults = {}
    if row.direction != "INDIVIDUAL":
        faults[""] = "En strukturövergripande insats har inga deltagare och därför inget team."
    last = values["valid_to"]
    if last is not None and last < values["valid_from"]:
        faults["valid_to"] = f"Sista dagen kan inte vara före den första ({values['valid_from']})."
    if faults:
        raise Invalid(fields=faults)
