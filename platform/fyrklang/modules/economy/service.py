"""Contributions: what each member owes, what is called and what is paid. Amounts are öre."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Conflict, Invalid
from fyrklang.modules.economy import acts
from fyrklang.modules.economy.models import EconomyYear, Entry, Weight
from fyrklang.modules.economy.shares import KOMMUN, PARTS, REGION, STATE, Payer, allot, instalment
from fyrklang.sdk.audit import record
from fyrklang.tenancy.registry.models import Member
from fyrklang.tenancy.session import TenantSession

PARTY_ORDER = (STATE, REGION, KOMMUN)


@dataclass(frozen=True)
class Line:
    """One member's year: owed, called and paid in öre. `days` are its days as a member."""

    organisation_id: UUID
    name: str
    party_kind: str
    weight: int
    days: int
    owed: int
    called: int
    paid: int

    @property
    def left(self) -> int:
        """What is still to be paid of the year."""
        return self.owed - self.paid

    @property
    def late(self) -> int:
        """What is called and not yet paid."""
        return max(0, self.called - self.paid)


@dataclass(frozen=True)
class Party:
    """The state, the region(s) or the kommuner, with their members."""

    kind: str
    lines: Sequence[Line]

    @property
    def owed(self) -> int:
        """The party's part of the year's money."""
        return sum(line.owed for line in self.lines)

    @property
    def called(self) -> int:
        """Called from the party so far."""
        return sum(line.called for line in self.lines)

    @property
    def paid(self) -> int:
        """Paid by the party so far."""
        return sum(line.paid for line in self.lines)


@dataclass(frozen=True)
class Financing:
    """A year's money by party. `total` is None when no sum is decided."""

    year: int
    total: int | None
    decided_on: date | None
    decision: str
    parties: Sequence[Party]

    @property
    def owed(self) -> int:
        """Everything the members owe."""
        return sum(party.owed for party in self.parties)

    @property
    def balanced(self) -> bool:
        """Whether the parties' parts stand as 50/25/25, to the öre that cannot be divided."""
        whole = self.total or 0
        by_kind = {party.kind: party.owed for party in self.parties}
        norm = all(abs(4 * by_kind.get(kind, 0) - PARTS[kind] * whole) <= 4 for kind in PARTS)
        return norm and self.owed == whole


def financing(actor: Actor, year: int) -> Financing:
    """Members against their shares, called and paid, for a year."""
    actor.require(Permission.ECONOMY_READ)
    return financing_of(actor.session, year)


def financing_of(session: TenantSession, year: int) -> Financing:
    """As `financing`, for figures that other features ask for."""
    stored = session.scalars(select(EconomyYear).where(EconomyYear.year == year)).first()
    names, payers = _payers(session, year)
    owed = allot(stored.total_ore if stored else 0, payers, year)
    entered = _entered(session, year)
    known = {payer.organisation_id: payer for payer in payers}
    lines = [
        Line(
            organisation_id=own,
            name=names[own],
            party_kind=known[own].party_kind,
            weight=known[own].weight,
            days=sum(payer.days_in(year) for payer in payers if payer.organisation_id == own),
            owed=owed.get(own, 0),
            called=entered.get((own, "CALLED"), 0),
            paid=entered.get((own, "PAID"), 0),
        )
        for own in known
    ]
    parties = [Party(kind, [line for line in lines if line.party_kind == kind]) for kind in PARTY_ORDER]
    return Financing(
        year,
        stored.total_ore if stored else None,
        stored.decided_on if stored else None,
        stored.decision if stored else "",
        [party for party in parties if party.lines],
    )


def _payers(session: TenantSession, year: int) -> tuple[dict[UUID, str], list[Payer]]:
    """Members with any day in the year, or with money entered for it, in Swedish name order."""
    columns = (Member.organisation_id, Member.party_kind, Member.name, Member.valid_from, Member.valid_to)
    rows = session.execute(
        select(*columns)
        .where(Member.party_kind.in_(PARTY_ORDER))
        .order_by(func.registry.sv_sort(Member.name), Member.valid_from)
    ).all()
    weights = weights_in(session, year)
    weighted = {row.party_kind for row in rows if row.organisation_id in weights}
    payers = [
        Payer(
            row.organisation_id,
            row.party_kind,
            row.valid_from,
            row.valid_to,
            weights.get(row.organisation_id, 0 if row.party_kind in weighted else 1),
        )
        for row in rows
    ]
    entered = {own for own, _kind in _entered(session, year)}
    kept = [payer for payer in payers if payer.days_in(year) or payer.organisation_id in entered]
    return {row.organisation_id: row.name for row in rows}, kept


