"""Tables of reports."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from fyrklang.kernel.ids import new_id
from fyrklang.tenancy.session import Base, TenantOwned

OFFICE = {"schema": "office"}


class Report(TenantOwned, Base):
    """A pack: a draft reads live figures, a frozen one has its own under a number that is never used again."""

    __tablename__ = "report"
    __table_args__ = OFFICE

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    number: Mapped[int | None]
    kind: Mapped[str]
    year: Mapped[int]
    period: Mapped[int]
    state: Mapped[str] = mapped_column(default="DRAFT")
    figures: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    digest: Mapped[str] = mapped_column(default="")
    frozen_at: Mapped[datetime | None]
    frozen_by: Mapped[UUID | None]
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Section(TenantOwned, Base):
    """What the office has written under one heading."""

    __tablename__ = "report_section"
    __table_args__ = OFFICE

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    report_id: Mapped[UUID]
    code: Mapped[str]
    text: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default="NOT_STARTED")
