"""Background work: counting facts anew against plain aggregates, and how soon a job that is asked for is done."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import psycopg
from sqlalchemy import select

from fyrklang.bench import meter
from fyrklang.bench.ground import YEAR, Ground
from fyrklang.bench.rounds import Spread
from fyrklang.kernel.db import Database
from fyrklang.modules.interventions.models import Intervention
from fyrklang.sdk.facts import Touched, ask_for_recompute, recompute
from fyrklang.sdk.jobs import job_view
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.session import SETTING, tenant_session
from fyrklang.tenancy.token import TokenSigner

_SUMS = "sum(ongoing), sum(ended), sum(known_outcome), sum(ended_work_study)"
AGGREGATE = (
    f"SELECT intervention_id, year, quarter, sex, {_SUMS} FROM office.intervention_count "  # noqa: S608
    "WHERE tenant_id = %(tenant)s AND (%(one)s::uuid IS NULL OR intervention_id = %(one)s) "
    "GROUP BY intervention_id, year, GROUPING SETS ((quarter, sex), (quarter), (sex), ())"
)
_POLL = 0.005
_PATIENCE = 30.0
"""Seconds."""


@dataclass(frozen=True)
class Compared:
    """CPU milliseconds of this process and PostgreSQL: the product's way, the plain way, and the ratio."""

    product: Spread
    plain: Spread
    ratio: Spread


def facts_against_aggregate(ground: Ground, engines: list[int], rounds: int) -> dict[str, Compared]:
    """Counting one insats' year, and a whole förbund, each against the aggregate that reads the same rows.

    The product writes its cells too; the plain way only reads.
    """
    place = ground.people[0]
    context = TenantContext(place.tenant_id, place.slug)
    database = Database(ground.config)
    signer = TokenSigner(ground.config)
    try:
        one = _insatser(database, context)[0]
        with psycopg.connect(ground.config.url_for("worker").replace("+psycopg", "")) as plain:

            def counted(touched: Touched) -> Callable[[], object]:
                def run() -> None:
                    with tenant_session(database, context, "worker") as session:
                        recompute(session, touched)

                return run

            def aggregated(chosen: UUID | None) -> Callable[[], object]:
                def run() -> None:
                    with plain.transaction():
                        plain.execute("SELECT set_config(%s, %s, true)", (SETTING, signer.sign(context)))
                        plain.execute(AGGREGATE, {"tenant": context.tenant_id, "one": chosen}).fetchall()

                return run

            return {
                "facts-one": _paired(counted(Touched(one, YEAR)), aggregated(one), (rounds, 20), engines),
                "facts-all": _paired(counted(Touched()), aggregated(None), (rounds, 2), engines),
            }
    finally:
        database.dispose()


def _paired(
    product: Callable[[], object], plain: Callable[[], object], size: tuple[int, int], engines: list[int]
) -> Compared:
    rounds, times = size
    found: list[tuple[float, float]] = []
    for run in (product, plain):
        run()
    for number in range(rounds):
        order = (product, plain) if number % 2 else (plain, product)
        used = {run: _cpu(run, times, engines) for run in order}
        found.append((used[product], used[plain]))
    return Compared(
        Spread.of([each[0] for each in found]),
        Spread.of([each[1] for each in found]),
        Spread.of([each[0] / each[1] for each in found]),
    )


def _cpu(run: Callable[[], object], times: int, engines: list[int]) -> float:
    own, rest = time.process_time(), sum(map(meter.cpu_seconds, engines))
    for _time in range(times):
        run()
    return (time.process_time() - own + sum(map(meter.cpu_seconds, engines)) - rest) * 1000 / times


def job_latency(ground: Ground, count: int) -> Spread:
    """Milliseconds from the commit that asks for a recount until its end is committed, one at a time."""
    place = ground.people[0]
    context = TenantContext(place.tenant_id, place.slug)
    database = Database(ground.config)
    try:
        insatser = _insatser(database, context)
        return Spread.of([_one_job(database, context, insatser[at % len(insatser)]) for at in range(count)])
    finally:
        database.dispose()


def _one_job(database: Database, context: TenantContext, insats: UUID) -> float:
    with tenant_session(database, context) as session:
        job_id = ask_for_recompute(session, insats, YEAR)
    asked = time.monotonic()
    while time.monotonic() - asked < _PATIENCE:
        with tenant_session(database, context) as session:
            view = job_view(session, job_id)
        if view.settled:
            return (time.monotonic() - asked) * 1000
        time.sleep(_POLL)
    raise TimeoutError("the job was not done in time")


def _insatser(database: Database, context: TenantContext) -> list[UUID]:
    with tenant_session(database, context) as session:
        return list(session.scalars(select(Intervention.id).order_by(Intervention.id)))
