"""Facts: counted cells, the one bridge from what staff register to what anyone reads as a number.

Each feature yields the facts of ONE förbund from its own tables. A job recomputes the touched cells
after commit; a full rebuild gives identical cells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped

from fyrklang.kernel.ids import new_id
from fyrklang.sdk.jobs import JobContext, enqueue, job
from fyrklang.tenancy.bulk import insert_many
from fyrklang.tenancy.session import Base, TenantOwned, TenantSession

WHOLE_YEAR = 0


class Cell(TenantOwned, Base):
    """A stored fact. `quarter` 0 is the whole year, `sex` T everyone, `denominator` 0 a plain count."""

    __tablename__ = "cell"
    __table_args__ = {"schema": "facts"}  # noqa: RUF012

    intervention_id: Mapped[UUID]
    measure: Mapped[str]
    definition: Mapped[int]
    year: Mapped[int]
    quarter: Mapped[int]
    sex: Mapped[str]
    numerator: Mapped[int]
    denominator: Mapped[int]


@dataclass(frozen=True, order=True)
class Fact:
    """One cell as a feature counts it."""

    intervention_id: UUID
    measure: str
    definition: int
    year: int
    quarter: int
    sex: str
    numerator: int
    denominator: int


@dataclass(frozen=True)
class Touched:
    """What changed: one insats in one year, or everything when both are None."""

    intervention_id: UUID | None = None
    year: int | None = None


FactProvider = Callable[[TenantSession, Touched], Iterable[Fact]]
PROVIDERS: list[FactProvider] = []
RECOMPUTE = "facts.recompute"


def provides_facts(provider: FactProvider) -> FactProvider:
    """Make a function one of those that count the förbund's cells; features do so when imported."""
    PROVIDERS.append(provider)
    return provider


def ask_for_recompute(session: TenantSession, intervention_id: UUID, year: int) -> UUID:
    """Have one insats' cells of one year counted anew once this transaction commits; returns the job."""
    key = f"{intervention_id}:{year}"
    return enqueue(session, RECOMPUTE, {"intervention_id": intervention_id, "year": year}, key=key)


@job(RECOMPUTE, title="Räknar om siffrorna")
def _recompute_job(asked: JobContext) -> None:
    """Count the cells that a change touched."""
    touched = Touched(UUID(asked.args["intervention_id"]), asked.args["year"])
    asked.progress(0, 1, "räknar")
    recompute(asked.session, touched)
    asked.progress(1, 1, "klart")


def recompute(session: TenantSession, touched: Touched) -> int:
    """Replace the touched cells by newly counted ones; returns how many there are now."""
    counted = counted_rows(session, touched)
    scope = delete(Cell)
    if touched.intervention_id is not None:
        scope = scope.where(Cell.intervention_id == touched.intervention_id)
    if touched.year is not None:
        scope = scope.where(Cell.year == touched.year)
    session.execute(scope, execution_options={"synchronize_session": False})
    insert_many(session, Cell, counted)
    return len(counted)


def counted_rows(session: TenantSession, touched: Touched) -> list[dict[str, Any]]:
    """The touched cells newly counted, as rows to write."""
    facts = sorted(
        {fact for provider in PROVIDERS for fact in provider(session, touched)},
        # The order of unique keys; comparing whole facts costs as much as writing them.
        key=attrgetter("intervention_id.int", "measure", "year", "quarter", "sex"),
    )
    return [{"id": str(new_id()), **vars(fact)} for fact in facts]


def stored(session: TenantSession) -> list[Fact]:
    """Every stored cell of the förbund, in order: what a rebuild is compared with."""
    columns = (
        Cell.intervention_id,
        Cell.measure,
        Cell.definition,
        Cell.year,
        Cell.quarter,
        Cell.sex,
        Cell.numerator,
        Cell.denominator,
    )
    return sorted(Fact(*row) for row in session.execute(select(*columns)))
