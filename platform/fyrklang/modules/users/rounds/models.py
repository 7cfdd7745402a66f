"""Rounds of review as they are stored."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from fyrklang.tenancy.session import Base, TenantOwned

_REGISTRY = {"schema": "registry"}


class Round(TenantOwned, Base):
    """One review of everybody's roles. The database says who signed, and refuses while a role is undecided."""

    __tablename__ = "access_review"
    __table_args__ = _REGISTRY

    opened_on: Mapped[date]
    due_on: Mapped[date]
    state: Mapped[str] = mapped_column(default="OPEN")
    signed_by: Mapped[UUID | None] = mapped_column(default=None)
    signed_at: Mapped[datetime | None] = mapped_column(default=None)


class RoundItem(TenantOwned, Base):
    """One role of one place. `decision` is KEEP or TAKE, made once; the database says by whom."""

    __tablename__ = "access_review_item"
    __table_args__ = _REGISTRY

    review_id: Mapped[UUID]
    membership_id: Mapped[UUID]
    role: Mapped[str]
    decision: Mapped[str | None] = mapped_column(default=None)
    decided_by: Mapped[UUID | None] = mapped_column(default=None)
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
