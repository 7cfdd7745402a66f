"""Tables of the parties' people; who is a member stands in the register."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from fyrklang.kernel.ids import new_id
from fyrklang.tenancy.session import Base, TenantOwned

OFFICE = {"schema": "office"}


class Seat(TenantOwned, Base):
    """A seat in the board (BOARD) or the preparatory group (PREP), held from the first to the last day."""

    __tablename__ = "seat"
    __table_args__ = OFFICE

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    organisation_id: Mapped[UUID]
    body: Mapped[str]
    role: Mapped[str]
    name: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class Secondment(TenantOwned, Base):
    """Staff a member has promised to lend; vacant while `person` is empty. `percent` of a full post."""

    __tablename__ = "secondment"
    __table_args__ = OFFICE

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    organisation_id: Mapped[UUID]
    intervention_id: Mapped[UUID | None]
    profession: Mapped[str]
    person: Mapped[str] = mapped_column(default="")
    percent: Mapped[int]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
