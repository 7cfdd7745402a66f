"""Plugins: what each förbund has switched on and set, and what plugins keep there.

Revision ID: 0050
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID

from migrations.helpers import create_tenant_table, one_of

revision = "0050"
down_revision = "0031"


def upgrade() -> None:
    now = sa.func.now()
    create_tenant_table(
        "office.plugin_state",
        sa.Column("plugin", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, server_default=now),
        sa.Column("changed_by", UUID(as_uuid=True)),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
        sa.Column("failing_since", sa.DateTime(timezone=True)),
        sa.Column("fault", sa.Text, nullable=False, server_default=""),
        one_of("status", ("ON", "OFF", "STOPPED")),
        unique=[("plugin",)],
    )
    create_tenant_table(
        "office.plugin_settings",
        sa.Column("plugin", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("chosen", JSONB, nullable=False),
        sa.Column("secrets", JSONB, nullable=False, server_default="{}"),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False, server_default=now),
        sa.Column("saved_by", UUID(as_uuid=True)),
        sa.Column("saver", sa.Text, nullable=False, server_default=""),
        sa.CheckConstraint("version > 0", name="version_counts"),
        unique=[("plugin", "version")],
    )
    create_tenant_table(
        "office.plugin_note",
        sa.Column("plugin", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("body", JSONB, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, server_default=now),
        sa.CheckConstraint("octet_length(body::text) <= 20000", name="body_small"),
        unique=[("plugin", "kind", "key")],
    )
