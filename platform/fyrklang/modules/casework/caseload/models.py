"""Who became responsible for which stays."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, FetchedValue, Text
from sqlalchemy.orm import Mapped, mapped_column

from fyrklang.kernel.ids import new_id
from fyrklang.tenancy.session import Base, TenantOwned


class Assignment(TenantOwned, Base):
    """That one stay went from one person to another; `batch` joins what was given out at once."""

    __tablename__ = "assignment"
    __table_args__ = {"schema": "care"}  # noqa: RUF012

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    intervention_id: Mapped[UUID]
    owner_party: Mapped[str]
    visible_to: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    sharing: Mapped[str] = mapped_column(default="SHARED")
    participant_id: Mapped[UUID]
    stay_id: Mapped[UUID]
    batch: Mapped[UUID]
    before: Mapped[UUID | None]
    after: Mapped[UUID | None]
    made_by: Mapped[UUID | None]
    made_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    undone_at: Mapped[datetime | None]
