"""Tables of groups. A series and its meetings name nobody; who takes part stands behind the wall of `care`."""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import ARRAY, Text
from sqlalchemy.orm import Mapped, mapped_column

from fyrklang.kernel.ids import new_id
from fyrklang.tenancy.session import Base, TenantOwned

OFFICE = {"schema": "office"}
CARE = {"schema": "care"}


class Series(TenantOwned, Base):
    """A group. `leaders` are lines of name and profession; `interpreter` is a language or empty."""

    __tablename__ = "group_series"
    __table_args__ = OFFICE

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    intervention_id: Mapped[UUID]
    name: Mapped[str]
    template: Mapped[str]
    place: Mapped[str] = mapped_column(default="")
    leaders: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    interpreter: Mapped[str] = mapped_column(default="")
    open_door: Mapped[bool] = mapped_column(default=False)
    created_by: Mapped[UUID | None]


class Meeting(TenantOwned, Base):
    """One meeting of a group. `extra_*` are heads counted in an open group, known nowhere else."""

    __tablename__ = "group_meeting"
    __table_args__ = OFFICE

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    series_id: Mapped[UUID]
    number: Mapped[int]
    theme: Mapped[str] = mapped_column(default="")
    held_on: Mapped[date]
    starts_at: Mapped[time | None]
    extra_women: Mapped[int | None]
    extra_men: Mapped[int | None]
    extra_unknown: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime | None]
    saved_key: Mapped[UUID | None]


class _OfStay(TenantOwned):
    """A row about a stay, owned by the party that owns the stay; the database fills `visible_to`."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    intervention_id: Mapped[UUID]
    owner_party: Mapped[str]
    participant_id: Mapped[UUID]
    stay_id: Mapped[UUID]


class GroupPlace(_OfStay, Base):
    """That somebody is on a group's list; `left_on` is the first day they are not."""

    __tablename__ = "group_place"
    __table_args__ = CARE

    series_id: Mapped[UUID]
    left_on: Mapped[date | None]


class Attendance(_OfStay, Base):
    """How somebody was at a meeting: HERE, LATE, EXCUSED (told beforehand) or ABSENT."""

    __tablename__ = "attendance"
    __table_args__ = CARE

    meeting_id: Mapped[UUID]
    mark: Mapped[str]
