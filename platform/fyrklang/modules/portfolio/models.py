"""Tables of what is applied for and decided about insatser."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.orm import Mapped, deferred, mapped_column

from fyrklang.kernel.ids import new_id
from fyrklang.tenancy.session import Base, TenantOwned

OFFICE = {"schema": "office"}


class Step(TenantOwned, Base):
    """One step in an insats' life, in order by `position`. Amounts are öre for the whole of the step's days.

    `was_starts_on` and `was_ends_on` are the insats' days before, so that a step can be taken back.
    """

    __tablename__ = "intervention_step"
    __table_args__ = OFFICE

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    intervention_id: Mapped[UUID]
    position: Mapped[int]
    kind: Mapped[str]
    on_date: Mapped[date]
    by_whom: Mapped[str] = mapped_column(default="")
    reference: Mapped[str] = mapped_column(default="")
    amount_ore: Mapped[int | None]
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    words: Mapped[str] = mapped_column(default="")
    from_status: Mapped[str]
    to_status: Mapped[str]
    was_starts_on: Mapped[date]
    was_ends_on: Mapped[date | None]
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Application(TenantOwned, Base):
    """What an application says, under the headings that boards ask for."""

    __tablename__ = "intervention_application"
    __table_args__ = OFFICE

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    intervention_id: Mapped[UUID]
    background: Mapped[str] = mapped_column(default="")
    aims: Mapped[str] = mapped_column(default="")
    responsibility: Mapped[str] = mapped_column(default="")
    plan: Mapped[str] = mapped_column(default="")
    budget: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)
    updated_by: Mapped[UUID | None]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Paper(TenantOwned, Base):
    """A document of an insats, such as an extract from the board's minutes. Public, never about a person."""

    __tablename__ = "intervention_paper"
    __table_args__ = OFFICE

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    intervention_id: Mapped[UUID]
    name: Mapped[str]
    mimetype: Mapped[str]
    content: Mapped[bytes] = deferred(mapped_column())
    digest: Mapped[str]
    added_by: Mapped[UUID | None]
    added_at: Mapped[datetime] = mapped_column(server_default=func.now())
