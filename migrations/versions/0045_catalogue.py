"""The shared catalogue: cards about insatser, questions to their owners, who follows and who adopted.

No personal data and no figures: a card points at cells of a release. Everybody who reads the national part
reads it as `council`; a förbund writes through definer functions that take it from the signed context.

Revision ID: 0045
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR, UUID

from migrations.catalogue_0045 import FUNCTIONS
from migrations.helpers import create_definer_function, create_shared_table, one_of

revision = "0045"
down_revision = "0028"

STATUSES = ("IDEA", "APPLIED", "DECIDED", "RUNNING", "PAUSED", "ENDED", "IMPLEMENTED", "REJECTED")
READABLE = {"council": "SELECT", "publisher": "SELECT", "backup": "SELECT"}
WRITABLE = {"council": "SELECT", "publisher": "SELECT, INSERT, UPDATE, DELETE", "backup": "SELECT"}
WEIGHTED = " || ".join(
    f"setweight(to_tsvector('pg_catalog.swedish'::regconfig, {column}), '{weight}')"
    for column, weight in (("name", "A"), ("summary", "B"), ("body", "C"))
)


def upgrade() -> None:
    _card()
    _exchange()
    for signature, body in FUNCTIONS.items():
        create_definer_function(signature, body, owner="publisher", callers=("app",))


def _card() -> None:
    create_shared_table(
        "national.card",
        sa.Column("id", UUID(as_uuid=True), primary_key=True),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("owner_name", sa.Text, nullable=False),
        sa.Column("synthetic", sa.Boolean, nullable=False),
        sa.Column("origin_id", UUID(as_uuid=True), sa.ForeignKey("national.card.id")),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("name", "summary", "body", "format", "status")
        ),
        *(sa.Column(name, ARRAY(sa.Text), nullable=False) for name in ("need_groups", "methods", "parties")),
        sa.Column("hours", sa.Integer, comment="planned hours per participant, the dose"),
        sa.Column("content", JSONB, nullable=False),
        sa.Column("updated_on", sa.Date, nullable=False),
        sa.Column("search", TSVECTOR, sa.Computed(WEIGHTED, persisted=True)),
        one_of("status", STATUSES),
        sa.CheckConstraint("hours > 0", name="hours_positive"),
        grants=READABLE,
    )
    op.create_index("card_search_idx", "card", ["search"], schema="national", postgresql_using="gin")
    op.create_index("card_origin_idx", "card", ["origin_id"], schema="national")


def _exchange() -> None:
    """`slug` is the förbund that asks, follows or adopts; the owner is the card's."""
    create_shared_table(
        "national.question",
        sa.Column("id", UUID(as_uuid=True), primary_key=True),
        *_of_card(),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("answer", sa.Text),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered_with_words"),
        sa.CheckConstraint("length(text) <= 2000 AND length(answer) <= 2000", name="words_short"),
        grants=WRITABLE,
    )
    create_shared_table(
        "national.adoption",
        sa.Column("id", UUID(as_uuid=True), primary_key=True),
        *_of_card(),
        sa.Column("intervention_id", UUID(as_uuid=True), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("changed", sa.Text, nullable=False),
        sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.UniqueConstraint("slug", "intervention_id", name="adoption_insats_key"),
        grants=WRITABLE,
    )
    create_shared_table(
        "national.follow",
        *_of_card(),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("card_id", "slug", name="follow_pkey"),
        grants=WRITABLE,
    )
    for table in ("question", "adoption"):
        op.create_index(f"{table}_card_idx", table, ["card_id"], schema="national")
        op.create_index(f"{table}_slug_idx", table, ["slug"], schema="national")


def _of_card() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column(
            "card_id",
            UUID(as_uuid=True),
            sa.ForeignKey("national.card.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("synthetic", sa.Boolean, nullable=False),
    )
