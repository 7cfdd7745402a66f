"""Rules of groups. Every function takes the actor first, flushes, and never commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Conflict, Invalid, NotFound
from fyrklang.modules.groups import acts
from fyrklang.modules.groups.models import Attendance, GroupPlace, Meeting, Series
from fyrklang.modules.groups.present import ABSENT
from fyrklang.sdk.audit import record, record_reading
from fyrklang.sdk.care import Person, ensure_task, own_interventions, people, people_in, settle_task
from fyrklang.web.i18n import gettext as _

ABSENCE = "ABSENCE"
"""The kind of the task that two absences in a row make."""

IN_A_ROW = 2
SHOWN_BEFORE = 4
"""How many earlier meetings stand as small marks beside a name."""


@dataclass(frozen=True)
class Line:
    """One person on the list of a meeting. `before` are the marks of the latest meetings, oldest first."""

    person: Person
    mark: str | None
    before: tuple[str | None, ...]


@dataclass(frozen=True)
class Saved:
    """What saving did."""

    version: int
    marked: int
    tasks: int


def list_series(actor: Actor) -> Sequence[Any]:
    """Groups in the insatser one works in; `next_on` is the first meeting from today on."""
    actor.require(Permission.CASES_WRITE)
    ahead = func.min(Meeting.held_on).filter(Meeting.held_on >= clock.today())
    query = (
        select(
            Series.id,
            Series.intervention_id,
            Series.name,
            Series.template,
            func.count(Meeting.id).label("meetings"),
            ahead.label("next_on"),
        )
        .join(Meeting, Meeting.series_id == Series.id)
        .where(Series.intervention_id.in_(actor.context.interventions))
        .group_by(Series.tenant_id, Series.id)
        .order_by(ahead.nulls_last(), func.registry.sv_sort(Series.name))
    )
    return actor.session.execute(query).all()


def get_series(actor: Actor, series_id: UUID) -> Series:
    """One group.

    Raises:
        NotFound: missing, another förbund's, or of an insats one does not work in.
    """
    row = actor.session.scalar(select(Series).where(Series.id == series_id))
    if row is None or row.intervention_id not in actor.context.interventions:
        raise NotFound
    return row


def get_meeting(actor: Actor, meeting_id: UUID) -> tuple[Meeting, Series]:
    """One meeting and its group.

    Raises:
        NotFound: as for the group.
    """
    row = actor.session.scalar(select(Meeting).where(Meeting.id == meeting_id))
    if row is None:
        raise NotFound
    return row, get_series(actor, row.series_id)


def meetings_of(actor: Actor, series_id: UUID) -> Sequence[Meeting]:
    """A group's meetings, in order."""
    query = select(Meeting).where(Meeting.series_id == series_id).order_by(Meeting.number)
    return actor.session.scalars(query).all()


def create_series(actor: Actor, values: Mapping[str, Any]) -> UUID:
    """Make a group and all its meetings, one for each theme, evenly spaced.

    Raises:
        Invalid: the insats is none of those one works in.
    """
    actor.require(Permission.CASES_WRITE)
    if values["intervention_id"] not in own_interventions(actor.session):
        raise Invalid(fields={"intervention_id": _("Välj en insats du arbetar i.")})
    plain = ("intervention_id", "name", "template", "place", "leaders", "interpreter", "open_door")
    row = Series(**{name: values[name] for name in plain}, created_by=actor.person_id)
    actor.session.add(row)
    actor.session.flush()
    for number, theme in enumerate(values["themes"], start=1):
        held_on = values["first_on"] + timedelta(days=values["every_days"] * (number - 1))
        actor.session.add(
            Meeting(
                series_id=row.id, number=number, theme=theme, held_on=held_on, starts_at=values["starts_at"]
            )
        )
    actor.session.flush()
    record(actor, acts.CREATED, acts.GROUP, row.id, meetings=len(values["themes"]))
    return row.id


