"""Names that can be looked up where the insats stores them, and protection that two people must lift.

Revision ID: 0035
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, UUID

revision = "0035"
down_revision = "0029"


def upgrade() -> None:
    """`name_index` has one keyed hash for each word of the name; `unprotect_by` is who asked to lift protection."""
    op.add_column("participant", sa.Column("name_index", ARRAY(sa.LargeBinary)), schema="care")
    op.add_column("participant", sa.Column("unprotect_by", UUID(as_uuid=True)), schema="care")
    op.create_check_constraint(
        "name_only_if_allowed",
        "participant",
        "identity_mode = 'IDENTIFIED' OR name_index IS NULL",
        schema="care",
    )
    op.create_check_constraint(
        "protection_to_lift",
        "participant",
        "identity_mode = 'PROTECTED' OR unprotect_by IS NULL",
        schema="care",
    )
