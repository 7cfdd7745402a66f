"""Reports: packs whose figures are frozen under a number, and the texts that go with them.

Revision ID: 0031
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID

from migrations.helpers import Reference, create_tenant_table, one_of

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    create_tenant_table(
        "office.report",
        sa.Column("number", sa.Integer),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("year", sa.SmallInteger, nullable=False),
        sa.Column("period", sa.SmallInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="DRAFT"),
        sa.Column("figures", JSONB, nullable=False, server_default="[]"),
        sa.Column("digest", sa.Text, nullable=False, server_default=""),
        sa.Column("frozen_at", sa.DateTime(timezone=True)),
        sa.Column("frozen_by", UUID(as_uuid=True)),
        sa.Column("created_by", UUID(as_uuid=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        one_of("kind", ("FOLLOW_UP", "BOARD", "ANNUAL")),
        one_of("state", ("DRAFT", "FROZEN")),
        sa.CheckConstraint("period IN (0, 1)", name="period_known"),
        sa.CheckConstraint("year BETWEEN 2000 AND 2100", name="year_sane"),
        sa.CheckConstraint("(state = 'FROZEN') = (number IS NOT NULL)", name="frozen_has_number"),
        unique=[("number",)],
        indexes=[("created_at",)],
    )
    create_tenant_table(
        "office.report_section",
        sa.Column("report_id", UUID(as_uuid=True), nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False, server_default=""),
        sa.Column("status", sa.Text, nullable=False, server_default="NOT_STARTED"),
        one_of("status", ("NOT_STARTED", "DRAFT", "DONE")),
        unique=[("report_id", "code")],
        references=[Reference(("report_id",), "office.report", on_delete="CASCADE")],
    )
