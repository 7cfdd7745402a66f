"""What can be asked of the log. Reading it is itself an event."""

from __future__ import annotations

import statistics
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, and_, cast, false, func, or_, select, text, tuple_

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.kernel.clock import STOCKHOLM
from fyrklang.modules.log import acts
from fyrklang.modules.log.models import PLACES, Event
from fyrklang.sdk.audit import ACTIONS, THINGS, Group, record
from fyrklang.tenancy.session import TenantSession

USUAL_DAYS = 30
PAGE_SIZE = 50
ODDITIES = ("refused", "export", "night", "volume")
DAY_BEGINS, DAY_ENDS = 6, 22
"""Office hours on the Swedish clock, generously; before, after and at weekends is outside them."""

FEWEST_FOR_VOLUME = 50
_FEWEST_DAYS = 8
_MOST_THINGS = 300

COLUMNS = (
    Event.id,
    Event.seq,
    Event.at,
    Event.actor_id,
    Event.role,
    Event.party,
    Event.action,
    Event.object_type,
    Event.object_id,
    Event.reason,
    Event.outcome,
    Event.detail,
)
_LAST_SEAL = text("SELECT number, sealed_at, seq, root, key_id FROM audit.last_seal()")
_LOCAL = func.timezone("Europe/Stockholm", Event.at)


@dataclass(frozen=True)
class Wanted:
    """Which events: days, both included, and what else narrows them. `question` only says why it was asked."""

    first: date
    last: date
    question: str = "all"
    person: UUID | None = None
    thing: UUID | None = None
    group: str | None = None
    odd: str | None = None
    page: int = 1


@dataclass(frozen=True)
class Listing:
    """One page of events, the latest first, and how many there are in all."""

    rows: Sequence[Any]
    total: int
    page: int = 1
    page_size: int = PAGE_SIZE


@dataclass(frozen=True)
class Oddities:
    """How many events stand out, by kind, of how many in the period."""

    counts: Mapping[str, int]
    either: int
    total: int


@dataclass(frozen=True)
class SealState:
    """The latest seal: when, and how far this förbund's log had come. None before the first."""

    number: int
    at: datetime
    seq: int
    root: str
    key_id: str


def wanted_of(asked: Mapping[str, Any]) -> Wanted:
    """A validated question with its days filled in: the last thirty, unless it says otherwise."""
    last = asked["last"] or clock.today()
    first = min(asked["first"] or last - timedelta(days=USUAL_DAYS - 1), last)
    question = asked["question"]
    odd = asked["odd"] or "any" if question == "odd" else None
    person = asked["person"] if question == "person" else None
    thing = asked["thing"] if question == "thing" else None
    return Wanted(first, last, question, person, thing, asked["group"], odd, asked["page"])


def list_events(actor: Actor, wanted: Wanted) -> Listing:
    """The förbund's events, and an event that they were read."""
    actor.require(Permission.LOG_READ)
    found = _page(actor, _conditions(actor.session, wanted), wanted.page)
    kind = acts.PERSON if wanted.person else ""
    record(
        actor,
        acts.READ,
        kind,
        wanted.person,
        question=wanted.question,
        count=found.total,
        page=wanted.page,
    )
    return found


def own_events(actor: Actor, wanted: Wanted) -> Listing:
    """What the log says of the actor: what they did in this förbund themselves."""
    actor.require(Permission.LOG_OWN)
    own = replace(wanted, person=actor.person_id)
    conditions = [*_conditions(actor.session, own), Event.actor_id == actor.person_id]
    return _page(actor, conditions, wanted.page)


def oddities(actor: Actor, wanted: Wanted) -> Oddities:
    """How much of the period stands out, for the chips over the list."""
    actor.require(Permission.LOG_READ)
    whole = replace(wanted, odd=None, person=None, thing=None, group=None)
    kinds = {kind: odd_condition(actor.session, kind, whole) for kind in ODDITIES}
    counted = [func.count().filter(condition).label(kind) for kind, condition in kinds.items()]
    either = func.count().filter(or_(*kinds.values())).label("either")
    query = select(*counted, either, func.count().label("total")).where(*_period(whole))
    row = actor.session.execute(query).one()
    return Oddities({kind: getattr(row, kind) for kind in ODDITIES}, row.either, row.total)


def people(actor: Actor) -> list[tuple[UUID, str]]:
    """Everyone who has or has had a place in the förbund, in Swedish order."""
    actor.require(Permission.LOG_READ)
    name = func.max(PLACES.c.display_name)
    query = (
        select(PLACES.c.person_id, name.label("name"))
        .where(PLACES.c.tenant_id == actor.context.tenant_id)
        .group_by(PLACES.c.person_id)
        .order_by(func.registry.sv_sort(name), PLACES.c.person_id)
    )
    return [(row.person_id, row.name) for row in actor.session.execute(query)]


