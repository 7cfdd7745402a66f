"""Receivers and what became of each telling."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from fyrklang.tenancy.session import Base, TenantOwned

_OFFICE = {"schema": "office"}


class Webhook(TenantOwned, Base):
    """A receiver. `status` is ON, OFF by the administrator, or STOPPED after failing for days."""

    __tablename__ = "webhook"
    __table_args__ = _OFFICE

    name: Mapped[str]
    url: Mapped[str]
    events: Mapped[list[str]] = mapped_column(ARRAY(Text))
    secret_sealed: Mapped[bytes]
    status: Mapped[str] = mapped_column(default="ON")
    failing_since: Mapped[datetime | None] = mapped_column(default=None)
    fault: Mapped[str] = mapped_column(default="")
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime]


class Delivery(TenantOwned, Base):
    """One telling: WAITING for its next try, DELIVERED, or FAILED for good."""

    __tablename__ = "webhook_delivery"
    __table_args__ = _OFFICE

    webhook_id: Mapped[UUID]
    event: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(default="WAITING")
    attempts: Mapped[int] = mapped_column(default=0)
    answer: Mapped[int | None] = mapped_column(default=None)
    fault: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    next_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None] = mapped_column(default=None)
