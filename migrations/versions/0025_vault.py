"""The vault: each förbund's keys and each participant's, wrapped. No key stands here in the open.

Revision ID: 0025
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

from migrations.helpers import Reference, create_tenant_table, one_of

revision = "0025"
down_revision = "0022"

READERS = ("app", "worker", "backup")


def upgrade() -> None:
    op.execute("CREATE SCHEMA vault")
    op.execute("GRANT CREATE, USAGE ON SCHEMA vault TO fyrklang_owner")
    for role in READERS:
        op.execute(f"GRANT USAGE ON SCHEMA vault TO fyrklang_{role}")
    instant = sa.DateTime(timezone=True)
    create_tenant_table(
        "vault.tenant_key",
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("platform_key", sa.Text, nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.Column("created_at", instant, nullable=False),
        one_of("purpose", ("DATA", "INDEX")),
        sa.CheckConstraint("generation > 0", name="generation_positive"),
        unique=[("purpose", "generation")],
    )
    create_tenant_table(
        "vault.person_key",
        sa.Column("tenant_key_id", UUID(as_uuid=True)),
        sa.Column("wrapped", sa.LargeBinary),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("shredded_at", instant),
        sa.CheckConstraint(
            "(shredded_at IS NULL) = (wrapped IS NOT NULL) AND (wrapped IS NULL) = (tenant_key_id IS NULL)",
            name="shredded_whole",
        ),
        indexes=[("tenant_key_id",)],
        references=[Reference(("tenant_key_id",), "vault.tenant_key")],
    )
    # A destroyed key should leave the table's dead rows soon, not when a fifth of the table is dead.
    op.execute(
        "ALTER TABLE vault.person_key SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1)"
    )
