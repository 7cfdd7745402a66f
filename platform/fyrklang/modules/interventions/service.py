"""What can be done with insatser, goals and counts. Both doors call this; nothing here commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Select, bindparam, delete, exists, func, insert, or_, select

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Conflict, Invalid, NotFound
from fyrklang.kernel.ids import new_id
from fyrklang.modules.interventions import acts
from fyrklang.modules.interventions.checks import check_counts
from fyrklang.modules.interventions.models import COUNT_FIELDS, Count, Goal, Intervention, SourcedFact
from fyrklang.sdk.audit import record
from fyrklang.sdk.codes import INDIVIDUAL_FOCUS, SEXES, STRUCTURAL_FOCUS
from fyrklang.sdk.facts import ask_for_recompute
from fyrklang.sdk.measures import MEASURES, Measure
from fyrklang.tenancy.session import kept

LOCKED_FIELDS = ("direction", "follow_up_method", "esf_funded")
LIST_COLUMNS = (
    Intervention.id,
    Intervention.name,
    Intervention.direction,
    Intervention.focus,
    Intervention.format,
    Intervention.status,
    Intervention.follow_up_method,
    Intervention.mode,
    Intervention.esf_funded,
    Intervention.target_groups,
    Intervention.parties,
    Intervention.kommun_code,
    Intervention.places,
    Intervention.starts_on,
    Intervention.ends_on,
)
DETAIL_COLUMNS = (
    *LIST_COLUMNS,
    Intervention.description,
    Intervention.version,
    Intervention.person_level_from,
    Intervention.person_level_to,
)


EVERY = 100_000
"""A page that holds any list."""


@dataclass(frozen=True)
class Filter:
    """Which insatser to list; None means any. `year` keeps those that ran in it, `page` counts from 1."""

    status: str | None = None
    direction: str | None = None
    year: int | None = None
    page: int = 1
    page_size: int = 100


@dataclass(frozen=True)
class Listing:
    """One page of insatser and how many there are in all."""

    rows: Sequence[Any]
    total: int
    page: int
    page_size: int


def list_interventions(actor: Actor, wanted: Filter) -> Listing:
    """The förbund's insatser by name in Swedish order."""
    actor.require(Permission.INTERVENTIONS_READ)
    year = wanted.year or 0
    rows = actor.session.execute(
        _listing(by_status=bool(wanted.status), by_direction=bool(wanted.direction), by_year=bool(year)),
        {
            "status": wanted.status,
            "direction": wanted.direction,
            "first_day": date(year, 1, 1) if year else None,
            "last_day": date(year, 12, 31) if year else None,
            "page_size": wanted.page_size,
            "skipped": (wanted.page - 1) * wanted.page_size,
        },
    ).all()
    return Listing(rows, rows[0].total if rows else 0, wanted.page, wanted.page_size)


@cache
def _listing(*, by_status: bool, by_direction: bool, by_year: bool) -> Select[*tuple[Any, ...]]:
    """The query of each combination of filters, made once; parameters as in `list_interventions`."""
    query = select(*LIST_COLUMNS, func.count().over().label("total"))
    if by_status:
        query = query.where(Intervention.status == bindparam("status"))
    if by_direction:
        query = query.where(Intervention.direction == bindparam("direction"))
    if by_year:
        query = query.where(Intervention.starts_on <= bindparam("last_day")).where(
            or_(Intervention.ends_on.is_(None), Intervention.ends_on >= bindparam("first_day"))
        )
    order = (func.registry.sv_sort(Intervention.name), Intervention.id)
    page = bindparam("page_size", type_=Integer), bindparam("skipped", type_=Integer)
    return kept(query.order_by(*order).limit(page[0]).offset(page[1]))


def get_intervention(actor: Actor, intervention_id: UUID) -> Any:
    """One insats with its text and version.

    Raises:
        NotFound: it does not exist in this förbund.
    """
    actor.require(Permission.INTERVENTIONS_READ)
    row = actor.session.execute(select(*DETAIL_COLUMNS).where(Intervention.id == intervention_id)).first()
    if row is None:
        raise NotFound
    return row


def create_intervention(actor: Actor, values: Mapping[str, Any]) -> UUID:
    """Make an insats from validated values; returns its id.

    Raises:
        Invalid: the name is taken, or values do not fit one another.
    """
    actor.require(Permission.INTERVENTIONS_WRITE)
    _check(actor, values, None)
    row = Intervention(**values, created_by=actor.person_id)
    actor.session.add(row)
    actor.session.flush()
    record(actor, acts.CREATED, acts.INTERVENTION, row.id)
    return row.id


