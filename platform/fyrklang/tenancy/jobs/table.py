"""`jobs.job` as the services and the worker see it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, DateTime, Table, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from fyrklang.tenancy.session import Base, TenantOwned

_INSTANT = DateTime(timezone=True)

WAITING = "WAITING"
OFFERED = "OFFERED"
RUNNING = "RUNNING"
DONE = "DONE"
FAILED = "FAILED"
PARKED = "PARKED"
CANCELLED = "CANCELLED"
SETTLED = frozenset({DONE, FAILED, PARKED, CANCELLED})


class Job(TenantOwned, Base):
    """One piece of work. Holds ids and words for the page, never anything about a participant."""

    __tablename__ = "job"
    __table_args__ = ({"schema": "jobs"},)

    kind: Mapped[str]
    key: Mapped[str | None]
    args: Mapped[dict[str, Any]] = mapped_column(JSONB)
    cursor: Mapped[Any | None] = mapped_column(JSONB)
    queue: Mapped[str]
    state: Mapped[str]
    attempt: Mapped[int]
    max_attempts: Mapped[int]
    run_at: Mapped[datetime] = mapped_column(_INSTANT)
    offered_at: Mapped[datetime | None] = mapped_column(_INSTANT)
    lease_until: Mapped[datetime | None] = mapped_column(_INSTANT)
    leased_by: Mapped[UUID | None]
    progress_done: Mapped[int] = mapped_column(BigInteger)
    progress_total: Mapped[int | None] = mapped_column(BigInteger)
    progress_text: Mapped[str]
    cancel_requested: Mapped[bool]
    error: Mapped[str | None]
    fault: Mapped[str | None]
    result_ref: Mapped[str | None]
    created_by: Mapped[UUID | None]
    party: Mapped[str | None]
    interventions: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    created_at: Mapped[datetime] = mapped_column(_INSTANT)
    started_at: Mapped[datetime | None] = mapped_column(_INSTANT)
    finished_at: Mapped[datetime | None] = mapped_column(_INSTANT)


JOB = cast(Table, Job.__table__)
"""The same as a Core table: the worker writes columns, not entities."""
