"""Tables of the förbund's money. Amounts are integer öre."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Computed, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from fyrklang.kernel.ids import new_id
from fyrklang.tenancy.session import Base, TenantOwned

OFFICE = {"schema": "office"}
REGISTRY = {"schema": "registry"}


class EconomyYear(TenantOwned, Base):
    """What the members have agreed to pay together for a year."""

    __tablename__ = "economy_year"
    __table_args__ = OFFICE

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    year: Mapped[int]
    total_ore: Mapped[int]
    decided_on: Mapped[date | None]
    decision: Mapped[str] = mapped_column(default="")


class Weight(TenantOwned, Base):
    """A member's part in its party's share from a year on, relative to the others of the party."""

    __tablename__ = "contribution_weight"
    __table_args__ = OFFICE

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    organisation_id: Mapped[UUID]
    weight: Mapped[int]
    first_year: Mapped[int]


class Entry(TenantOwned, Base):
    """Money called from a member (CALLED) or received from it (PAID); a correction is a negative one."""

    __tablename__ = "contribution_entry"
    __table_args__ = OFFICE

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    organisation_id: Mapped[UUID]
    year: Mapped[int]
    kind: Mapped[str]
    quarter: Mapped[int | None]
    amount_ore: Mapped[int]
    on_date: Mapped[date]
    note: Mapped[str] = mapped_column(default="")


class BudgetLine(TenantOwned, Base):
    """Budget and forecast of an insats (`post` INSATS) or a post of administration, per fund and year.

    `target` is the insats' id as text, or the post; it ties bookkeeping rows to the line.
    """

    __tablename__ = "budget_line"
    __table_args__ = OFFICE

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    year: Mapped[int]
    intervention_id: Mapped[UUID | None]
    post: Mapped[str]
    fund: Mapped[str] = mapped_column(default="FINSAM")
    target: Mapped[str] = mapped_column(
        Text, Computed("coalesce(intervention_id::text, post)", persisted=True)
    )
    budget_ore: Mapped[int] = mapped_column(default=0)
    forecast_ore: Mapped[int | None]
    comment: Mapped[str] = mapped_column(default="")


class LedgerImport(TenantOwned, Base):
    """A bookkeeping file: DRAFT until somebody confirms, then DONE, or UNDONE again."""

    __tablename__ = "ledger_import"
    __table_args__ = OFFICE

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    year: Mapped[int]
    file_name: Mapped[str]
    digest: Mapped[str]
    program: Mapped[str] = mapped_column(default="")
    company: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="DRAFT")
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class LedgerRow(TenantOwned, Base):
    """A cost: read from a file, or registered by hand (`import_id` None). Counts when its import is DONE."""

    __tablename__ = "ledger_row"
    __table_args__ = OFFICE

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    year: Mapped[int]
    import_id: Mapped[UUID | None]
    on_date: Mapped[date]
    account: Mapped[str] = mapped_column(default="")
    account_name: Mapped[str] = mapped_column(default="")
    object: Mapped[str] = mapped_column(default="")
    voucher: Mapped[str] = mapped_column(default="")
    amount_ore: Mapped[int]
    target: Mapped[str] = mapped_column(default="")
    fund: Mapped[str] = mapped_column(default="FINSAM")
    refused: Mapped[str] = mapped_column(default="")


class Mapping(TenantOwned, Base):
    """Remembered choice: where an account, for a cost object, belongs in the budget."""

    __tablename__ = "account_mapping"
    __table_args__ = OFFICE

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    account: Mapped[str]
    object: Mapped[str] = mapped_column(default="")
    target: Mapped[str]
    fund: Mapped[str] = mapped_column(default="FINSAM")


class Equity(TenantOwned, Base):
    """Own capital at the end of a year."""

    __tablename__ = "equity_balance"
    __table_args__ = OFFICE

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    year: Mapped[int]
    closing_ore: Mapped[int]


class Guideline(Base):
    """How much own capital is recommended at most, by the year's total; the same for every förbund."""

    __tablename__ = "equity_guideline"
    __table_args__ = REGISTRY

    valid_from: Mapped[int] = mapped_column(primary_key=True)
    from_ore: Mapped[int] = mapped_column(primary_key=True)
    to_ore: Mapped[int | None]
    max_permille: Mapped[int]
    max_ore: Mapped[int | None]
    source: Mapped[str]
