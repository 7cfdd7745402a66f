"""Covers as they are stored."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from fyrklang.tenancy.session import Base, TenantOwned


class CoverRow(TenantOwned, Base):
    """That the place `taker_id` covers for the place `giver_id`, first and last day included.

    The database fills `party`, and lets nothing but the end be changed.
    """

    __tablename__ = "delegation"
    __table_args__ = {"schema": "registry"}  # noqa: RUF012

    giver_id: Mapped[UUID]
    taker_id: Mapped[UUID]
    party: Mapped[str] = mapped_column(default="")
    reason: Mapped[str]
    first_day: Mapped[date]
    last_day: Mapped[date]
    arranged_by: Mapped[UUID | None]
    arranged_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_by: Mapped[UUID | None] = mapped_column(default=None)
