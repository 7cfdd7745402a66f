"""Insatser: what a förbund finances, its goals, its counts, and what others have published about it.

Revision ID: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from migrations.helpers import Reference, create_tenant_table, one_of

revision = "0005"
down_revision = "0004"

INDIVIDUAL_FOCUS = ("PREVENT", "TREAT", "MOTIVATE", "ACTIVATE", "WORK", "ASSESS", "TEAM", "HEALTH")
STRUCTURAL_FOCUS = ("TRAIN", "CONF", "MAP", "METHOD", "FORUM", "EVAL", "INFO", "USER")
STATUSES = ("IDEA", "APPLIED", "DECIDED", "RUNNING", "PAUSED", "ENDED", "IMPLEMENTED", "REJECTED")
COUNT_COLUMNS = ("started", "ongoing", "ended", "known_outcome", "ended_work_study")
OF_INTERVENTION = Reference(("intervention_id",), "office.intervention", on_delete="CASCADE")


def upgrade() -> None:
    _intervention()
    _goal()
    _count()
    _sourced_fact()


def _intervention() -> None:
    quoted = {
        "INDIVIDUAL": ", ".join(f"'{code}'" for code in INDIVIDUAL_FOCUS),
        "STRUCTURAL": ", ".join(f"'{code}'" for code in STRUCTURAL_FOCUS),
    }
    create_tenant_table(
        "office.intervention",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_norm", sa.Text, sa.Computed("lower(btrim(name))", persisted=True), nullable=False),
        sa.Column("direction", sa.Text, nullable=False),
        sa.Column("follow_up_method", sa.Text, nullable=False),
        sa.Column("esf_funded", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("mode", sa.Text, nullable=False, server_default="A"),
        sa.Column("focus", sa.Text, nullable=False),
        sa.Column("format", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False, server_default=""),
        sa.Column("target_groups", ARRAY(sa.Text), nullable=False, server_default="{}"),
        sa.Column("parties", ARRAY(sa.Text), nullable=False, server_default="{}"),
        sa.Column("kommun_code", sa.Text, sa.ForeignKey("registry.kommun.code")),
        sa.Column("places", sa.Integer),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.Column("created_by", UUID(as_uuid=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        one_of("direction", ("INDIVIDUAL", "STRUCTURAL")),
        one_of("follow_up_method", ("PERSON", "COUNT_ONLY")),
        one_of("mode", ("A", "B", "C")),
        one_of("format", ("TEAM", "COACH", "GROUP", "OPEN", "EVENT")),
        one_of("status", STATUSES),
        sa.CheckConstraint("length(btrim(name)) BETWEEN 1 AND 120", name="name_length"),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="period_order"),
        sa.CheckConstraint("places IS NULL OR places BETWEEN 1 AND 10000", name="places_sane"),
        sa.CheckConstraint(
            f"(direction = 'INDIVIDUAL' AND focus IN ({quoted['INDIVIDUAL']})) OR "
            f"(direction = 'STRUCTURAL' AND focus IN ({quoted['STRUCTURAL']}))",
            name="focus_fits_direction",
        ),
        sa.CheckConstraint("parties <@ ARRAY['FK', 'AF', 'REGION', 'KOMMUN']", name="parties_known"),
        unique=[("name_norm",)],
        indexes=[("status", "name_norm")],
    )


def _goal() -> None:
    create_tenant_table(
        "office.intervention_goal",
        sa.Column("intervention_id", UUID(as_uuid=True), nullable=False),
        sa.Column("measure", sa.Text, nullable=False),
        sa.Column("definition", sa.SmallInteger, nullable=False, server_default="1"),
        sa.Column("target_permille", sa.Integer, nullable=False),
        sa.Column("first_year", sa.SmallInteger, nullable=False),
        sa.Column("last_year", sa.SmallInteger),
        sa.CheckConstraint("target_permille BETWEEN 0 AND 1000", name="target_is_share"),
        sa.CheckConstraint("last_year IS NULL OR last_year >= first_year", name="years_order"),
        unique=[("intervention_id", "measure", "first_year")],
        references=[OF_INTERVENTION],
    )


def _count() -> None:
    create_tenant_table(
        "office.intervention_count",
        sa.Column("intervention_id", UUID(as_uuid=True), nullable=False),
        sa.Column("year", sa.SmallInteger, nullable=False),
        sa.Column("quarter", sa.SmallInteger, nullable=False),
        sa.Column("sex", sa.Text, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False, server_default="0") for name in COUNT_COLUMNS),
        sa.Column("updated_by", UUID(as_uuid=True)),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        one_of("sex", ("K", "M", "U")),
        sa.CheckConstraint("year BETWEEN 2000 AND 2100", name="year_sane"),
        sa.CheckConstraint("quarter BETWEEN 1 AND 4", name="quarter_known"),
        *(sa.CheckConstraint(f"{name} BETWEEN 0 AND 100000", name=f"{name}_sane") for name in COUNT_COLUMNS),
        sa.CheckConstraint("known_outcome <= ended", name="known_among_ended"),
        sa.CheckConstraint("ended_work_study <= known_outcome", name="work_study_among_known"),
        unique=[("intervention_id", "year", "quarter", "sex")],
        references=[OF_INTERVENTION],
    )


def _sourced_fact() -> None:
    """What a public source says about a real insats: shown with its source, never mixed with counts."""
    create_tenant_table(
        "office.sourced_fact",
        sa.Column("intervention_id", UUID(as_uuid=True), nullable=False),
        sa.Column("position", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("statement", sa.Text, nullable=False),
        sa.Column("as_of", sa.Text, nullable=False, server_default=""),
        sa.Column("source", sa.Text, nullable=False),
        unique=[("intervention_id", "position")],
        references=[OF_INTERVENTION],
    )
