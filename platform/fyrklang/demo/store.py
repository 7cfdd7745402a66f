"""Write the invented nation: the public register as `migrator`, everything else as its own förbund."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

from sqlalchemy import Connection, func, select, text, union
from sqlalchemy.dialects.postgresql import insert

import fyrklang.modules.casework.facts
import fyrklang.modules.interventions.facts  # noqa: F401 - facts are counted once both are imported
from fyrklang.demo import decisions, rows
from fyrklang.demo.depth_office import write_office
from fyrklang.demo.depth_team import team_of
from fyrklang.demo.generate import Nation
from fyrklang.demo.money import Purse
from fyrklang.demo.nation import Association
from fyrklang.demo.participants import team_insatser, write_people
from fyrklang.demo.portfolio import Insats
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.modules.casework.models import Participant, Situation, Stay
from fyrklang.modules.economy.models import BudgetLine, EconomyYear, Entry, Equity, LedgerRow, Weight
from fyrklang.modules.interventions.models import Count, Goal, Intervention
from fyrklang.modules.members.models import Seat, Secondment
from fyrklang.modules.portfolio.models import Step
from fyrklang.sdk.facts import Cell, Touched, counted_rows
from fyrklang.tenancy.bulk import insert_many, lay_past_the_wall, trust_references
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.registry import models
from fyrklang.tenancy.session import Base, TenantSession, tenant_session

Progress = Callable[[str, int, int], object]
"""Called with a short Swedish text, how many förbund are done, and of how many."""

KIND = "demo"
_LOCK = 4_716_020
_WRITERS = 2
_WORTH_PROCESSES = 20
"""With fewer förbund the writing is over before another process has started."""


class NameTakenError(RuntimeError):
    """An invented name is borne by a real kommun, region or förbund."""


@dataclass(frozen=True)
class Mark:
    """That a whole nation has been written, and from which seed."""

    seed: int


def mark_of(connection: Connection) -> Mark | None:
    """The nation that stands, or None when there is none or it was left half-written."""
    applied = models.Applied
    seed = connection.scalar(select(applied.content_hash).where(applied.kind == KIND))
    return None if seed is None else Mark(int(seed))


def take_turns(connection: Connection) -> None:
    """Let one writer or remover of the nation in at a time, until the transaction ends.

    It stands open without a word for as long as the other transactions take.
    """
    connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def refuse_taken_names(connection: Connection, nation: Nation) -> None:
    """See that no invented name is borne for real.

    Raises:
        NameTakenError: the register has come to hold one.
    """
    invented = {item.short_name.lower() for item in nation.associations}
    invented |= {kommun.place.lower() for item in nation.associations for kommun in item.kommuner}
    real = union(
        select(func.lower(models.Kommun.name)),
        select(func.lower(models.Region.name)),
        select(func.lower(models.Tenant.short_name)).where(models.Tenant.synthetic.is_(False)),
    )
    taken = sorted(invented & set(connection.scalars(real)))
    if taken:
        raise NameTakenError(f"De påhittade namnen finns på riktigt: {', '.join(taken)}.")


def write(config: Config, nation: Nation, progress: Progress) -> None:
    """Write a nation where there is none. It is marked as whole when all of it is there."""
    database = Database(config)
    try:
        with database.engine("migrator").begin() as connection:
            _put(connection, models.Tenant, rows.tenant_rows(nation))
            _put(connection, models.TenantName, rows.name_rows(nation))
            _put(connection, models.Organisation, rows.organisation_rows(nation))
        _each(config, nation, _write_one, progress)
        # The planner is told of the rows before they are counted, or it would look up each stay by itself.
        with database.engine("migrator").begin() as connection:
            for model in (Participant, Stay, Situation, Count):
                connection.execute(text(f"ANALYZE {model.__table__.fullname}"))  # type: ignore[attr-defined]
        _each(config, nation, _count_one, lambda name, *done: progress(f"räknar {name}", *done))
        with database.engine("migrator").begin() as connection:
            _put(connection, models.Applied, [{"kind": KIND, "content_hash": str(nation.seed)}])
    finally:
        database.dispose()


def _write_one(database: Database, part: Nation) -> None:
    """Everything that is written of one förbund, given as the nation's part of it."""
    [item] = part.associations
    counts = rows.count_rows(part).get(item.slug, [])
    _write_association(database, part, item, (part.interventions, counts))
    write_people(database, part, item)


def _count_one(database: Database, part: Nation) -> None:
    """Every cell of one förbund."""
    [item] = part.associations
    with tenant_session(database, TenantContext(item.id, item.slug), "worker") as session:
        with database.engine("migrator").begin() as connection:
            trust_references(connection)
            lay_past_the_wall(connection, item.id, Cell, counted_rows(session, Touched()))
        if team_of(item) is not None:
            write_office(session, item, rows.intervention_id(part, team_insatser(part, item)[0]))


_Deed = Callable[[Database, Nation], None]


def _each(config: Config, nation: Nation, act: _Deed, tell: Progress) -> None:
    """Do something to every förbund, the largest first, or the last writer would be alone with one."""
    parts = [nation.only([item.slug]) for item in sorted(nation.associations, key=lambda item: -item.money)]
    if len(parts) < _WORTH_PROCESSES:
        for done, part in enumerate(parts, 1):
            _alone(config, act, part)
            tell(part.associations[0].short_name, done, len(parts))
        return
    with ProcessPoolExecutor(_WRITERS, mp_context=get_context("spawn")) as writers:
        names = {writers.submit(_alone, config, act, part): part.associations[0].short_name for part in parts}
        for done, ended in enumerate(as_completed(names), 1):
            ended.result()
            tell(names[ended], done, len(parts))


def _alone(config: Config, act: _Deed, part: Nation) -> None:
    """In whatever process this is, with connections of its own."""
    database = Database(config)
    try:
        act(database, part)
    finally:
        database.dispose()


def _write_association(
    database: Database,
    nation: Nation,
    item: Association,
    content: tuple[Sequence[Insats], Sequence[Mapping[str, Any]]],
) -> None:
    interventions, counts = content
    with tenant_session(database, TenantContext(item.id, item.slug), "worker") as session:
        members = rows.member_rows(nation, item)
        insert_many(session, models.Member, members)
        insert_many(session, Intervention, [rows.intervention_row(nation, each) for each in interventions])
        goals = [goal for each in interventions for goal in rows.goal_rows(nation, each)]
        insert_many(session, Goal, goals)
        insert_many(session, Count, counts)
        owned = [(rows.intervention_id(nation, each), each) for each in interventions]
        purse = Purse(nation.seed, item, owned)
        _write_money(session, purse, members)
        budgets = purse.budgets()
        steps = [step for own, each in owned for step in decisions.step_rows(each, own, budgets.get(own, {}))]
        insert_many(session, Step, steps)
        insert_many(session, Secondment, decisions.secondment_rows(owned, members))
        insert_many(session, Seat, decisions.seat_rows(item, members))


def _write_money(session: TenantSession, purse: Purse, members: Sequence[rows.Row]) -> None:
    weights = purse.weights()
    insert_many(session, EconomyYear, purse.years())
    insert_many(session, Weight, weights)
    insert_many(session, Entry, purse.entries(members, weights))
    insert_many(session, BudgetLine, purse.lines())
    insert_many(session, LedgerRow, purse.costs())
    insert_many(session, Equity, purse.equity())


def _put(connection: Connection, model: type[Base], values: list[rows.Row]) -> None:
    """Register rows outlive the figures when a nation is drawn anew; those there already are kept."""
    connection.execute(insert(model).on_conflict_do_nothing(), values)