def update_intervention(actor: Actor, intervention_id: UUID, values: Mapping[str, Any], version: int) -> None:
    """Change an insats if nobody else did since `version`.

    Raises:
        NotFound: it does not exist in this förbund.
        Conflict: someone saved it in between.
        Invalid: the name is taken, values do not fit, or a locked field was changed after counting.
    """
    actor.require(Permission.INTERVENTIONS_WRITE)
    row = entity(actor, intervention_id)
    if row.version != version:
        raise Conflict
    _check(actor, values, intervention_id)
    _keep_locked(actor, row, values)
    changed = sorted(name for name, value in values.items() if getattr(row, name) != value)
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    actor.session.flush()
    record(actor, acts.CHANGED, acts.INTERVENTION, row.id, fields=changed)


def list_goals(actor: Actor, intervention_id: UUID) -> Sequence[Any]:
    """The goals of an insats, latest first year first."""
    columns = (Goal.id, Goal.measure, Goal.definition, Goal.target_permille, Goal.first_year, Goal.last_year)
    query = select(*columns).where(Goal.intervention_id == intervention_id)
    return actor.session.execute(query.order_by(Goal.first_year.desc(), Goal.measure)).all()


def goal_for(actor: Actor, intervention_id: UUID, measure: str, year: int) -> int | None:
    """The target in per mille that was in force for a year, or None."""
    query = (
        select(Goal.target_permille)
        .where(
            Goal.intervention_id == intervention_id,
            Goal.measure == measure,
            Goal.first_year <= year,
            or_(Goal.last_year.is_(None), Goal.last_year >= year),
        )
        .order_by(Goal.first_year.desc())
        .limit(1)
    )
    return actor.session.scalar(query)


def goals_in_force(actor: Actor, ids: Sequence[UUID], measure: str, year: int) -> dict[UUID, int]:
    """For a list page: each insats' target in per mille for a year, in one statement."""
    query = (
        select(Goal.intervention_id, Goal.target_permille)
        .where(Goal.intervention_id.in_(ids), Goal.measure == measure, Goal.first_year <= year)
        .where(or_(Goal.last_year.is_(None), Goal.last_year >= year))
        .order_by(Goal.first_year)
    )
    return {row.intervention_id: row.target_permille for row in actor.session.execute(query)} if ids else {}


def reported_years(actor: Actor) -> Sequence[int]:
    """Years in which any insats has counts, latest first."""
    return actor.session.scalars(select(Count.year).distinct().order_by(Count.year.desc())).all()


def latest_year(actor: Actor) -> int:
    """The latest year with counts, or this year."""
    return next(iter(reported_years(actor)), clock.today().year)


def share_measure(code: str) -> Measure:
    """The measure a goal or a result names.

    Raises:
        NotFound: there is none, or it is not a share.
    """
    measure = MEASURES.get(code)
    if measure is None or not measure.is_share:
        raise NotFound
    return measure


def set_goal(
    actor: Actor, intervention_id: UUID, measure: str, target_permille: int, first_year: int
) -> None:
    """Set the target for a measure from a year on; the same year again replaces it.

    Raises:
        NotFound: no such insats in this förbund.
        Invalid: the measure is not a share.
    """
    actor.require(Permission.INTERVENTIONS_WRITE)
    entity(actor, intervention_id)
    definition = MEASURES.get(measure)
    if definition is None or not definition.is_share:
        raise Invalid(fields={"measure": "Välj ett av alternativen."})
    actor.session.execute(
        delete(Goal).where(
            Goal.intervention_id == intervention_id, Goal.measure == measure, Goal.first_year == first_year
        )
    )
    goal = Goal(
        intervention_id=intervention_id,
        measure=measure,
        definition=definition.version,
        target_permille=target_permille,
        first_year=first_year,
    )
    actor.session.add(goal)
    actor.session.flush()
    record(
        actor,
        acts.GOAL_SET,
        acts.INTERVENTION,
        intervention_id,
        measure=measure,
        first_year=first_year,
        target_permille=target_permille,
    )


def counts_of(actor: Actor, intervention_id: UUID, year: int, quarter: int) -> dict[str, dict[str, int]]:
    """What is registered for a quarter: sex to field to number; empty when nothing is.

    Unprotected, so only for those who register.
    """
    actor.require(Permission.COUNTS_WRITE)
    columns = [getattr(Count, name) for name in COUNT_FIELDS]
    query = select(Count.sex, *columns).where(
        Count.intervention_id == intervention_id, Count.year == year, Count.quarter == quarter
    )
    return {row[0]: dict(zip(COUNT_FIELDS, row[1:], strict=True)) for row in actor.session.execute(query)}


