"""Groups: a series of meetings, who is on its list, and who came.

Revision ID: 0026
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from migrations.helpers import (
    OF_INTERVENTION,
    Reference,
    create_care_table,
    create_tenant_table,
    one_of,
)

revision = "0026"
down_revision = "0025"

OF_SERIES = Reference(("series_id",), "office.group_series", on_delete="CASCADE")
OF_MEETING = Reference(("meeting_id",), "office.group_meeting", on_delete="CASCADE")
OF_STAY = Reference(("stay_id",), "care.stay", on_delete="CASCADE")


def upgrade() -> None:
    _series()
    _meeting()
    create_care_table(
        "care.group_place",
        sa.Column("series_id", UUID(as_uuid=True), nullable=False),
        sa.Column("stay_id", UUID(as_uuid=True), nullable=False),
        sa.Column("left_on", sa.Date),
        unique=[("series_id", "stay_id")],
        indexes=[("stay_id",)],
        references=[OF_SERIES, OF_STAY],
    )
    create_care_table(
        "care.attendance",
        sa.Column("meeting_id", UUID(as_uuid=True), nullable=False),
        sa.Column("stay_id", UUID(as_uuid=True), nullable=False),
        sa.Column("mark", sa.Text, nullable=False),
        one_of("mark", ("HERE", "LATE", "EXCUSED", "ABSENT")),
        unique=[("meeting_id", "stay_id")],
        indexes=[("stay_id",)],
        references=[OF_MEETING, OF_STAY],
    )


def _series() -> None:
    """What the group is and who leads it. Says nothing of anybody who takes part."""
    create_tenant_table(
        "office.group_series",
        sa.Column("intervention_id", UUID(as_uuid=True), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("template", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False, server_default=""),
        sa.Column("leaders", ARRAY(sa.Text), nullable=False, server_default="{}"),
        sa.Column("interpreter", sa.Text, nullable=False, server_default=""),
        sa.Column("open_door", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("created_by", UUID(as_uuid=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        one_of("template", ("ADULT10", "YOUTH5", "OWN")),
        sa.CheckConstraint("length(btrim(name)) BETWEEN 1 AND 120", name="name_length"),
        sa.CheckConstraint("length(place) <= 120 AND length(interpreter) <= 60", name="words_length"),
        indexes=[("intervention_id",)],
        references=[OF_INTERVENTION],
    )


def _meeting() -> None:
    """One meeting. The extra heads of an open group are counted here and known nowhere."""
    heads = [sa.Column(f"extra_{who}", sa.SmallInteger) for who in ("women", "men", "unknown")]
    create_tenant_table(
        "office.group_meeting",
        sa.Column("series_id", UUID(as_uuid=True), nullable=False),
        sa.Column("number", sa.SmallInteger, nullable=False),
        sa.Column("theme", sa.Text, nullable=False, server_default=""),
        sa.Column("held_on", sa.Date, nullable=False),
        sa.Column("starts_at", sa.Time),
        *heads,
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.Column("saved_at", sa.DateTime(timezone=True)),
        sa.Column("saved_key", UUID(as_uuid=True)),
        sa.CheckConstraint("number BETWEEN 1 AND 60", name="number_sane"),
        sa.CheckConstraint("length(theme) <= 120", name="theme_length"),
        *(
            sa.CheckConstraint(f"{column.name} BETWEEN 0 AND 500", name=f"{column.name}_sane")
            for column in heads
        ),
        unique=[("series_id", "number")],
        indexes=[("held_on",)],
        references=[OF_SERIES],
    )
