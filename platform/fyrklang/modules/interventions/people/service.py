"""What an insats stores about people, and how they come in.

A stores counts alone, B a code, C the parties' own data. A mode holds from the day it is saved; which
figures a year is made of follows whole years, so that nobody is counted twice and no quarter is lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Conflict, Invalid
from fyrklang.modules.interventions import acts
from fyrklang.modules.interventions.models import Count, Intervention, ModeChange
from fyrklang.modules.interventions.service import entity
from fyrklang.sdk.audit import record
from fyrklang.sdk.facts import ask_for_recompute

INTAKE = ("who_for", "referrals_open", "referral_required", "free_text")
ON_PEOPLE = ("B", "C")


@dataclass(frozen=True)
class Standing:
    """Where an insats stands: its row, the last year with counts, whether anybody's stay or remiss is open,
    and every change so far, the latest first."""

    row: Intervention
    counted_to: int | None
    goes_on: bool
    changes: Sequence[ModeChange]

    @property
    def earliest(self) -> int:
        """The first year that may be counted in the other way."""
        if self.row.mode != "A":
            return clock.today().year + 1
        if self.counted_to is None:
            return int(self.row.starts_on.year)
        return max(self.counted_to + 1, self.row.starts_on.year)

    @property
    def may_change(self) -> bool:
        """Whether there is any mode to change to: one that went back to counts stays there."""
        return self.row.direction == "INDIVIDUAL" and self.row.person_level_to is None


def standing(actor: Actor, intervention_id: UUID) -> Standing:
    """Everything the pages and the rules need.

    Raises:
        NotFound: no such insats in this förbund.
    """
    actor.require(Permission.INTERVENTIONS_WRITE)
    row = entity(actor, intervention_id)
    counted = select(func.max(Count.year)).where(Count.intervention_id == row.id)
    changes = select(ModeChange).where(ModeChange.intervention_id == row.id)
    return Standing(
        row,
        actor.session.scalar(counted),
        bool(actor.session.scalar(select(func.care.goes_on(row.id)))),
        actor.session.scalars(changes.order_by(ModeChange.changed_at.desc())).all(),
    )


def change_mode(actor: Actor, intervention_id: UUID, values: Mapping[str, Any], version: int) -> None:
    """Store more, or less, about people from now on. `values` as `schemas.ModeIn` gives them.

    Raises:
        NotFound: no such insats in this förbund.
        Conflict: someone saved it in between.
        Invalid: the change is no change, has no years to count in, or people would be left behind.
    """
    actor.require(Permission.USERS_WRITE)
    found = standing(actor, intervention_id)
    row, to_mode = found.row, values["to_mode"]
    if row.version != version:
        raise Conflict
    _check(found, to_mode, values)
    actor.session.add(
        ModeChange(
            intervention_id=row.id,
            from_mode=row.mode,
            to_mode=to_mode,
            first_year=_first_year(found, to_mode, values),
            officer=values["officer"],
            basis=values["basis"],
            decided_on=values["decided_on"],
            changed_by=actor.person_id,
        )
    )
    record(actor, acts.MODE_SET, acts.INTERVENTION, row.id, from_mode=row.mode, to_mode=to_mode)
    if to_mode == "A":
        row.person_level_to = values["first_year"] - 1
        row.referrals_open = False
    elif row.mode == "A":
        row.person_level_from, row.follow_up_method = values["first_year"], "PERSON"
    row.mode = to_mode
    row.version += 1
    actor.session.flush()
    ask_for_recompute(actor.session, row.id, clock.today().year)


def change_intake(actor: Actor, intervention_id: UUID, values: Mapping[str, Any], version: int) -> None:
    """Say who the insats is for and how people come in. `values` as `schemas.IntakeIn` gives them.

    Raises:
        NotFound: no such insats in this förbund.
        Conflict: someone saved it in between.
        Invalid: it cannot take remisser while it stores nothing about people.
    """
    actor.require(Permission.INTERVENTIONS_WRITE)
    row = entity(actor, intervention_id)
    if row.version != version:
        raise Conflict
    if values["referrals_open"] and row.mode == "A":
        text = "I läget Endast antal går det inte att ta emot remisser. Byt läge först."
        raise Invalid(fields={"referrals_open": text})
    changed = sorted(name for name in INTAKE if getattr(row, name) != values[name])
    for name in changed:
        setattr(row, name, values[name])
    row.version += 1
    actor.session.flush()
    record(actor, acts.INTAKE_SET, acts.INTERVENTION, row.id, fields=changed)


def _check(found: Standing, to_mode: str, values: Mapping[str, Any]) -> None:
    row, faults = found.row, {}
    if row.direction != "INDIVIDUAL":
        faults["to_mode"] = "En strukturövergripande insats har inga deltagare."
    elif row.person_level_to is not None:
        faults["to_mode"] = (
            "Insatsen har gått tillbaka till endast antal. Skapa en ny insats för att följa deltagare igen."
        )
    elif to_mode == row.mode:
        faults["to_mode"] = "Insatsen har redan det läget. Välj ett annat."
    elif to_mode == "A" and found.goes_on:
        faults["to_mode"] = (
            "Deltaganden eller remisser är inte avslutade. Teamet behöver avsluta dem innan läget byts."
        )
    if values["decided_on"] > clock.today():
        faults["decided_on"] = "Beslutet kan inte vara daterat efter i dag."
    if not faults and "A" in (to_mode, row.mode):
        faults |= _check_year(found, values["first_year"])
    if faults:
        raise Invalid(fields=faults)


def _check_year(found: Standing, year: int | None) -> dict[str, str]:
    this_year = clock.today().year
    if year is None:
        return {"first_year": f"Ange ett år, till exempel {max(found.earliest, this_year)}."}
    if year > this_year + 1:
        return {"first_year": f"Välj {this_year + 1} eller tidigare."}
    if year >= found.earliest:
        return {}
    if found.row.mode != "A":
        text = f"Året {this_year} räknas redan på deltagarna. Välj {this_year + 1}."
    elif found.counted_to is not None and found.counted_to >= year:
        text = f"Antal är registrerade till och med {found.counted_to}. Välj {found.earliest} eller senare."
    else:
        text = f"Insatsen startade {found.row.starts_on}. Välj {found.earliest} eller senare."
    return {"first_year": text}


def _first_year(found: Standing, to_mode: str, values: Mapping[str, Any]) -> int:
    """The year the change counts from; between B and C no figure changes, so it is this one."""
    if "A" in (to_mode, found.row.mode):
        return int(values["first_year"])
    return clock.today().year


__all__ = ["ON_PEOPLE", "Standing", "change_intake", "change_mode", "standing"]
