"""The parties' people: seats in board and preparatory group, and staff the parties lend.

Revision ID: 0032
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID

from migrations.helpers import Reference, create_tenant_table, one_of

revision = "0032"
down_revision = "0010"


def _organisation() -> sa.Column[object]:
    return sa.Column(
        "organisation_id", UUID(as_uuid=True), sa.ForeignKey("registry.organisation.id"), nullable=False
    )


def _days() -> tuple[sa.Column[object], sa.Column[object], sa.CheckConstraint]:
    return (
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="days_in_order"),
    )


def upgrade() -> None:
    create_tenant_table(
        "office.seat",
        _organisation(),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        *_days(),
        one_of("body", ("BOARD", "PREP")),
        one_of("role", ("CHAIR", "VICE", "MEMBER", "SUBSTITUTE")),
        sa.CheckConstraint("length(btrim(name)) BETWEEN 1 AND 120", name="name_length"),
        indexes=[("body", "valid_from")],
    )
    create_tenant_table(
        "office.secondment",
        _organisation(),
        sa.Column("intervention_id", UUID(as_uuid=True)),
        sa.Column("profession", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False, server_default=""),
        sa.Column("percent", sa.SmallInteger, nullable=False),
        *_days(),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name="percent_sane"),
        sa.CheckConstraint("length(btrim(profession)) BETWEEN 1 AND 80", name="profession_length"),
        indexes=[("organisation_id", "valid_from")],
        references=[Reference(("intervention_id",), "office.intervention", on_delete="CASCADE")],
    )
