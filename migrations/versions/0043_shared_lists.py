"""Saved lists of any list, and lists that the whole förbund shares.

Revision ID: 0043
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0037"


def upgrade() -> None:
    op.add_column(
        "saved_list",
        sa.Column("place", sa.Text, nullable=False, server_default="cases.index"),
        schema="office",
    )
    op.add_column(
        "saved_list",
        sa.Column("shared", sa.Boolean, nullable=False, server_default="false"),
        schema="office",
    )
    # What somebody looks for among participants is that person's own.
    op.create_check_constraint(
        "cases_are_ones_own", "saved_list", "NOT shared OR place <> 'cases.index'", schema="office"
    )