def on_list(actor: Actor, series: Series) -> list[Person]:
    """Those on a group's list today. Tells the log who was read."""
    query = select(GroupPlace.stay_id).where(GroupPlace.series_id == series.id, GroupPlace.left_on.is_(None))
    found = people(actor.session, actor.session.scalars(query).all())
    record_reading(actor, acts.READ, acts.GROUP, [person.stay_id for person in found], group=series.id)
    return found


def may_join(actor: Actor, series: Series) -> list[Person]:
    """Everybody who takes part in the insats now: those a list can be made of. Tells the log who was read."""
    found = people_in(actor.session, [series.intervention_id])
    record_reading(actor, acts.READ, acts.GROUP, [person.stay_id for person in found], group=series.id)
    return found


def set_list(actor: Actor, series_id: UUID, stay_ids: Sequence[UUID]) -> int:
    """Make these stays the group's list; those who leave keep the attendance they have. Returns how many.

    Raises:
        NotFound: the group is out of reach.
        Invalid: somebody does not take part in the insats, or is not for one to see.
    """
    actor.require(Permission.CASES_WRITE)
    series = get_series(actor, series_id)
    wanted = {person.stay_id: person for person in may_join(actor, series)}
    if not set(stay_ids) <= set(wanted):
        raise Invalid(fields={"stay_ids": _("Någon i listan deltar inte längre i insatsen. Ladda om sidan.")})
    places = actor.session.scalars(select(GroupPlace).where(GroupPlace.series_id == series_id)).all()
    kept = {place.stay_id: place for place in places}
    for place in places:
        if place.stay_id in stay_ids:
            place.left_on = None
        elif place.left_on is None and place.stay_id in wanted:
            place.left_on = clock.today()
    for stay_id in set(stay_ids) - set(kept):
        actor.session.add(GroupPlace(series_id=series_id, left_on=None, **_of(wanted[stay_id])))
    actor.session.flush()
    record(actor, acts.LISTED, acts.GROUP, series_id, listed=len(set(stay_ids)))
    return len(set(stay_ids))


def attendance(actor: Actor, meeting: Meeting, series: Series) -> list[Line]:
    """The list of a meeting, with how each was the latest times. Whoever was marked stays on that list."""
    earlier = _earlier(actor, meeting)
    marks = _marks(actor, [meeting.id, *earlier])
    listed = select(GroupPlace.stay_id).where(
        GroupPlace.series_id == series.id,
        GroupPlace.left_on.is_(None) | (GroupPlace.left_on > meeting.held_on),
    )
    stays = {*actor.session.scalars(listed), *(stay for at, stay in marks if at == meeting.id)}
    found = people(actor.session, stays)
    record_reading(actor, acts.READ, acts.GROUP, [person.stay_id for person in found], group=series.id)
    return [
        Line(
            person,
            marks.get((meeting.id, person.stay_id)),
            tuple(marks.get((at, person.stay_id)) for at in earlier),
        )
        for person in found
    ]


def grid(actor: Actor, series: Series, meetings: Sequence[Meeting]) -> list[Line]:
    """Everybody on the list against every meeting, in the meetings' order."""
    ids = [meeting.id for meeting in meetings]
    marks = _marks(actor, ids)
    return [
        Line(person, None, tuple(marks.get((at, person.stay_id)) for at in ids))
        for person in on_list(actor, series)
    ]


def save_attendance(actor: Actor, meeting_id: UUID, values: Mapping[str, Any]) -> Saved:
    """Save who came. Sent again with the same key it changes nothing, so a lost answer can be asked for anew.

    Raises:
        NotFound: the meeting is out of reach.
        Conflict: somebody saved the meeting in between.
        Invalid: a mark for somebody who is not on the list.
    """
    actor.require(Permission.CASES_WRITE)
    meeting, series = get_meeting(actor, meeting_id)
    marks = {item["stay_id"]: item["mark"] for item in values["marks"]}
    if values.get("key") is not None and meeting.saved_key == values["key"]:
        return Saved(meeting.version, len(marks), 0)
    if meeting.version != values["version"]:
        raise Conflict(
            _("Någon annan har sparat närvaron för träffen. Ladda om sidan för att se vad som står.")
        )
    lines = {line.person.stay_id: line.person for line in attendance(actor, meeting, series)}
    if not set(marks) <= set(lines):
        raise Invalid(fields={"marks": _("Någon du har markerat står inte på listan. Ladda om sidan.")})
    _write_marks(actor, meeting, lines, marks)
    for name in ("extra_women", "extra_men", "extra_unknown"):
        setattr(meeting, name, values[name] if series.open_door else None)
    meeting.version += 1
    meeting.saved_at, meeting.saved_key = clock.now(), values.get("key")
    actor.session.flush()
    tasks = _follow_absence(actor, series, list(lines.values()))
    record(actor, acts.MARKED, acts.GROUP, series.id, meeting=meeting.number, marked=len(marks), tasks=tasks)
    return Saved(meeting.version, len(marks), tasks)


