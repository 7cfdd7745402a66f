"""Files read in: what they are, which column means what, each row with its faults, and how to take it back.

Revision ID: 0034
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from migrations.helpers import Reference, create_tenant_table, one_of

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    create_tenant_table(
        "office.import_batch",
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("header", ARRAY(sa.Text), nullable=False),
        sa.Column("mapping", JSONB, nullable=False, server_default="{}"),
        sa.Column("state", sa.Text, nullable=False, server_default="STAGED"),
        sa.Column("rows", sa.Integer, nullable=False, server_default="0"),
        sa.Column("faulty", sa.Integer, nullable=False, server_default="0"),
        sa.Column("job", UUID(as_uuid=True)),
        sa.Column("created_by", UUID(as_uuid=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        one_of("state", ("STAGED", "CHECKED", "DONE", "UNDONE")),
        sa.CheckConstraint("cardinality(header) BETWEEN 1 AND 100", name="header_sane"),
        indexes=[("kind", "created_at")],
    )
    create_tenant_table(
        "office.import_row",
        sa.Column("batch_id", UUID(as_uuid=True), nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("cells", ARRAY(sa.Text), nullable=False),
        sa.Column("faults", JSONB, nullable=False, server_default="{}"),
        sa.Column("made", JSONB),
        unique=[("batch_id", "line")],
        references=[Reference(("batch_id",), "office.import_batch", on_delete="CASCADE")],
    )
