"""Who the members are on a day, who sits for them, and whom they lend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, or_, select

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel.errors import Invalid, NotFound
from fyrklang.modules.members import acts
from fyrklang.modules.members.models import Seat, Secondment
from fyrklang.sdk.audit import record
from fyrklang.sdk.codes import PARTY_KINDS
from fyrklang.sdk.insatser import insatser
from fyrklang.tenancy.registry.models import Member, Organisation


def list_members(actor: Actor, on: date) -> Sequence[Any]:
    """Members in force on a day: the four kinds in their fixed order, then Swedish name order."""
    actor.require(Permission.MEMBERS_READ)
    kind_order = case({kind: place for place, kind in enumerate(PARTY_KINDS)}, value=Member.party_kind)
    columns = (Member.id, Member.party_kind, Member.name, Member.valid_from, Member.valid_to, Member.source)
    return actor.session.execute(
        select(*columns)
        .where(
            or_(Member.valid_from.is_(None), Member.valid_from <= on),
            or_(Member.valid_to.is_(None), Member.valid_to >= on),
        )
        .order_by(kind_order, func.registry.sv_sort(Member.name))
    ).all()


BODIES = {"BOARD": "Styrelsen", "PREP": "Beredningsgruppen"}
SEAT_ROLES = {
    "CHAIR": "Ordförande",
    "VICE": "Vice ordförande",
    "MEMBER": "Ledamot",
    "SUBSTITUTE": "Ersättare",
}


@dataclass(frozen=True)
class Lent:
    """What one member has promised and filled on a day, in percent of full posts."""

    name: str
    promised: int
    filled: int

    @property
    def vacant(self) -> int:
        """Promised and not filled."""
        return self.promised - self.filled


def list_seats(actor: Actor, on: date) -> Sequence[Any]:
    """Seats held on a day: the board first, chair first, each with the member that chose."""
    actor.require(Permission.MEMBERS_READ)
    order = case({role: place for place, role in enumerate(SEAT_ROLES)}, value=Seat.role)
    columns = (Seat.id, Seat.body, Seat.role, Seat.name, Seat.valid_from, Seat.valid_to)
    return actor.session.execute(
        select(*columns, Organisation.name.label("organisation"))
        .join(Organisation, Organisation.id == Seat.organisation_id)
        .where(Seat.valid_from <= on, or_(Seat.valid_to.is_(None), Seat.valid_to >= on))
        .order_by(Seat.body, order, func.registry.sv_sort(Seat.name))
    ).all()


def add_seat(actor: Actor, values: Mapping[str, Any]) -> UUID:
    """Give a member a seat; returns its id.

    Raises:
        Invalid: not a member on the first day, days out of order, or a second chair at the same time.
    """
    actor.require(Permission.MEMBERS_WRITE)
    faults = seat_faults(actor, values)
    if faults:
        raise Invalid(fields=faults)
    made = Seat(**values)
    actor.session.add(made)
    actor.session.flush()
    record(actor, acts.SEATED, "seat", made.id)
    return made.id


def seat_faults(actor: Actor, values: Mapping[str, Any]) -> dict[str, str]:
    """Why somebody cannot have a seat; empty when they can."""
    faults = _party_faults(actor, values)
    if values["role"] in ("CHAIR", "VICE") and not faults:
        same = select(Seat.id).where(
            Seat.body == values["body"],
            Seat.role == values["role"],
            or_(Seat.valid_to.is_(None), Seat.valid_to >= values["valid_from"]),
        )
        if values["valid_to"]:
            same = same.where(Seat.valid_from <= values["valid_to"])
        if actor.session.scalar(same.limit(1)):
            faults["role"] = "Platsen är redan besatt under den tiden. Avsluta den först."
    return faults


def end_seat(actor: Actor, seat_id: UUID, last_day: date) -> None:
    """End a seat on a day.

    Raises:
        NotFound: no such seat in this förbund.
        Invalid: the day is before its first.
    """
    actor.require(Permission.MEMBERS_WRITE)
    row = actor.session.scalars(select(Seat).where(Seat.id == seat_id)).first()
    if row is None:
        raise NotFound
    if last_day < row.valid_from:
        raise Invalid(fields={"last_day": f"Platsen börjar {row.valid_from}. Välj en senare dag."})
    row.valid_to = last_day
    actor.session.flush()
    record(actor, acts.UNSEATED, "seat", seat_id)


def list_secondments(actor: Actor, on: date) -> Sequence[Any]:
    """Lent staff on a day or later, by member; a vacancy has no person."""
    actor.require(Permission.MEMBERS_READ)
    columns = (
        Secondment.id,
        Secondment.intervention_id,
        Secondment.profession,
        Secondment.person,
        Secondment.percent,
        Secondment.valid_from,
        Secondment.valid_to,
    )
    return actor.session.execute(
        select(*columns, Organisation.name.label("organisation"))
        .join(Organisation, Organisation.id == Secondment.organisation_id)
        .where(or_(Secondment.valid_to.is_(None), Secondment.valid_to >= on))
        .order_by(func.registry.sv_sort(Organisation.name), Secondment.valid_from, Secondment.id)
    ).all()


def lent_by_member(rows: Sequence[Any], on: date) -> list[Lent]:
    """Promised against filled on a day, a line for each member that has promised anything."""
    sums: dict[str, list[int]] = {}
    for row in rows:
        if row.valid_from <= on:
            held = sums.setdefault(row.organisation, [0, 0])
            held[0] += row.percent
            held[1] += row.percent if row.person else 0
    return [Lent(name, promised, filled) for name, (promised, filled) in sums.items()]


def add_secondment(actor: Actor, values: Mapping[str, Any]) -> UUID:
    """Register staff a member has promised, filled or vacant; returns its id.

    Raises:
        Invalid: not a member on the first day, days out of order, or an insats that does not exist here.
    """
    actor.require(Permission.MEMBERS_WRITE)
    faults = _party_faults(actor, values)
    known = {item.id for item in insatser(actor.session).values()}
    if values["intervention_id"] is not None and values["intervention_id"] not in known:
        faults["intervention_id"] = "Välj en insats."
    if faults:
        raise Invalid(fields=faults)
    made = Secondment(**values)
    actor.session.add(made)
    actor.session.flush()
    record(actor, acts.LENT, "secondment", made.id)
    return made.id


def fill_secondment(actor: Actor, secondment_id: UUID, person: str, last_day: date | None) -> None:
    """Name who fills a post, empty it again, or end it on a day.

    Raises:
        NotFound: no such post in this förbund.
        Invalid: the day is before its first.
    """
    actor.require(Permission.MEMBERS_WRITE)
    row = actor.session.scalars(select(Secondment).where(Secondment.id == secondment_id)).first()
    if row is None:
        raise NotFound
    if last_day is not None and last_day < row.valid_from:
        raise Invalid(fields={"last_day": f"Utlåningen börjar {row.valid_from}. Välj en senare dag."})
    row.person, row.valid_to = person, last_day
    actor.session.flush()
    record(actor, acts.LENT_CHANGED, "secondment", secondment_id)


def _party_faults(actor: Actor, values: Mapping[str, Any]) -> dict[str, str]:
    first, last = values["valid_from"], values["valid_to"]
    faults = {}
    if values["organisation_id"] not in {row.organisation_id for row in _members_on(actor, first)}:
        faults["organisation_id"] = "Välj en medlem den dagen."
    if last is not None and last < first:
        faults["valid_to"] = f"Sista dagen kan inte vara före den första ({first})."
    return faults


def member_choices(actor: Actor, on: date) -> list[tuple[str, str]]:
    """Members on a day, for a form."""
    actor.require(Permission.MEMBERS_READ)
    return [(str(row.organisation_id), row.name) for row in _members_on(actor, on)]


def _members_on(actor: Actor, on: date) -> Sequence[Any]:
    query = select(Member.organisation_id, Member.name).where(
        or_(Member.valid_from.is_(None), Member.valid_from <= on),
        or_(Member.valid_to.is_(None), Member.valid_to >= on),
    )
    return actor.session.execute(query.order_by(func.registry.sv_sort(Member.name))).all()
