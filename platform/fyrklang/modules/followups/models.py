"""When somebody is asked, and the tables of it. How it is a year after stands in `care.situation`."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from fyrklang.kernel.ids import new_id
from fyrklang.tenancy.session import Base, TenantOwned

OPENS_AFTER = 11
CLOSES_AFTER = 13


@dataclass(frozen=True)
class Window:
    """First and last day on which an answer counts as one year after: eleven to thirteen months, both included."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Whether a day is in it."""
        return self.first <= day <= self.last


def window_of(ended_on: date) -> Window:
    """The window of an ending."""
    return Window(months_after(ended_on, OPENS_AFTER), months_after(ended_on, CLOSES_AFTER))


def months_after(day: date, months: int) -> date:
    """The same day of the month so many months on (before, when negative), or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


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
