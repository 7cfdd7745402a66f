"""What somebody has put off on their start page.

Revision ID: 0028
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID

from migrations.helpers import create_tenant_table

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """`key` is a kind and an id, and says nothing of whose it is."""
    create_tenant_table(
        "office.snooze",
        sa.Column("person_id", UUID(as_uuid=True), nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("until", sa.Date, nullable=False),
        sa.CheckConstraint("key ~ '^[a-z_]{1,30}:[0-9a-f-]{36}$'", name="key_plain"),
        unique=[("person_id", "key")],
    )
