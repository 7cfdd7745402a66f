"""Steps in insatser's lives, what is decided about their money, and the portfolio as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Conflict, Invalid, NotFound
from fyrklang.modules.portfolio import acts
from fyrklang.modules.portfolio.models import Application, Paper, Step
from fyrklang.modules.portfolio.protocol import DECISIONS, PARTS, STEPS, possible
from fyrklang.sdk.audit import record
from fyrklang.sdk.insatser import Insats, insatser
from fyrklang.sdk.portfolio import Known, Place, known_of, move_insats, one_insats
from fyrklang.web.uploads import Upload

REQUIRED = {
    "by_whom": "Skriv vem.",
    "reference": "Skriv paragraf eller diarienummer.",
    "amount_ore": "Ange ett belopp i kronor, till exempel 125 000.",
    "first_day": "Ange första dagen.",
    "last_day": "Ange sista dagen.",
    "words": "Skriv några ord.",
}
MOST_YEARS = 15
MOST_PAPERS = 30


@dataclass(frozen=True)
class YearMoney:
    """What the economy says of an insats in one year, in öre; None where it has no such line."""

    year: int
    budget: int | None
    actual: int | None
    esf_budget: int | None
    esf_actual: int | None


@dataclass(frozen=True)
class Money:
    """The decision in force against the budget of its years."""

    decision: Step | None
    years: Sequence[YearMoney]

    @property
    def budgeted(self) -> int:
        """The förbund's own money in the budgets of the decision's years."""
        if self.decision is None or self.decision.first_day is None or self.decision.last_day is None:
            return 0
        first, last = self.decision.first_day.year, self.decision.last_day.year
        return sum(each.budget or 0 for each in self.years if first <= each.year <= last)

    @property
    def difference(self) -> int:
        """Budgeted less decided; positive is more than the board has granted."""
        granted = self.decision.amount_ore if self.decision else None
        return 0 if granted is None else self.budgeted - granted


@dataclass(frozen=True)
class Line:
    """An insats in the portfolio: the decision in force in a year, money and staff."""

    insats: Insats
    decision: Step | None
    known: Mapping[Known, int]
    difference: int | None


def steps_of(actor: Actor, intervention_id: UUID) -> Sequence[Step]:
    """The steps of an insats in the order they were registered.

    Raises:
        NotFound: no such insats in this förbund.
    """
    actor.require(Permission.INTERVENTIONS_READ)
    one_insats(actor.session, intervention_id)
    query = select(Step).where(Step.intervention_id == intervention_id).order_by(Step.position)
    return actor.session.scalars(query).all()


def take_step(actor: Actor, intervention_id: UUID, code: str, values: Mapping[str, Any]) -> UUID:
    """Take a step from where the insats is; returns the step's id.

    Raises:
        NotFound: no such insats in this förbund, or no such kind of step.
        Conflict: the step cannot be taken from the insats' status.
        Invalid: something the step asks for is missing, or days do not fit one another.
    """
    actor.require(Permission.INTERVENTIONS_WRITE)
    kind = STEPS.get(code)
    insats = one_insats(actor.session, intervention_id)
    if kind is None:
        raise NotFound
    if code not in possible(insats.status):
        raise Conflict("Steget går inte att ta där insatsen är nu. Läs om sidan och försök igen.")
    before = steps_of(actor, intervention_id)
    given = {name: values.get(name) for name in kind.labels}
    faults = _faults(code, values["on_date"], given, before)
    if faults:
        raise Invalid(fields=faults)
    made = Step(
        intervention_id=intervention_id,
        position=before[-1].position + 1 if before else 1,
        kind=code,
        on_date=values["on_date"],
        from_status=insats.status,
        to_status=kind.to or insats.status,
        was_starts_on=insats.starts_on,
        was_ends_on=insats.ends_on,
        created_by=actor.person_id,
        **{name: value for name, value in given.items() if value is not None},
    )
    place = _place_after(insats, made)
    actor.session.add(made)
    actor.session.flush()
    move_insats(actor, intervention_id, place)
    record(actor, acts.STEPPED, acts.INSATS, intervention_id, step=code)
    return made.id


def _faults(code: str, on_date: date, given: Mapping[str, Any], before: Sequence[Step]) -> dict[str, str]:
    kind = STEPS[code]
    faults = {
        name: REQUIRED[name] for name in kind.labels if name in kind.required and given[name] in (None, "")
    }
    if on_date > clock.today():
        faults["on_date"] = "Dagen har inte kommit än."
    elif before and kind.to and on_date < before[-1].on_date:
        latest = before[-1]
        faults["on_date"] = f"Steget före är från {latest.on_date}. Välj den dagen eller en senare."
    first, last = given.get("first_day"), given.get("last_day")
    if first is not None and last is not None and last < first:
        faults["last_day"] = f"Sista dagen kan inte vara före den första ({first})."
    elif first is not None and last is not None and last.year - first.year >= MOST_YEARS:
        faults["last_day"] = f"Perioden kan vara högst {MOST_YEARS} år."
    elif last is not None and first is None and "first_day" not in faults:
        faults["first_day"] = REQUIRED["first_day"]
    return faults


def _place_after(insats: Insats, step: Step) -> Place:
    """Where the step leaves the insats: a start sets its first day, an end its last.

    Raises:
        Invalid: it would end before it begins.
    """
    starts_on, ends_on = insats.starts_on, insats.ends_on
    if step.kind in DECISIONS:
        ends_on = step.last_day
        starts_on = step.first_day if step.kind == "DECIDE" and step.first_day else starts_on
    elif step.kind == "START":
        starts_on = step.on_date
    elif step.kind == "END" or (step.kind == "IMPLEMENT" and step.from_status != "ENDED"):
        ends_on = step.on_date
    if ends_on is not None and ends_on < starts_on:
        text = f"Insatsen skulle sluta {ends_on}, före sin första dag {starts_on}."
        raise Invalid(fields={"last_day" if step.kind in DECISIONS else "on_date": text})
    return Place(step.to_status, starts_on, ends_on)


def undo_step(actor: Actor, intervention_id: UUID, step_id: UUID) -> None:
    """Take back the latest step: status and days become what they were.

    Raises:
        NotFound: no such step of this insats.
        Conflict: it is not the latest.
    """
    actor.require(Permission.INTERVENTIONS_WRITE)
    steps = steps_of(actor, intervention_id)
    found = next((step for step in steps if step.id == step_id), None)
    if found is None:
        raise NotFound
    if found is not steps[-1]:
        raise Conflict("Bara det senaste steget går att ångra.")
    back = Place(found.from_status, found.was_starts_on, found.was_ends_on)
    kind = found.kind
    actor.session.delete(found)
    actor.session.flush()
    move_insats(actor, intervention_id, back)
    record(actor, acts.UNDONE, acts.INSATS, intervention_id, step=kind)


def application_of(actor: Actor, intervention_id: UUID) -> Application:
    """What the application says; an empty one, not stored, where nobody has written any.

    Raises:
        NotFound: no such insats in this förbund.
    """
    actor.require(Permission.INTERVENTIONS_READ)
    one_insats(actor.session, intervention_id)
    query = select(Application).where(Application.intervention_id == intervention_id)
    empty = Application(intervention_id=intervention_id, version=0, **dict.fromkeys(PARTS, ""))
    return actor.session.scalars(query).first() or empty


def write_application(actor: Actor, intervention_id: UUID, values: Mapping[str, str], version: int) -> None:
    """Keep what an application says, if nobody wrote in it since `version`.

    Raises:
        NotFound: no such insats in this förbund.
        Conflict: somebody saved it in between.
    """
    actor.require(Permission.INTERVENTIONS_WRITE)
    row = application_of(actor, intervention_id)
    if row.version != version:
        raise Conflict
    if version == 0:
        actor.session.add(row)
    for name in PARTS:
        setattr(row, name, values[name])
    row.version = version + 1
    row.updated_by, row.updated_at = actor.person_id, clock.now()
    actor.session.flush()
    record(actor, acts.WRITTEN, acts.INSATS, intervention_id)


def papers_of(actor: Actor, intervention_id: UUID) -> Sequence[Paper]:
    """An insats' documents, latest first, without their content."""
    actor.require(Permission.INTERVENTIONS_READ)
    query = select(Paper).where(Paper.intervention_id == intervention_id).order_by(Paper.added_at.desc())
    return actor.session.scalars(query).all()


