"""How someone stands to one participant's case, and the decision that follows.

Six named relations, each a pure predicate over plain facts: whoever holds the case fills `CaseFacts`, and
nothing here asks a database. A permission that reaches into a case needs its role AND a relation; every
other permission needs its role alone. Both need the level of assurance the permission names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from fyrklang.access.permissions import PERMISSION_TRAITS, Permission, Reach, Role, Traits, permissions_of

DELEGATION_DAYS = 30
"""Longest a delegation may last, first and last day counted."""


class Relation(StrEnum):
    """How someone stands to a case."""

    ASSIGNED = "assigned"
    SAME_TEAM = "same_team"
    CONTROLLER_PARTY = "controller_party"
    DELEGATION = "delegation"
    CONSENT = "consent"
    NONE = "none"


@dataclass(frozen=True)
class Delegation:
    """That someone stands in for a colleague ("Täck för"), first and last day included."""

    giver_id: UUID
    taker_id: UUID
    party: str
    first_day: date
    last_day: date
    revoked: bool = False


@dataclass(frozen=True)
class Consent:
    """That the participant lets a party read, first and last day included; no last day means until withdrawn.

    `withdrawn_on` is the first day on which it no longer holds.
    """

    party: str
    first_day: date
    last_day: date | None = None
    withdrawn_on: date | None = None


@dataclass(frozen=True)
class CaseFacts:
    """Everything the relations are judged on, for one person and one case on one day.

    Attributes:
        party: the person's own party (FK, AF, REGION or KOMMUN with its code); "" for those who have none.
        teams: the insatser whose team the person is in.
        intervention_id: the insats the case belongs to.
        controller_party: the party that answers for the case's data.
        assigned: the people the case is assigned to.
    """

    person_id: UUID
    party: str
    teams: frozenset[UUID]
    intervention_id: UUID
    controller_party: str
    assigned: frozenset[UUID]
    today: date
    delegations: tuple[Delegation, ...] = ()
    consents: tuple[Consent, ...] = ()


def is_assigned(case: CaseFacts) -> bool:
    """The case is the person's own."""
    return case.person_id in case.assigned


def in_same_team(case: CaseFacts) -> bool:
    """The person works in the insats the case belongs to."""
    return case.intervention_id in case.teams


def of_controller_party(case: CaseFacts) -> bool:
    """The person's party answers for the case's data."""
    return bool(case.party) and case.party == case.controller_party


def holds_delegation(case: CaseFacts) -> bool:
    """An assigned colleague in the same party has asked the person to stand in, and the time is not over.

    Only someone the case is assigned to can ask, so that what one was given cannot be passed on.
    """
    return any(
        given.taker_id == case.person_id
        and given.giver_id in case.assigned
        and given.giver_id != given.taker_id
        and bool(case.party)
        and given.party == case.party
        and not given.revoked
        and given.first_day <= case.today <= given.last_day
        and given.last_day - given.first_day < timedelta(days=DELEGATION_DAYS)
        for given in case.delegations
    )


def has_consent(case: CaseFacts) -> bool:
    """The participant's consent for the person's party is in force."""
    return any(
        bool(case.party)
        and given.party == case.party
        and given.first_day <= case.today
        and (given.last_day is None or case.today <= given.last_day)
        and (given.withdrawn_on is None or case.today < given.withdrawn_on)
        for given in case.consents
    )


PREDICATES: dict[Relation, Callable[[CaseFacts], bool]] = {
    Relation.ASSIGNED: is_assigned,
    Relation.SAME_TEAM: in_same_team,
    Relation.CONTROLLER_PARTY: of_controller_party,
    Relation.DELEGATION: holds_delegation,
    Relation.CONSENT: has_consent,
}


def relations_of(case: CaseFacts) -> frozenset[Relation]:
    """Every relation that holds; `{NONE}` when none does."""
    held = frozenset(relation for relation, holds in PREDICATES.items() if holds(case))
    return held or frozenset({Relation.NONE})


class Reason(StrEnum):
    """Why a decision fell as it did; the first question that says no gives the reason."""

    GRANTED = "granted"
    ROLE = "role"
    LEVEL = "level"
    RELATION = "relation"


@dataclass(frozen=True)
class Decision:
    """Yes or no, and why."""

    allowed: bool
    reason: Reason


_DECISIONS = {reason: Decision(reason is Reason.GRANTED, reason) for reason in Reason}


def decide(
    roles: frozenset[Role], permission: Permission, relations: frozenset[Relation], loa: int
) -> Decision:
    """Whether roles give a permission on an object one stands to by `relations`, signed in at level `loa` (1–4)."""
    return judge(permission in permissions_of(roles), PERMISSION_TRAITS[permission], relations, loa)


def judge(held: bool, traits: Traits, relations: frozenset[Relation], loa: int) -> Decision:
    """The order of questions: role, then level, then relation."""
    standing = stand(held, traits, loa)
    if standing.allowed and traits.reach is Reach.CASE and not relations & traits.opened_by:
        return _DECISIONS[Reason.RELATION]
    return standing


def stand(held: bool, traits: Traits, loa: int) -> Decision:
    """The questions a route can ask before the object is known: role, then level."""
    if not held:
        return _DECISIONS[Reason.ROLE]
    return _DECISIONS[Reason.GRANTED if loa >= traits.loa else Reason.LEVEL]
