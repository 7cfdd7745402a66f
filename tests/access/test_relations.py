"""The six relations and what a case permission makes of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations
from uuid import uuid4

import pytest

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission, Reach, Traits
from fyrklang.access.relations import (
    PREDICATES,
    CaseFacts,
    Consent,
    Delegation,
    Reason,
    Relation,
    judge,
    relations_of,
)
from fyrklang.identity.issuers import Issuer, level_of
from fyrklang.kernel.errors import Forbidden, NotFound

ME, COLLEAGUE, STRANGER, TEAM, OTHER_TEAM = (uuid4() for _each in range(5))
TODAY = date(2026, 3, 15)
DAY = timedelta(days=1)
CASE = CaseFacts(ME, "FK", frozenset(), TEAM, "AF", frozenset({COLLEAGUE}), TODAY)
COVER = Delegation(COLLEAGUE, ME, "FK", TODAY - DAY, TODAY + DAY)
YES = Consent("FK", TODAY)


def test_a_stranger_stands_in_none() -> None:
    assert relations_of(CASE) == {Relation.NONE}


@pytest.mark.parametrize(
    ("case", "relation"),
    [
        (replace(CASE, assigned=frozenset({ME})), Relation.ASSIGNED),
        (replace(CASE, teams=frozenset({TEAM})), Relation.SAME_TEAM),
        (replace(CASE, controller_party="FK"), Relation.CONTROLLER_PARTY),
        (replace(CASE, delegations=(COVER,)), Relation.DELEGATION),
        (replace(CASE, consents=(YES,)), Relation.CONSENT),
    ],
)
def test_each_relation_holds_alone(case: CaseFacts, relation: Relation) -> None:
    assert relations_of(case) == {relation}


@pytest.mark.parametrize(
    "case",
    [
        replace(CASE, teams=frozenset({OTHER_TEAM})),
        replace(CASE, party="", controller_party=""),
        replace(CASE, party="", consents=(replace(YES, party=""),)),
        replace(CASE, delegations=(replace(COVER, taker_id=STRANGER),)),
        replace(CASE, delegations=(replace(COVER, giver_id=STRANGER),)),
        replace(CASE, delegations=(replace(COVER, party="AF"),)),
        replace(CASE, delegations=(replace(COVER, revoked=True),)),
        replace(CASE, delegations=(replace(COVER, first_day=TODAY + DAY),)),
        replace(CASE, delegations=(replace(COVER, last_day=TODAY - DAY),)),
        replace(CASE, delegations=(replace(COVER, last_day=COVER.first_day + 30 * DAY),)),
        replace(CASE, consents=(replace(YES, party="AF"),)),
        replace(CASE, consents=(replace(YES, first_day=TODAY + DAY),)),
        replace(CASE, consents=(Consent("FK", TODAY - 2 * DAY, TODAY - DAY),)),
        replace(CASE, consents=(Consent("FK", TODAY - DAY, None, TODAY),)),
    ],
)
def test_what_nearly_holds_does_not(case: CaseFacts) -> None:
    assert relations_of(case) == {Relation.NONE}


def test_the_edges_of_time_are_inside() -> None:
    longest = replace(COVER, first_day=TODAY, last_day=TODAY + 29 * DAY)
    assert Relation.DELEGATION in relations_of(replace(CASE, delegations=(longest,)))
    assert Relation.DELEGATION in relations_of(replace(CASE, delegations=(longest,), today=longest.last_day))
    ending = Consent("FK", TODAY - DAY, TODAY, TODAY + DAY)
    assert Relation.CONSENT in relations_of(replace(CASE, consents=(ending,)))


def test_a_delegation_cannot_be_passed_on() -> None:
    passed = Delegation(ME, STRANGER, "FK", TODAY, TODAY)
    case = replace(CASE, person_id=STRANGER, delegations=(COVER, passed))
    assert relations_of(case) == {Relation.NONE}


def test_a_case_permission_needs_role_and_login_and_one_of_its_relations() -> None:
    opened = frozenset({Relation.ASSIGNED, Relation.DELEGATION})
    traits = Traits(Reach.CASE, loa=3, reads_person=True, opened_by=opened)
    for size in range(1, len(PREDICATES) + 1):
        for held in combinations(PREDICATES, size):
            said = judge(True, traits, frozenset(held), 3)
            assert said.allowed == bool(opened & set(held))
            assert said.reason is (Reason.GRANTED if said.allowed else Reason.RELATION)
            assert judge(True, traits, frozenset(held), 2).reason is Reason.LEVEL
            assert judge(False, traits, frozenset(held), 4).reason is Reason.ROLE
    assert judge(True, traits, frozenset({Relation.NONE}), 4).reason is Reason.RELATION


def test_a_case_without_relation_answers_as_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    from fyrklang.access import actor

    traits = {Permission.COUNTS_WRITE: Traits(Reach.CASE, 3, opened_by=frozenset({Relation.ASSIGNED}))}
    monkeypatch.setattr(actor, "PERMISSION_TRAITS", traits)
    held = frozenset({Permission.COUNTS_WRITE})
    person = Actor(None, None, ME, "", frozenset(), held, 3)  # type: ignore[arg-type]
    person.require(Permission.COUNTS_WRITE)
    person.require_case(Permission.COUNTS_WRITE, replace(CASE, assigned=frozenset({ME})))
    with pytest.raises(NotFound):
        person.require_case(Permission.COUNTS_WRITE, CASE)
    with pytest.raises(Forbidden, match="starkare"):
        replace(person, loa=2).require(Permission.COUNTS_WRITE)
    with pytest.raises(Forbidden, match="roll"):
        replace(person, permissions=frozenset()).require_case(Permission.COUNTS_WRITE, CASE)


@pytest.mark.parametrize(
    ("levels", "acr", "level"),
    [
        ({}, None, 2),
        ({}, "loa4", 2),
        ({"loa3": 3}, "loa3", 3),
        ({"loa3": 3}, "uncertified-loa3", 1),
        ({"loa3": 3}, None, 1),
        ({"loa3": 3, "*": 2}, "annat", 2),
        ({"*": 3}, None, 3),
    ],
)
def test_the_level_is_what_was_agreed(levels: dict[str, int], acr: str | None, level: int) -> None:
    assert level_of(Issuer("i", "I", "https://i.test", "c", loa_map=levels), acr) == level
    assert level_of(None, acr) == 0
