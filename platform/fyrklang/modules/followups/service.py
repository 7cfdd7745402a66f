"""Rules of the follow-up one year after. Every function takes the actor first, flushes, and never commits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Conflict, Invalid, NotFound
from fyrklang.modules.followups import acts
from fyrklang.modules.followups.models import Attempt, FollowUp
from fyrklang.modules.followups.present import ITEMS, POSITIVE, class_of
from fyrklang.sdk.audit import record, record_reading
from fyrklang.sdk.care import (
    Person,
    Situation,
    add_situation,
    ended_between,
    may_be_contacted,
    people,
    situations,
)
from fyrklang.sdk.facts import ask_for_recompute
from fyrklang.sdk.one_year import CLOSES_AFTER, OPENS_AFTER, Window, months_after, window_of
from fyrklang.web.formats import date_long
from fyrklang.web.i18n import gettext as _

OUTSIDE = "DECEASED"
"""The reason to end that nobody is asked after; misregistrations never come here."""


@dataclass(frozen=True)
class Due:
    """Somebody to ask now. `before` is the class at the ending, `tried` the latest attempt."""

    person: Person
    window: Window
    before: str
    attempts: int = 0
    tried: tuple[date, str] | None = None


@dataclass(frozen=True)
class Queue:
    """Whom to ask, how many may not be asked, and when the next window opens if nobody is due."""

    due: tuple[Due, ...]
    without_consent: int
    next_on: date | None


@dataclass
class Results:
    """What became of the endings of one year, among those one may see.

    `base` is everybody whose window has closed or who is done with; `waiting` the others. `pairs` counts
    (class at ending, class a year after) over those reached, `silent` (class at ending, why) over the rest.
    """

    year: int
    base: int = 0
    reached: int = 0
    waiting: int = 0
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    silent: Counter[tuple[str, str]] = field(default_factory=Counter)
    items: dict[str, tuple[int, int]] = field(default_factory=dict)


def queue(actor: Actor) -> Queue:
    """Those whose window is open and who are not done with, the one that closes first at the top."""
    actor.require(Permission.CASES_READ)
    today = clock.today()
    # Months differ in length; a few days more, and the window itself decides.
    ended = _asked(actor, months_after(today, -CLOSES_AFTER) - timedelta(days=3), today)
    done = set(_outcomes(actor, [person.stay_id for person in ended]))
    left = [(person, window) for person, window in ended.items() if person.stay_id not in done]
    opened = [(person, window) for person, window in left if window.holds(today)]
    consenting = may_be_contacted(actor.session, [person.participant_id for person, _window in opened])
    due = [(person, window) for person, window in opened if person.participant_id in consenting]
    stays = [person.stay_id for person, _window in due]
    record_reading(actor, acts.QUEUE, acts.STAY, stays)
    endings, tried = situations(actor.session, stays, "END"), _attempts(actor, stays)
    rows = [
        Due(
            person,
            window,
            class_of(endings.get(person.stay_id)),
            len(tried.get(person.stay_id, ())),
            tried[person.stay_id][-1] if person.stay_id in tried else None,
        )
        for person, window in due
    ]
    rows.sort(key=lambda row: (row.window.last, row.person.code))
    ahead = min((window.first for _person, window in left if window.first > today), default=None)
    return Queue(tuple(rows), len(opened) - len(due), ahead)


def get_due(actor: Actor, stay_id: UUID) -> Due:
    """One who is to be asked. Tells the log.

    Raises:
        NotFound: missing, out of reach, or somebody with protected identity.
        Conflict: not ended, too early, done with, or no consent to contact.
    """
    found = people(actor.session, [stay_id])
    if not found or found[0].intervention_id not in actor.context.interventions:
        raise NotFound
    person = found[0]
    record_reading(actor, acts.READ, acts.STAY, [stay_id])
    if person.ended_on is None or person.end_reason == OUTSIDE:
        raise Conflict(_("Den här personen ska inte följas upp: deltagandet pågår eller räknas inte."))
    window = window_of(person.ended_on)
    if clock.today() < window.first:
        raise Conflict(_("Uppföljningen öppnar %(day)s.", day=date_long(window.first)))
    if _outcomes(actor, [stay_id]):
        raise Conflict(_("Uppföljningen är redan avslutad."))
    if not may_be_contacted(actor.session, [person.participant_id]):
        raise Conflict(_("Personen har inte samtyckt till att bli kontaktad. Deltagandet räknas utan svar."))
    tried = _attempts(actor, [stay_id]).get(stay_id, [])
    before = class_of(situations(actor.session, [stay_id], "END").get(stay_id))
    return Due(person, window, before, len(tried), tried[-1] if tried else None)


def try_once(actor: Actor, stay_id: UUID, values: Mapping[str, Any]) -> None:
    """Write down an attempt.

    Raises:
        NotFound, Conflict: as for `get_due`.
    """
    actor.require(Permission.CASES_WRITE)
    due = get_due(actor, stay_id)
    today = clock.today()
    actor.session.add(Attempt(**_of(due.person), **values, tried_on=today, tried_by=actor.person_id))
    actor.session.flush()
    record(actor, acts.TRIED, acts.STAY, stay_id, channel=values["channel"], outcome=values["outcome"])


def answer(actor: Actor, stay_id: UUID, values: Mapping[str, Any]) -> None:
    """Write down how it is for somebody a year after, and have the figures counted anew.

    Raises:
        NotFound, Conflict: as for `get_due`.
        Invalid: the day is outside the window or has not come.
    """
    actor.require(Permission.CASES_WRITE)
    due = get_due(actor, stay_id)
    if not due.window.holds(values["taken_on"]) or values["taken_on"] > clock.today():
        raise Invalid(
            fields={
                "taken_on": _(
                    "Ange en dag från %(first)s till %(last)s som har varit.",
                    first=date_long(due.window.first),
                    last=date_long(due.window.last),
                )
            }
        )
    found = Situation(
        tuple(values["occupations"]),
        values["work_extent"],
        values["study_extent"],
        values["subsidy"],
        tuple(values["income_sources"]),
    )
    more = {name: values[name] for name in (*ITEMS, "helped_most")}
    _close(actor, due, "REACHED", more)
    add_situation(actor, due.person, "YEAR", values["taken_on"], found)
    if due.person.ended_on is not None:
        ask_for_recompute(actor.session, due.person.intervention_id, due.person.ended_on.year)
    record(actor, acts.ANSWERED, acts.STAY, stay_id)


def close(actor: Actor, stay_id: UUID, closed_as: str) -> None:
    """End a follow-up without an answer; it goes on counting as one that was asked for.

    Raises:
        NotFound, Conflict: as for `get_due`.
    """
    actor.require(Permission.CASES_WRITE)
    due = get_due(actor, stay_id)
    _close(actor, due, closed_as, {})
    record(actor, acts.CLOSED, acts.STAY, stay_id, closed_as=closed_as)


def results(actor: Actor, year: int) -> Results:
    """What became of those whose stays ended in a year. Tells the log."""
    actor.require(Permission.CASES_READ)
    asked = _asked(actor, date(year, 1, 1), date(year, 12, 31))
    stays = [person.stay_id for person in asked]
    record_reading(actor, acts.QUEUE, acts.STAY, stays, year=year)
    outcomes = _outcomes(actor, stays)
    endings, later = (situations(actor.session, stays, moment) for moment in ("END", "YEAR"))
    consenting = may_be_contacted(actor.session, [person.participant_id for person in asked])
    told = Results(year)
    for person, window in asked.items():
        before = class_of(endings.get(person.stay_id))
        outcome = outcomes.get(person.stay_id)
        if outcome is None and clock.today() <= window.last:
            told.waiting += 1
            continue
        told.base += 1
        if outcome is not None and outcome.closed_as == "REACHED":
            told.reached += 1
            told.pairs[before, class_of(later.get(person.stay_id))] += 1
        else:
            unasked = "NOT_REACHED" if person.participant_id in consenting else "NO_CONSENT"
            told.silent[before, outcome.closed_as if outcome else unasked] += 1
    told.items = _experience([row for row in outcomes.values() if row.closed_as == "REACHED"])
    return told


def _experience(rows: Sequence[FollowUp]) -> dict[str, tuple[int, int]]:
    """For each item how many agree, and how many answered it."""
    answers = {name: [value for row in rows if (value := getattr(row, name)) is not None] for name in ITEMS}
    return {name: (sum(value >= POSITIVE for value in given), len(given)) for name, given in answers.items()}


def _asked(actor: Actor, first: date, last: date) -> dict[Person, Window]:
    """Everybody whose stay ended in a period and who is to be asked some day, with the window."""
    found = ended_between(actor.session, actor.context.interventions, first, last)
    return {
        person: window_of(person.ended_on)
        for person in found
        if person.ended_on is not None and person.end_reason != OUTSIDE
    }


def _outcomes(actor: Actor, stays: Collection[UUID]) -> dict[UUID, FollowUp]:
    rows = actor.session.scalars(select(FollowUp).where(FollowUp.stay_id.in_(stays)))
    return {row.stay_id: row for row in rows}


def _attempts(actor: Actor, stays: Collection[UUID]) -> dict[UUID, list[tuple[date, str]]]:
    query = (
        select(Attempt.stay_id, Attempt.tried_on, Attempt.channel)
        .where(Attempt.stay_id.in_(stays))
        .order_by(Attempt.tried_on, Attempt.id)
    )
    tried: dict[UUID, list[tuple[date, str]]] = {}
    for row in actor.session.execute(query):
        tried.setdefault(row.stay_id, []).append((row.tried_on, row.channel))
    return tried


def _close(actor: Actor, due: Due, closed_as: str, more: Mapping[str, Any]) -> None:
    row = FollowUp(
        **_of(due.person), closed_as=closed_as, closed_on=clock.today(), closed_by=actor.person_id, **more
    )
    try:
        with actor.session.begin_nested():
            actor.session.add(row)
    except IntegrityError as error:
        raise Conflict(_("Uppföljningen är redan avslutad.")) from error


def _of(person: Person) -> dict[str, Any]:
    return {
        "intervention_id": person.intervention_id,
        "owner_party": person.owner_party,
        "participant_id": person.participant_id,
        "stay_id": person.stay_id,
    }


def latest_year() -> int:
    """The latest year of endings whose window has opened: where results begin to be worth reading."""
    return months_after(clock.today(), -OPENS_AFTER).year