def things(actor: Actor, wanted: Wanted) -> dict[str, list[tuple[UUID, str]]]:
    """What something happened to in the period: kind of thing to (id, name)."""
    actor.require(Permission.LOG_READ)
    query = (
        select(Event.object_type, Event.object_id)
        .where(*_period(wanted), Event.object_id.is_not(None), Event.object_type.is_not(None))
        .group_by(Event.object_type, Event.object_id)
        .order_by(func.max(Event.at).desc())
        .limit(_MOST_THINGS)
    )
    found: dict[str, list[UUID]] = {}
    for row in actor.session.execute(query):
        found.setdefault(row.object_type, []).append(row.object_id)
    known = {kind: ids for kind, ids in found.items() if kind in THINGS}
    return {kind: _named(actor.session, kind, ids) for kind, ids in known.items()}


def names_for(session: TenantSession, rows: Sequence[Any]) -> dict[UUID, str]:
    """The names of everyone and everything a page of events names."""
    names: dict[UUID, str] = {}
    people_of = {row.actor_id for row in rows if row.actor_id}
    if people_of:
        names.update(acts.person_names(session, people_of))
    for kind, known in THINGS.items():
        ids = {row.object_id for row in rows if row.object_id and row.object_type == kind}
        if ids:
            names.update(known.names(session, ids))
    return names


def seal_state(actor: Actor) -> SealState | None:
    """How far the log is sealed."""
    row = actor.session.execute(_LAST_SEAL).one_or_none()
    return SealState(row.number, row.sealed_at, row.seq or 0, row.root, row.key_id) if row else None


def first_day(actor: Actor) -> date | None:
    """The day of the oldest event, None when there is none."""
    oldest = actor.session.scalar(select(func.min(Event.at)))
    return oldest.astimezone(STOCKHOLM).date() if oldest else None


def acts_per_code(actor: Actor, wanted: Wanted) -> Sequence[Any]:
    """For the administrator: how often each act was done and refused, without who did it or to what."""
    actor.require(Permission.LOG_TECHNICAL)
    refused = func.count().filter(Event.outcome == "REFUSED")
    query = (
        select(
            Event.action,
            func.count().label("acts"),
            refused.label("refused"),
            func.max(Event.at).label("last"),
        )
        .where(*_period(wanted))
        .group_by(Event.action)
        .order_by(func.count().desc(), Event.action)
    )
    return actor.session.execute(query).all()


def length(actor: Actor) -> int:
    """How many events the log holds."""
    return actor.session.scalar(select(func.coalesce(func.max(Event.seq), 0))) or 0


def odd_condition(session: TenantSession, kind: str, wanted: Wanted) -> ColumnElement[bool]:
    """Which events stand out in one way."""
    if kind == "refused":
        return Event.outcome == "REFUSED"
    if kind == "export":
        return Event.action.in_(codes_of(Group.EXPORT))
    if kind == "night":
        return outside_hours()
    return _busy(session, wanted)


def outside_hours() -> ColumnElement[bool]:
    """Done by a person at night or at a weekend, on the Swedish clock."""
    hour = func.extract("hour", _LOCAL)
    late = or_(hour < DAY_BEGINS, hour >= DAY_ENDS, func.extract("isodow", _LOCAL) >= 6)
    return and_(Event.actor_id.is_not(None), late)


def codes_of(group: Group) -> list[str]:
    """The codes of one sort of act."""
    return [code for code, known in ACTIONS.items() if known.group is group]


def _busy(session: TenantSession, wanted: Wanted) -> ColumnElement[bool]:
    """Days on which one person did far more than people here do in a day: over three deviations, and many."""
    day = cast(_LOCAL, Date)
    query = (
        select(Event.actor_id, day.label("day"), func.count().label("acts"))
        .where(*_period(wanted), Event.actor_id.is_not(None))
        .group_by(Event.actor_id, day)
    )
    rows = session.execute(query).all()
    if len(rows) < _FEWEST_DAYS:
        return false()
    counts = [row.acts for row in rows]
    most = statistics.fmean(counts) + 3 * statistics.pstdev(counts)
    outliers = [(row.actor_id, row.day) for row in rows if row.acts > max(most, FEWEST_FOR_VOLUME)]
    return tuple_(Event.actor_id, day).in_(outliers) if outliers else false()


def _period(wanted: Wanted) -> list[ColumnElement[bool]]:
    return [Event.at >= _midnight(wanted.first), Event.at < _midnight(wanted.last + timedelta(days=1))]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), STOCKHOLM)


def _conditions(session: TenantSession, wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = _period(wanted)
    if wanted.person:
        conditions.append(Event.actor_id == wanted.person)
    if wanted.thing:
        conditions.append(Event.object_id == wanted.thing)
    if wanted.group:
        conditions.append(Event.action.in_(codes_of(Group(wanted.group))))
    if wanted.odd == "any":
        conditions.append(or_(*(odd_condition(session, kind, wanted) for kind in ODDITIES)))
    elif wanted.odd:
        conditions.append(odd_condition(session, wanted.odd, wanted))
    return conditions


def _page(actor: Actor, conditions: list[ColumnElement[bool]], page: int) -> Listing:
    query: Select[Any] = select(*COLUMNS, func.count().over().label("total")).where(*conditions)
    query = query.order_by(Event.seq.desc()).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    rows = actor.session.execute(query).all()
    return Listing(rows, rows[0].total if rows else 0, page)


def _named(session: TenantSession, kind: str, ids: Collection[UUID]) -> list[tuple[UUID, str]]:
    names = THINGS[kind].names(session, ids)
    return [(each, names[each]) for each in ids if each in names]
