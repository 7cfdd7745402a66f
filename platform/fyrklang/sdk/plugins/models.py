"""What a förbund has decided about plugins, and what plugins keep there."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import column, table
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from fyrklang.tenancy.session import Base, TenantOwned

_OFFICE = {"schema": "office"}


class PluginState(TenantOwned, Base):
    """One plugin in one förbund: ON, OFF, or STOPPED by the platform after repeated faults.

    `failures` counts since `failing_since`.
    """

    __tablename__ = "plugin_state"
    __table_args__ = _OFFICE

    plugin: Mapped[str]
    status: Mapped[str]
    changed_at: Mapped[datetime]
    changed_by: Mapped[UUID | None]
    failures: Mapped[int]
    failing_since: Mapped[datetime | None]
    fault: Mapped[str]


class PluginSettings(TenantOwned, Base):
    """The settings as they were saved one time; the highest `version` holds. Secrets are sealed, in base64."""

    __tablename__ = "plugin_settings"
    __table_args__ = _OFFICE

    plugin: Mapped[str]
    version: Mapped[int]
    chosen: Mapped[dict[str, Any]] = mapped_column(JSONB)
    secrets: Mapped[dict[str, Any]] = mapped_column(JSONB)
    saved_at: Mapped[datetime]
    saved_by: Mapped[UUID | None]
    saver: Mapped[str]


class PluginNote(TenantOwned, Base):
    """What a plugin keeps of its own in a förbund; never about a person."""

    __tablename__ = "plugin_note"
    __table_args__ = _OFFICE

    plugin: Mapped[str]
    kind: Mapped[str]
    key: Mapped[str]
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)
    changed_at: Mapped[datetime]


INTERVENTION = table(
    "intervention",
    *(column(name) for name in ("tenant_id", "id", "name", "direction", "status", "starts_on")),
    schema="office",
)
