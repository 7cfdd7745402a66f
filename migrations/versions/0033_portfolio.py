"""The life of an insats: what was applied for, decided, begun and ended, by whom, and the papers of a decision.

Revision ID: 0033
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID

from migrations.helpers import Reference, create_tenant_table, one_of

revision = "0033"
down_revision = "0024"

STEPS = (
    *("APPLY", "PREPARE", "DECIDE", "EXTEND", "REJECT", "START"),
    *("PAUSE", "RESUME", "FOLLOW", "END", "IMPLEMENT"),
)
OF_INSATS = Reference(("intervention_id",), "office.intervention", on_delete="CASCADE")


def _insats() -> sa.Column[object]:
    return sa.Column("intervention_id", UUID(as_uuid=True), nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())


def upgrade() -> None:
    _steps()
    _texts()


def _steps() -> None:
    create_tenant_table(
        "office.intervention_step",
        _insats(),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("on_date", sa.Date, nullable=False),
        _text("by_whom"),
        _text("reference"),
        sa.Column("amount_ore", sa.BigInteger),
        sa.Column("first_day", sa.Date),
        sa.Column("last_day", sa.Date),
        _text("words"),
        sa.Column("from_status", sa.Text, nullable=False),
        sa.Column("to_status", sa.Text, nullable=False),
        sa.Column("was_starts_on", sa.Date, nullable=False),
        sa.Column("was_ends_on", sa.Date),
        sa.Column("created_by", UUID(as_uuid=True)),
        _moment("created_at"),
        one_of("kind", STEPS),
        sa.CheckConstraint("amount_ore BETWEEN 0 AND 100000000000000", name="amount_sane"),
        sa.CheckConstraint("last_day IS NULL OR last_day >= first_day", name="days_in_order"),
        sa.CheckConstraint("length(words) <= 4000", name="words_length"),
        unique=[("intervention_id", "position")],
        references=[OF_INSATS],
    )


def _texts() -> None:
    create_tenant_table(
        "office.intervention_application",
        _insats(),
        _text("background"),
        _text("aims"),
        _text("responsibility"),
        _text("plan"),
        _text("budget"),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.Column("updated_by", UUID(as_uuid=True)),
        _moment("updated_at"),
        unique=[("intervention_id",)],
        references=[OF_INSATS],
    )
    create_tenant_table(
        "office.intervention_paper",
        _insats(),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("mimetype", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("added_by", UUID(as_uuid=True)),
        _moment("added_at"),
        sa.CheckConstraint("length(btrim(name)) BETWEEN 1 AND 200", name="name_length"),
        unique=[("intervention_id", "digest")],
        references=[OF_INSATS],
    )
