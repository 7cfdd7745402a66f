"""Emergencies as they are stored."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from fyrklang.tenancy.session import Base, TenantOwned


class EmergencyRow(TenantOwned, Base):
    """That a place asks to read one case, what was answered, how long it lasts and what a reviewer thought.

    `case_index` is a keyed hash of the code asked for: the row says nothing of a participant to who cannot see
    the participant anyway. The database fills `party` and the moments, and holds each person to their part.
    """

    __tablename__ = "emergency_access"
    __table_args__ = {"schema": "office"}  # noqa: RUF012

    intervention_id: Mapped[UUID]
    party: Mapped[str] = mapped_column(default="")
    case_index: Mapped[bytes]
    reason: Mapped[str]
    asker_id: Mapped[UUID]
    asked_at: Mapped[datetime]
    answer: Mapped[str | None] = mapped_column(default=None)
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    approver_id: Mapped[UUID | None] = mapped_column(default=None)
    participant_id: Mapped[UUID | None] = mapped_column(default=None)
    expires_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_by: Mapped[UUID | None] = mapped_column(default=None)
    verdict: Mapped[str | None] = mapped_column(default=None)
    review_note: Mapped[str] = mapped_column(default="")
    reviewed_at: Mapped[datetime | None] = mapped_column(default=None)
    reviewed_by: Mapped[UUID | None] = mapped_column(default=None)