def counts_per_quarter(actor: Actor, intervention_id: UUID, year: int) -> Sequence[Any]:
    """Registered quarters of a year, each field by sex as `k_started`, `m_started`, `u_started` …

    Unprotected, so only for those who register.
    """
    actor.require(Permission.COUNTS_WRITE)
    sums = [
        func.coalesce(func.sum(getattr(Count, name)).filter(Count.sex == sex), 0).label(
            f"{sex.lower()}_{name}"
        )
        for name in COUNT_FIELDS
        for sex in SEXES
    ]
    query = select(Count.quarter, *sums).where(Count.intervention_id == intervention_id, Count.year == year)
    return actor.session.execute(query.group_by(Count.quarter).order_by(Count.quarter)).all()


def register_counts(
    actor: Actor, intervention_id: UUID, period: tuple[int, int], counts: Mapping[str, Mapping[str, int]]
) -> UUID:
    """Replace what is registered for a quarter and ask for the facts to be counted anew.

    `period` is (year, quarter 1–4); `counts` is sex K, M, U to the five numbers. Returns the id of the
    job that recounts, whose progress the page shows.

    Raises:
        NotFound: no such insats in this förbund.
        Invalid: the quarter has not begun, or numbers contradict one another; keys are `K_ended` etc.
    """
    actor.require(Permission.COUNTS_WRITE)
    year, quarter = period
    row = entity(actor, intervention_id)
    check_counts(row, year, quarter, counts)
    actor.session.execute(
        delete(Count).where(
            Count.intervention_id == intervention_id, Count.year == year, Count.quarter == quarter
        )
    )
    stamp = clock.now()
    actor.session.execute(
        insert(Count),
        [
            {
                "tenant_id": actor.context.tenant_id,
                "id": new_id(),
                "intervention_id": intervention_id,
                "year": year,
                "quarter": quarter,
                "sex": sex,
                "updated_by": actor.person_id,
                "updated_at": stamp,
                **{name: numbers[name] for name in COUNT_FIELDS},
            }
            for sex, numbers in counts.items()
        ],
    )
    record(actor, acts.COUNTED, acts.INTERVENTION, intervention_id, year=year, quarter=quarter)
    return ask_for_recompute(actor.session, intervention_id, year)


def sourced_facts(actor: Actor, intervention_id: UUID) -> Sequence[Any]:
    """Published statements about the insats, in their order."""
    columns = (SourcedFact.statement, SourcedFact.as_of, SourcedFact.source)
    query = select(*columns).where(SourcedFact.intervention_id == intervention_id)
    return actor.session.execute(query.order_by(SourcedFact.position)).all()


def latest_open_quarter(on: date) -> tuple[int, int]:
    """The quarter staff most likely report: the last one that has ended."""
    quarter = (on.month - 1) // 3
    return (on.year, quarter) if quarter else (on.year - 1, 4)


def entity(actor: Actor, intervention_id: UUID) -> Intervention:
    """One insats, to change.

    Raises:
        NotFound: it does not exist in this förbund.
    """
    row = actor.session.scalars(select(Intervention).where(Intervention.id == intervention_id)).first()
    if row is None:
        raise NotFound
    return row


def _check(actor: Actor, values: Mapping[str, Any], own_id: UUID | None) -> None:
    faults: dict[str, str] = {}
    fitting = INDIVIDUAL_FOCUS if values["direction"] == "INDIVIDUAL" else STRUCTURAL_FOCUS
    if values["focus"] not in fitting:
        faults["focus"] = "Välj en preciserad inriktning som hör till insatsens inriktning."
    ends_on, starts_on = values.get("ends_on"), values["starts_on"]
    if ends_on is not None and ends_on < starts_on:
        faults["ends_on"] = f"Slutdatum kan inte vara före startdatum ({starts_on})."
    taken = select(Intervention.id).where(Intervention.name_norm == func.lower(func.btrim(values["name"])))
    if own_id is not None:
        taken = taken.where(Intervention.id != own_id)
    if actor.session.execute(taken).first():
        faults["name"] = "Det finns redan en insats med det namnet. Välj ett annat."
    if faults:
        raise Invalid(fields=faults)


def _keep_locked(actor: Actor, row: Intervention, values: Mapping[str, Any]) -> None:
    changed = [name for name in LOCKED_FIELDS if name in values and values[name] != getattr(row, name)]
    if not changed:
        return
    counted = actor.session.scalar(select(exists().where(Count.intervention_id == row.id)))
    if counted or row.person_level_from is not None:
        text = "Går inte att ändra när antal eller deltagare är registrerade. Skapa en ny insats i stället."
        raise Invalid(fields=dict.fromkeys(changed, text))
