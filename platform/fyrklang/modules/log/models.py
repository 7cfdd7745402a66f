"""Tables of the log and of its review. Rows of `audit.event` come by way of `sdk.audit` alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, column, table
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from fyrklang.kernel.ids import new_id
from fyrklang.tenancy.session import Base, TenantOwned

AUDIT = {"schema": "audit"}

PLACES = table(
    "membership",
    column("tenant_id", Uuid),
    column("person_id", Uuid),
    column("display_name", Text),
    column("roles", ARRAY(Text)),
    column("valid_from"),
    schema="registry",
)
"""People's places in the förbund, past ones too: who an id in the log is."""


class Event(TenantOwned, Base):
    """One event; never made, changed or deleted here."""

    __tablename__ = "event"
    __table_args__ = AUDIT

    seq: Mapped[int]
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    session: Mapped[str | None]
    role: Mapped[str | None]
    party: Mapped[str | None]
    loa: Mapped[str | None]
    action: Mapped[str]
    object_type: Mapped[str | None]
    object_id: Mapped[UUID | None]
    reason: Mapped[str | None]
    request_id: Mapped[str | None]
    outcome: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB)
    previous_hash: Mapped[bytes]
    hash: Mapped[bytes]


class Review(TenantOwned, Base):
    """A review of every event since the last one. Who starts and signs is stamped by the database."""

    __tablename__ = "review"
    __table_args__ = AUDIT

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    first_seq: Mapped[int]
    last_seq: Mapped[int]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    population: Mapped[int]
    set_aside: Mapped[int]
    seed: Mapped[str]
    seal_number: Mapped[int | None]
    hash: Mapped[bytes]
    state: Mapped[str]
    started_at: Mapped[datetime | None]
    started_by: Mapped[UUID | None]
    signed_at: Mapped[datetime | None]
    signed_by: Mapped[UUID | None]


class ReviewItem(TenantOwned, Base):
    """One drawn event and what the reviewer thought of it. Who judges is stamped by the database."""

    __tablename__ = "review_item"
    __table_args__ = AUDIT

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    review_id: Mapped[UUID]
    event_id: Mapped[UUID]
    place: Mapped[int]
    rule: Mapped[str]
    verdict: Mapped[str | None]
    note: Mapped[str]
    judged_at: Mapped[datetime | None]
    judged_by: Mapped[UUID | None]