def _write_marks(
    actor: Actor, meeting: Meeting, lines: Mapping[UUID, Person], marks: Mapping[UUID, str]
) -> None:
    query = select(Attendance).where(Attendance.meeting_id == meeting.id)
    stored = {row.stay_id: row for row in actor.session.scalars(query)}
    for stay_id, person in lines.items():
        mark, row = marks.get(stay_id), stored.get(stay_id)
        if row is not None and mark is None:
            actor.session.delete(row)
        elif row is not None and mark is not None:
            row.mark = mark
        elif mark is not None:
            actor.session.add(Attendance(meeting_id=meeting.id, mark=mark, **_of(person)))


def _follow_absence(actor: Actor, series: Series, persons: Sequence[Person]) -> int:
    """Two meetings in a row that somebody stayed away from make one task; a mended mark takes it back."""
    held = [meeting for meeting in meetings_of(actor, series.id) if meeting.saved_at is not None]
    latest = [meeting.id for meeting in sorted(held, key=lambda each: (each.held_on, each.number))]
    marks = _marks(actor, latest)
    made = 0
    for person in persons:
        own = [mark for at in latest if (mark := marks.get((at, person.stay_id))) is not None]
        if person.is_open and own[-IN_A_ROW:] == [ABSENT] * IN_A_ROW:
            made += ensure_task(actor, person, ABSENCE, series.name, clock.today())
        else:
            settle_task(actor, person, ABSENCE, series.name)
    return made


def _earlier(actor: Actor, meeting: Meeting) -> list[UUID]:
    query = (
        select(Meeting.id)
        .where(
            Meeting.series_id == meeting.series_id,
            Meeting.number < meeting.number,
            Meeting.saved_at.is_not(None),
        )
        .order_by(Meeting.number.desc())
        .limit(SHOWN_BEFORE)
    )
    return list(actor.session.scalars(query))[::-1]


def _marks(actor: Actor, meetings: Sequence[UUID]) -> dict[tuple[UUID, UUID], str]:
    query = select(Attendance.meeting_id, Attendance.stay_id, Attendance.mark)
    rows = actor.session.execute(query.where(Attendance.meeting_id.in_(meetings)))
    return {(row.meeting_id, row.stay_id): row.mark for row in rows}


def _of(person: Person) -> dict[str, Any]:
    """Attendance belongs to the party that owns the stay, whoever of the leaders wrote it; see decision 26."""
    return {
        "intervention_id": person.intervention_id,
        "owner_party": person.owner_party,
        "participant_id": person.participant_id,
        "stay_id": person.stay_id,
    }


def unsaved_meetings(actor: Actor, first: date, last: date) -> Sequence[Any]:
    """Meetings from one day to another in the groups of one's insatser whose attendance nobody has saved."""
    query = (
        select(Meeting.id, Meeting.number, Meeting.held_on, Meeting.starts_at, Series.name)
        .join(Series, Series.id == Meeting.series_id)
        .where(
            Series.intervention_id.in_(actor.context.interventions),
            Meeting.held_on.between(first, last),
            Meeting.saved_at.is_(None),
        )
        .order_by(Meeting.held_on, Meeting.starts_at, Meeting.id)
    )
    return actor.session.execute(query).all()