def weights_in(session: TenantSession, year: int) -> dict[UUID, int]:
    """Each organisation's weight in force in a year; one never given a weight is left out."""
    query = select(Weight.organisation_id, Weight.weight).where(Weight.first_year <= year)
    return {row[0]: row[1] for row in session.execute(query.order_by(Weight.first_year))}


def _entered(session: TenantSession, year: int) -> dict[tuple[UUID, str], int]:
    query = (
        select(Entry.organisation_id, Entry.kind, func.sum(Entry.amount_ore))
        .where(Entry.year == year)
        .group_by(Entry.organisation_id, Entry.kind)
    )
    return {(row[0], row[1]): int(row[2]) for row in session.execute(query)}


def years(actor: Actor) -> list[int]:
    """Years with a decided sum, latest first."""
    actor.require(Permission.ECONOMY_READ)
    return list(actor.session.scalars(select(EconomyYear.year).order_by(EconomyYear.year.desc())))


def set_year(actor: Actor, year: int, total_ore: int, decided_on: date | None, decision: str) -> None:
    """Decide or change the sum the members pay together for a year."""
    actor.require(Permission.ECONOMY_WRITE)
    row = actor.session.scalars(select(EconomyYear).where(EconomyYear.year == year)).first()
    if row is None:
        row = EconomyYear(year=year, total_ore=total_ore)
        actor.session.add(row)
    row.total_ore, row.decided_on, row.decision = total_ore, decided_on, decision
    actor.session.flush()
    record(actor, acts.YEAR_SET, year=year, total_ore=total_ore)


def set_key(actor: Actor, first_year: int, weights: Mapping[UUID, int]) -> None:
    """Set the members' weights within their party from a year on; earlier years keep theirs.

    Raises:
        Invalid: a party would be left without any weight.
    """
    actor.require(Permission.ECONOMY_WRITE)
    _names, payers = _payers(actor.session, first_year)
    for kind in PARTY_ORDER:
        held = [weights.get(payer.organisation_id) for payer in payers if payer.party_kind == kind]
        given = [weight for weight in held if weight is not None]
        if given and not any(given):
            raise Invalid(fields={"": "Alla i en part kan inte ha andelen noll."})
    stored = actor.session.scalars(select(Weight).where(Weight.first_year == first_year))
    existing = {row.organisation_id: row for row in stored}
    for own, weight in weights.items():
        if own in existing:
            existing[own].weight = weight
        else:
            actor.session.add(Weight(organisation_id=own, weight=weight, first_year=first_year))
    actor.session.flush()
    record(actor, acts.KEY_SET, year=first_year)


def call_quarter(actor: Actor, year: int, quarter: int) -> int:
    """Call from every member what makes up the year to date; returns the sum called.

    Raises:
        Invalid: the year has no decided sum.
        Conflict: there is nothing left to call to date.
    """
    actor.require(Permission.ECONOMY_WRITE)
    found = financing_of(actor.session, year)
    if not found.total:
        raise Invalid(fields={"": "Ange först årets bidrag."})
    summed = 0
    for line in (line for party in found.parties for line in party.lines):
        amount = instalment(line.owed, quarter, line.called)
        if amount:
            summed += amount
            actor.session.add(
                Entry(
                    organisation_id=line.organisation_id,
                    year=year,
                    kind="CALLED",
                    quarter=quarter,
                    amount_ore=amount,
                    on_date=clock.today(),
                )
            )
    if not summed:
        raise Conflict("Bidragen är redan rekvirerade till och med det kvartalet.")
    actor.session.flush()
    record(actor, acts.CALLED, year=year, quarter=quarter)
    return summed


def register_payment(actor: Actor, year: int, organisation_id: UUID, amount_ore: int, on_date: date) -> None:
    """Register what a member has paid; a negative amount corrects.

    Raises:
        Invalid: the organisation does not pay in that year, or the day has not come.
    """
    actor.require(Permission.ECONOMY_WRITE)
    _names, payers = _payers(actor.session, year)
    faults = {}
    if organisation_id not in {payer.organisation_id for payer in payers}:
        faults["organisation_id"] = "Välj en medlem."
    if amount_ore == 0:
        faults["amount"] = "Ange ett belopp."
    if on_date > clock.today():
        faults["on_date"] = "Dagen har inte kommit än."
    if faults:
        raise Invalid(fields=faults)
    actor.session.add(
        Entry(
            organisation_id=organisation_id,
            year=year,
            kind="PAID",
            amount_ore=amount_ore,
            on_date=on_date,
        )
    )
    actor.session.flush()
    record(actor, acts.PAID, year=year)
