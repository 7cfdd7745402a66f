"""One year after: attempts to reach somebody, how it ended, and what they thought.

Revision ID: 0027
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID

from migrations.helpers import Reference, create_care_table, one_of

revision = "0027"
down_revision = "0050"

OF_STAY = Reference(("stay_id",), "care.stay", on_delete="CASCADE")
ITEMS = ("respect", "influence", "difference")


def upgrade() -> None:
    create_care_table(
        "care.follow_up",
        sa.Column("stay_id", UUID(as_uuid=True), nullable=False),
        sa.Column("closed_as", sa.Text, nullable=False),
        sa.Column("closed_on", sa.Date, nullable=False),
        sa.Column("closed_by", UUID(as_uuid=True)),
        *(sa.Column(item, sa.SmallInteger) for item in ITEMS),
        sa.Column("helped_most", sa.Text, nullable=False, server_default=""),
        one_of("closed_as", ("REACHED", "DECLINED", "NOT_REACHED")),
        *(sa.CheckConstraint(f"{item} BETWEEN 1 AND 5", name=f"{item}_scale") for item in ITEMS),
        sa.CheckConstraint("length(helped_most) <= 500", name="helped_most_length"),
        unique=[("stay_id",)],
        references=[OF_STAY],
    )
    create_care_table(
        "care.follow_up_attempt",
        sa.Column("stay_id", UUID(as_uuid=True), nullable=False),
        sa.Column("tried_on", sa.Date, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("tried_by", UUID(as_uuid=True)),
        one_of("channel", ("CALL", "SMS", "LETTER")),
        one_of("outcome", ("SENT", "NO_ANSWER", "CALL_BACK")),
        indexes=[("stay_id", "tried_on")],
        references=[OF_STAY],
    )
