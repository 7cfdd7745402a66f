"""Tables of the förbund's insatser."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Computed, FetchedValue, Text
from sqlalchemy.orm import Mapped, mapped_column

from fyrklang.kernel.ids import new_id
from fyrklang.tenancy.session import Base, TenantOwned

OFFICE = {"schema": "office"}
COUNT_FIELDS = ("started", "ongoing", "ended", "known_outcome", "ended_work_study")


class Intervention(TenantOwned, Base):
    """An insats: what the förbund finances. Direction, follow-up method and ESF lock once counted.

    `mode` says what is stored about people: A counts only, B a code, C their identity. Figures of the years
    from `person_level_from` up to `person_level_to` come from stays, all others from counts.
    """

    __tablename__ = "intervention"
    __table_args__ = OFFICE

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    name: Mapped[str]
    name_norm: Mapped[str] = mapped_column(Text, Computed("lower(btrim(name))", persisted=True))
    direction: Mapped[str]
    follow_up_method: Mapped[str]
    esf_funded: Mapped[bool] = mapped_column(default=False)
    mode: Mapped[str] = mapped_column(default="A")
    focus: Mapped[str]
    format: Mapped[str]
    status: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    target_groups: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    parties: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    kommun_code: Mapped[str | None]
    places: Mapped[int | None]
    person_level_from: Mapped[int | None]
    person_level_to: Mapped[int | None]
    referral_required: Mapped[bool] = mapped_column(default=True)
    referrals_open: Mapped[bool] = mapped_column(default=True)
    free_text: Mapped[bool] = mapped_column(default=False)
    who_for: Mapped[str] = mapped_column(default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[UUID | None]


class Goal(TenantOwned, Base):
    """A target for one measure from one year on, in per mille so that 35.5 % is exact."""

    __tablename__ = "intervention_goal"
    __table_args__ = OFFICE

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    intervention_id: Mapped[UUID]
    measure: Mapped[str]
    definition: Mapped[int] = mapped_column(default=1)
    target_permille: Mapped[int]
    first_year: Mapped[int]
    last_year: Mapped[int | None]


class Count(TenantOwned, Base):
    """Mode A: what happened in one quarter for one legal sex. `ongoing` is at the quarter's end."""

    __tablename__ = "intervention_count"
    __table_args__ = OFFICE

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    intervention_id: Mapped[UUID]
    year: Mapped[int]
    quarter: Mapped[int]
    sex: Mapped[str]
    started: Mapped[int]
    ongoing: Mapped[int]
    ended: Mapped[int]
    known_outcome: Mapped[int]
    ended_work_study: Mapped[int]
    updated_by: Mapped[UUID | None]
    updated_at: Mapped[datetime]


class ModeChange(TenantOwned, Base):
    """That an insats began to store more, or less, about people, and who approved it."""

    __tablename__ = "mode_change"
    __table_args__ = OFFICE

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    intervention_id: Mapped[UUID]
    from_mode: Mapped[str]
    to_mode: Mapped[str]
    first_year: Mapped[int]
    officer: Mapped[str]
    basis: Mapped[str]
    decided_on: Mapped[date]
    changed_by: Mapped[UUID | None]
    changed_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class SourcedFact(TenantOwned, Base):
    """What a public source says about a real insats; shown with its source, never counted."""

    __tablename__ = "sourced_fact"
    __table_args__ = OFFICE

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    intervention_id: Mapped[UUID]
    position: Mapped[int]
    statement: Mapped[str]
    as_of: Mapped[str]
    source: Mapped[str]


def on_people(row: Any, year: int) -> bool:
    """Whether the figures of a year come from stays and not from counts."""
    if row.person_level_from is None or year < row.person_level_from:
        return False
    return row.person_level_to is None or year <= row.person_level_to
