"""Who has been responsible for a stay, batch by batch so that it can be undone; and lists somebody has saved.

Revision ID: 0024
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, UUID

from migrations.helpers import Reference, create_care_table, create_tenant_table

revision = "0024"
down_revision = "0011"

OF_STAY = Reference(("stay_id",), "care.stay", on_delete="CASCADE")


def upgrade() -> None:
    """A saved list keeps choices and never words of a search: those may name somebody."""
    create_care_table(
        "care.assignment",
        sa.Column("stay_id", UUID(as_uuid=True), nullable=False),
        sa.Column("batch", UUID(as_uuid=True), nullable=False, comment="what was given out at once"),
        sa.Column("before", UUID(as_uuid=True), comment="the person who was responsible"),
        sa.Column("after", UUID(as_uuid=True), comment="the person who became so"),
        sa.Column("made_by", UUID(as_uuid=True)),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("undone_at", sa.DateTime(timezone=True)),
        unique=[("batch", "stay_id")],
        indexes=[("stay_id", "made_at")],
        references=[OF_STAY],
    )
    create_tenant_table(
        "office.saved_list",
        sa.Column("person_id", UUID(as_uuid=True), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("choices", JSONB, nullable=False, server_default="{}"),
        sa.CheckConstraint("length(btrim(name)) BETWEEN 1 AND 60", name="name_length"),
        sa.CheckConstraint("NOT choices ? 'words'", name="no_words_kept"),
        unique=[("person_id", "name")],
    )
    op.create_index(
        "stay_open_idx",
        "stay",
        ["tenant_id", "intervention_id", "assigned_to", "started_on"],
        schema="care",
        postgresql_where=sa.text("status IN ('ACTIVE', 'PAUSED')"),
    )
    op.create_index(
        "commitment_open_idx",
        "commitment",
        ["tenant_id", "intervention_id", "due_on"],
        schema="care",
        postgresql_where=sa.text("state IN ('AGREED', 'ONGOING', 'CHANGED')"),
    )
