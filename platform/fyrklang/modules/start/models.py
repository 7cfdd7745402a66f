"""What somebody has put off."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from fyrklang.kernel.ids import new_id
from fyrklang.tenancy.session import Base, TenantOwned


class Snooze(TenantOwned, Base):
    """That one person does not want to see one row before a day."""

    __tablename__ = "snooze"
    __table_args__ = {"schema": "office"}  # noqa: RUF012

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    person_id: Mapped[UUID]
    key: Mapped[str]
    until: Mapped[date]