def attach(actor: Actor, intervention_id: UUID, sent: Upload) -> None:
    """Keep a document that has been looked into.

    Raises:
        NotFound: no such insats in this förbund.
        Invalid: it is there already, or the insats has as many as it may.
    """
    actor.require(Permission.INTERVENTIONS_WRITE)
    one_insats(actor.session, intervention_id)
    there = papers_of(actor, intervention_id)
    if any(paper.digest == sent.digest for paper in there):
        raise Invalid(fields={"file": "Handlingen finns redan."})
    if len(there) >= MOST_PAPERS:
        raise Invalid(fields={"file": f"En insats kan ha högst {MOST_PAPERS} handlingar."})
    actor.session.add(
        Paper(
            intervention_id=intervention_id,
            name=sent.name,
            mimetype=sent.kind.mimetype,
            content=sent.content,
            digest=sent.digest,
            added_by=actor.person_id,
        )
    )
    actor.session.flush()
    record(actor, acts.ATTACHED, acts.INSATS, intervention_id)


def get_paper(actor: Actor, intervention_id: UUID, paper_id: UUID) -> Paper:
    """One document.

    Raises:
        NotFound: the insats has no such document.
    """
    actor.require(Permission.INTERVENTIONS_READ)
    query = select(Paper).where(Paper.intervention_id == intervention_id, Paper.id == paper_id)
    found = actor.session.scalars(query).first()
    if found is None:
        raise NotFound
    return found


