"""Avslut: how it will count is shown before, the ending can be undone for a week, coming back is a new stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from fyrklang.access.actor import Actor
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Conflict, Invalid
from fyrklang.modules.casework import acts, codes, counting, plans
from fyrklang.modules.casework.counting import Situation as Counted
from fyrklang.modules.casework.models import Situation, Stay
from fyrklang.modules.casework.stays import Case, need_open, opened, save_situation
from fyrklang.sdk.audit import record
from fyrklang.sdk.facts import ask_for_recompute

DEEDS = ("DONE", "HANDED_OVER", "CLOSED")
"""What can become of a commitment when its stay ends."""

_BLANK = {"occupations": ["UNK"], "work_extent": 0, "study_extent": 0, "income_sources": ["UNK"]}


@dataclass(frozen=True)
class Ending:
    """What is said of an ending. `after` is the situation now, which reasons that count ask for; `before` the one at
    the start, when nobody had said it; `handed` what becomes of each remaining commitment: state, and for
    HANDED_OVER handed_to and accepted.
    """

    ended_on: date
    end_reason: str
    after: Mapping[str, Any] | None = None
    before: Mapping[str, Any] | None = None
    handed: Mapping[UUID, Mapping[str, Any]] = field(default_factory=dict)


def check_when(case: Case, ended_on: date) -> None:
    """Refuse an ending on a day that cannot be.

    Raises:
        Invalid: it lies before the start or ahead of today.
    """
    if ended_on < case.stay.started_on:
        text = f"Slutdatum kan inte vara före starten ({case.stay.started_on})."
        raise Invalid(fields={"ended_on": text})
    if ended_on > clock.today():
        raise Invalid(fields={"ended_on": "Slutdatum kan inte ligga efter i dag."})


def steps_of(reason: str) -> tuple[int, ...]:
    """Which of the five steps an ending for a reason asks: what somebody does and lives on only where it counts,
    and nothing at all about a stay that never was."""
    if reason == counting.NEVER_COUNTED:
        return (1, 5)
    return (1, 4, 5) if reason in counting.OUTSIDE else (1, 2, 3, 4, 5)


def counts_as(case: Case, ending: Ending) -> list[str]:
    """How an ending would count, in sentences; the same rules as the figures."""
    if ending.end_reason == counting.NEVER_COUNTED:
        return ["Räknas inte alls. En felregistrering finns aldrig i statistiken."]
    stay = counting.StayCounted(
        sex=case.stay.sex,
        started_on=case.stay.started_on,
        ended_on=ending.ended_on,
        end_reason=ending.end_reason,
        before=_counted_values(ending.before) if ending.before else _counted(case.situations.get("START")),
        after=_counted_values(ending.after or {}),
    )
    parts = counting.ending_parts(stay)
    if not parts:
        return ["Räknas som deltagare under perioden, men ingår inte i något utfall."]
    if "M1" not in parts:
        return ["Räknas som avslut med okänd sysselsättning. Det syns i känt utfall, inte i resultatet."]
    said = [
        "Räknas som: i arbete eller studier."
        if parts["M1"][0]
        else "Räknas som: inte i arbete eller studier."
    ]
    if "M2" not in parts:
        said.append("Börjat eller ökat kan inte räknas, för starten är okänd.")
    else:
        said.append(
            "Räknas som: börjat eller ökat." if parts["M2"][0] else "Räknas inte som börjat eller ökat."
        )
    if parts["M3"][0]:
        said.append("Räknas som: aktivt arbetssökande.")
    return said


def end(actor: Actor, stay_id: UUID, ending: Ending) -> list[UUID]:
    """End a stay. Returns the jobs that recount.

    Raises:
        NotFound: there is no such stay for the actor.
        Conflict: it is over already.
        Invalid: the day cannot be, a commitment is left with nobody, or what counts is not told.
    """
    case = opened(actor, stay_id)
    need_open(case)
    check_when(case, ending.ended_on)
    steps = steps_of(ending.end_reason)
    if 2 in steps:
        if ending.after is None:
            raise Invalid(fields={"after": "Ange sysselsättning och försörjning vid avslutet."})
        if ending.before is not None and "START" not in case.situations:
            start = save_situation(actor, case.stay, "START", ending.before, case.stay.started_on)
            start.afterwards = True
        save_situation(actor, case.stay, "END", ending.after, ending.ended_on)
    if 4 in steps:
        _hand_over(actor, case, ending.handed)
    stay = case.stay
    stay.status = "MISREG" if ending.end_reason == counting.NEVER_COUNTED else "ENDED"
    stay.ended_on, stay.end_reason = ending.ended_on, ending.end_reason
    stay.ended_by, stay.ended_at = actor.person_id, clock.now()
    stay.version += 1
    actor.session.flush()
    record(actor, acts.ENDED, acts.STAY, stay.id, why=ending.end_reason)
    return _recount(actor, stay)


def may_undo(stay: Stay) -> bool:
    """Whether the ending is young enough to take back."""
    return stay.ended_at is not None and clock.now() - stay.ended_at < timedelta(days=codes.UNDO_DAYS)


def undo(actor: Actor, stay_id: UUID) -> list[UUID]:
    """Take an ending back within a week; the stay goes on as if it had not been.

    Raises:
        NotFound: there is no such stay for the actor.
        Conflict: it is not over, or the week is.
    """
    case = opened(actor, stay_id)
    stay = case.stay
    if case.is_open or not may_undo(stay):
        raise Conflict("Ett avslut kan ångras i sju dagar.")
    gone = delete(Situation).where(Situation.stay_id == stay.id, Situation.moment == "END")
    actor.session.execute(gone)
    last = stay.ended_on or clock.today()
    stay.status, stay.ended_on, stay.end_reason = "ACTIVE", None, None
    stay.ended_by, stay.ended_at = None, None
    stay.version += 1
    actor.session.flush()
    record(actor, acts.UNDONE, acts.STAY, stay.id)
    return _recount(actor, stay, last)


def left_over(actor: Actor, case: Case, handed: Mapping[UUID, Mapping[str, Any]]) -> dict[str, str]:
    """Field to sentence for each remaining commitment that would be left with nobody."""
    faults: dict[str, str] = {}
    for row in plans.whole(actor, case.stay).remaining:
        deed = handed.get(row.id)
        if deed is None or deed["state"] not in DEEDS:
            faults[f"state_{row.id}"] = "Välj vad som händer med åtagandet."
        elif deed["state"] == "HANDED_OVER" and not (deed["handed_to"].strip() and deed["accepted"]):
            faults[f"handed_to_{row.id}"] = "Skriv vem som tar över och att det är accepterat."
    return faults


def _hand_over(actor: Actor, case: Case, handed: Mapping[UUID, Mapping[str, Any]]) -> None:
    faults = left_over(actor, case, handed)
    if faults:
        raise Invalid(fields=faults)
    for row in plans.whole(actor, case.stay).remaining:
        deed = handed[row.id]
        row.state, row.handed_to = deed["state"], deed["handed_to"].strip()
        row.accepted_on = clock.today() if deed["state"] == "HANDED_OVER" else None
        row.version += 1
        row.changed_at = clock.now()


def _recount(actor: Actor, stay: Stay, last: date | None = None) -> list[UUID]:
    until = max((last or clock.today()).year, (stay.ended_on or clock.today()).year)
    years = range(stay.started_on.year, until + 1)
    return [ask_for_recompute(actor.session, stay.intervention_id, year) for year in years]


def _counted(row: Situation | None) -> Counted | None:
    if row is None:
        return None
    return Counted(
        frozenset(row.occupations), row.work_extent, row.study_extent, frozenset(row.income_sources)
    )


def _counted_values(values: Mapping[str, Any]) -> Counted:
    full = {**_BLANK, **values}
    return Counted(
        frozenset(full["occupations"]),
        full["work_extent"],
        full["study_extent"],
        frozenset(full["income_sources"]),
    )
