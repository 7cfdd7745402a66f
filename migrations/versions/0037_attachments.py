"""Files of a stay, sealed with the participant's key.

Revision ID: 0037
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID

from migrations.helpers import Reference, create_care_table, one_of

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    create_care_table(
        "care.attachment",
        sa.Column("stay_id", UUID(as_uuid=True), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("mimetype", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("name_sealed", sa.LargeBinary, nullable=False),
        sa.Column("content_sealed", sa.LargeBinary, nullable=False),
        sa.Column("created_by", UUID(as_uuid=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        one_of("kind", ("CONSENT", "MEDICAL", "PLAN", "CV", "OTHER")),
        sa.CheckConstraint("size BETWEEN 1 AND 10000000", name="size_sane"),
        # A medical paper is for those with consent to health, whatever the writer says.
        sa.CheckConstraint("kind <> 'MEDICAL' OR sharing <> 'SHARED'", name="medical_apart"),
        indexes=[("stay_id",)],
        references=[Reference(("stay_id",), "care.stay", on_delete="CASCADE")],
        sharing="OWN",
    )