def detach(actor: Actor, intervention_id: UUID, paper_id: UUID) -> None:
    """Take a document away.

    Raises:
        NotFound: the insats has no such document.
    """
    actor.require(Permission.INTERVENTIONS_WRITE)
    actor.session.delete(get_paper(actor, intervention_id, paper_id))
    actor.session.flush()
    record(actor, acts.DETACHED, acts.INSATS, intervention_id)


def money_of(actor: Actor, intervention_id: UUID) -> Money:
    """The latest decision, and the economy's figures for its years and this one.

    Raises:
        NotFound: no such insats in this förbund.
    """
    actor.require(Permission.ECONOMY_READ)
    decided = [step for step in steps_of(actor, intervention_id) if step.kind in DECISIONS]
    decision = decided[-1] if decided else None
    years = {clock.today().year, *_years_of(decision)}
    found = []
    for year in sorted(years):
        known = known_of(actor.session, year).get(intervention_id, {})
        if known.keys() & {"budget", "actual", "esf_budget", "esf_actual"}:
            money = (known.get(what) for what in ("budget", "actual", "esf_budget", "esf_actual"))
            found.append(YearMoney(year, *money))
    return Money(decision, found)


def _years_of(decision: Step | None) -> range:
    if decision is None or decision.first_day is None or decision.last_day is None:
        return range(0)
    return range(decision.first_day.year, decision.last_day.year + 1)


def overview(actor: Actor, year: int) -> list[Line]:
    """Every insats that runs in a year or waits to: decision in force, money and staff."""
    actor.require(Permission.ECONOMY_READ)
    found = [item for item in insatser(actor.session).values() if item.runs_in(year)]
    decisions = decisions_in_force(actor, year)
    years = {year}.union(*(_years_of(decision) for decision in decisions.values()))
    known = {each: known_of(actor.session, each) for each in years}
    return [
        Line(
            item,
            decision := decisions.get(item.id),
            known[year].get(item.id, {}),
            _difference(decision, [known[each].get(item.id, {}) for each in _years_of(decision)]),
        )
        for item in found
    ]


def _difference(decision: Step | None, known: Sequence[Mapping[Known, int]]) -> int | None:
    """Budgeted less decided over the decision's years; None where no year has a budget."""
    budgets = [each["budget"] for each in known if "budget" in each]
    if decision is None or decision.amount_ore is None or not budgets:
        return None
    return sum(budgets) - decision.amount_ore


def decisions_in_force(actor: Actor, year: int) -> dict[UUID, Step]:
    """Each insats' latest decision about any day of a year."""
    actor.require(Permission.INTERVENTIONS_READ)
    query = (
        select(Step)
        .where(
            Step.kind.in_(DECISIONS), Step.first_day <= date(year, 12, 31), Step.last_day >= date(year, 1, 1)
        )
        .order_by(Step.position)
    )
    return {step.intervention_id: step for step in actor.session.scalars(query)}


def waiting(actor: Actor) -> list[tuple[Insats, int]]:
    """Insatser that wait for a decision, and how many days since their application."""
    actor.require(Permission.INTERVENTIONS_READ)
    query = select(Step.intervention_id, func.max(Step.on_date)).where(Step.kind == "APPLY")
    rows = actor.session.execute(query.group_by(Step.intervention_id))
    applied = {row[0]: row[1] for row in rows}
    today = clock.today()
    return [
        (item, (today - applied[item.id]).days)
        for item in insatser(actor.session).values()
        if item.status == "APPLIED" and item.id in applied
    ]
