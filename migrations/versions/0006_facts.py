"""Counted cells: the one bridge between what staff register and what anyone reads as a number.

Revision ID: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID

from migrations.helpers import Reference, create_tenant_table, one_of

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    create_tenant_table(
        "facts.cell",
        sa.Column("intervention_id", UUID(as_uuid=True), nullable=False),
        sa.Column("measure", sa.Text, nullable=False),
        sa.Column("definition", sa.SmallInteger, nullable=False),
        sa.Column("year", sa.SmallInteger, nullable=False),
        sa.Column("quarter", sa.SmallInteger, nullable=False, comment="0 is the whole year"),
        sa.Column("sex", sa.Text, nullable=False, comment="T is everyone"),
        sa.Column("numerator", sa.Integer, nullable=False),
        sa.Column("denominator", sa.Integer, nullable=False, comment="0 for a plain count"),
        one_of("sex", ("K", "M", "U", "T")),
        sa.CheckConstraint("quarter BETWEEN 0 AND 4", name="quarter_known"),
        sa.CheckConstraint("numerator >= 0 AND denominator >= 0", name="counts_positive"),
        unique=[("intervention_id", "measure", "year", "quarter", "sex")],
        indexes=[("measure", "year", "quarter", "sex")],
        references=[Reference(("intervention_id",), "office.intervention", on_delete="CASCADE")],
    )
