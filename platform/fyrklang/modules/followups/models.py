"""The tables of the follow-up. How it is a year after stands in `care.situation`."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from fyrklang.kernel.ids import new_id
from fyrklang.tenancy.session import Base, TenantOwned

CARE = {"schema": "care"}


class _OfStay(TenantOwned):
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    intervention_id: Mapped[UUID]
    owner_party: Mapped[str]
    participant_id: Mapped[UUID]
    stay_id: Mapped[UUID]


class FollowUp(_OfStay, Base):
    """How the follow-up of a stay ended. The three items are 1–5, from not at all to wholly agree."""

    __tablename__ = "follow_up"
    __table_args__ = CARE

    closed_as: Mapped[str]
    closed_on: Mapped[date]
    closed_by: Mapped[UUID | None]
    respect: Mapped[int | None]
    influence: Mapped[int | None]
    difference: Mapped[int | None]
    helped_most: Mapped[str] = mapped_column(default="")


class Attempt(_OfStay, Base):
    """One attempt to reach somebody."""

    __tablename__ = "follow_up_attempt"
    __table_args__ = CARE

    tried_on: Mapped[date]
    channel: Mapped[str]
    outcome: Mapped[str]
    tried_by: Mapped[UUID | None]
