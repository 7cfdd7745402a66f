"""Stays, and everything that is known, agreed, done and written in one.

Revision ID: 0021
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID
from sqlalchemy.schema import SchemaItem

from migrations.helpers import (
    CARE_PREDICATE,
    Reference,
    create_care_root,
    create_care_table,
    one_of,
)

revision = "0021"
down_revision = "0020"

SEXES = ("K", "M", "U")
REFERRERS = ("FK", "AF", "REGION", "KOMMUN", "SELF", "OTHER")
NEEDS = (
    "ARRAY['LONG_SICK', 'YOUNG_DISAB', 'YOUNG_AE', 'MENTAL', 'LONG_UNEMP', 'YOUNG_NEET', 'NEW_ARR', "
    "'ECON_AID', 'EXHAUST', 'ADDICT', 'NPF', 'OTHER']"
)
PROBLEMS = "ARRAY['MEDICAL', 'MENTAL', 'SOCIAL', 'WORK']"
OCCUPATIONS = "ARRAY['WORK', 'WORK_SUB', 'SELF_EMP', 'STUDY', 'SEEK', 'TRAIN', 'DAY', 'LEAVE', 'NONE', 'UNK']"
INCOMES = "ARRAY['SJP', 'RHP', 'SE', 'AE', 'AST', 'UTV', 'AK', 'EB', 'ETE', 'STU', 'ANN', 'NONE', 'UNK']"
SUBSIDIES = ("NSJ", "LB", "INTRO", "TRYGG", "OSA", "ETJ", "ANN")
END_REASONS = (
    "WORK",
    "STUDY",
    "CONT_REHAB",
    "SEEKING",
    "DONE",
    "ILLNESS",
    "OWN_CHOICE",
    "NO_SHOW",
    "WRONG_GROUP",
    "MOVED",
    "CLOSED",
    "DECEASED",
    "MISREG",
    "OTHER",
)
AREAS = ("HEALTH", "EVERYDAY", "SOCIAL", "ECONOMY", "WORK", "CONFIDENCE")
LANES = ("WORK", "STUDY", "HEALTH", "SUPPORT", "ECONOMY", "MEETING")
COMMITMENT_STATES = ("AGREED", "ONGOING", "DONE", "CHANGED", "HANDED_OVER", "CLOSED")
OF_PLAN = Reference(("plan_id",), "care.plan", on_delete="CASCADE")
OF_STAY = Reference(("stay_id",), "care.stay", on_delete="CASCADE")
NOTE_PREDICATE = f"{CARE_PREDICATE} AND (NOT draft OR written_by = context.actor())"


def upgrade() -> None:
    _stay()
    _situation()
    _assessment()
    _plan()
    _plan_version()
    _activity()
    _note()
    _task()
    _anonymous()


def _made() -> tuple[SchemaItem, ...]:
    return (
        sa.Column("created_by", UUID(as_uuid=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    )


def _version() -> sa.Column[int]:
    return sa.Column("version", sa.Integer, nullable=False, server_default="1")


def _needs() -> tuple[SchemaItem, ...]:
    return (
        sa.Column("need_groups", ARRAY(sa.Text), nullable=False, server_default="{}"),
        sa.Column("problem_areas", ARRAY(sa.Text), nullable=False, server_default="{}"),
        sa.CheckConstraint(f"need_groups <@ {NEEDS}", name="need_groups_known"),
        sa.CheckConstraint(f"problem_areas <@ {PROBLEMS}", name="problem_areas_known"),
    )


def _stay() -> None:
    """A deltagande: one person in one insats from one day to another. Coming back is a new one."""
    create_care_table(
        "care.stay",
        sa.Column("referral_id", UUID(as_uuid=True)),
        sa.Column("number", sa.SmallInteger, nullable=False, server_default="1"),
        sa.Column("status", sa.Text, nullable=False, server_default="ACTIVE"),
        sa.Column("started_on", sa.Date, nullable=False),
        sa.Column("ended_on", sa.Date),
        sa.Column("end_reason", sa.Text),
        sa.Column("ended_by", UUID(as_uuid=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("assigned_to", UUID(as_uuid=True)),
        sa.Column("cover_for", UUID(as_uuid=True)),
        sa.Column("referring_party", sa.Text),
        sa.Column("referred_on", sa.Date),
        sa.Column("sex", sa.Text, nullable=False),
        sa.Column("birth_year", sa.SmallInteger),
        sa.Column("kommun_code", sa.Text, sa.ForeignKey("registry.kommun.code")),
        *_needs(),
        sa.Column("next_step", sa.Text, nullable=False, server_default=""),
        sa.Column("next_step_on", sa.Date),
        _version(),
        *_made(),
        one_of("status", ("ACTIVE", "PAUSED", "ENDED", "MISREG")),
        one_of("referring_party", REFERRERS),
        one_of("end_reason", END_REASONS),
        one_of("sex", SEXES),
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name="period_order"),
        sa.CheckConstraint("referred_on IS NULL OR referred_on <= started_on", name="referred_before"),
        sa.CheckConstraint(
            "(status IN ('ENDED', 'MISREG')) = (end_reason IS NOT NULL) "
            "AND (status = 'MISREG') = (end_reason IS NOT DISTINCT FROM 'MISREG') "
            "AND (status <> 'ENDED' OR ended_on IS NOT NULL) "
            "AND (status NOT IN ('ACTIVE', 'PAUSED') OR ended_on IS NULL)",
            name="ending_whole",
        ),
        unique=[("participant_id", "number")],
        indexes=[
            ("intervention_id", "status", "started_on"),
            ("assigned_to", "status"),
            ("intervention_id", "ended_on"),
        ],
        references=[Reference(("referral_id",), "care.referral")],
    )


def _situation() -> None:
    """Occupation and support at one moment: start, end, one year after. What before and after compare."""
    create_care_table(
        "care.situation",
        sa.Column("stay_id", UUID(as_uuid=True), nullable=False),
        sa.Column("moment", sa.Text, nullable=False),
        sa.Column("taken_on", sa.Date, nullable=False),
        sa.Column("afterwards", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("occupations", ARRAY(sa.Text), nullable=False, server_default="{UNK}"),
        sa.Column("work_extent", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("study_extent", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("subsidy", sa.Text),
        sa.Column("income_sources", ARRAY(sa.Text), nullable=False, server_default="{UNK}"),
        sa.Column("education", sa.Text),
        sa.Column("support_duration", sa.Text),
        _version(),
        *_made(),
        one_of("moment", ("START", "END", "YEAR")),
        one_of("subsidy", SUBSIDIES),
        one_of("education", ("E0", "E1", "E2", "E3", "E4", "EU")),
        one_of("support_duration", ("D0", "D1", "D2", "D3", "D4", "D5")),
        sa.CheckConstraint(
            f"occupations <@ {OCCUPATIONS} AND cardinality(occupations) > 0 "
            "AND (cardinality(occupations) = 1 OR NOT occupations && ARRAY['NONE', 'UNK'])",
            name="occupations_known",
        ),
        sa.CheckConstraint(
            f"income_sources <@ {INCOMES} AND cardinality(income_sources) > 0 "
            "AND (cardinality(income_sources) = 1 OR NOT income_sources && ARRAY['NONE', 'UNK'])",
            name="income_sources_known",
        ),
        sa.CheckConstraint("('WORK_SUB' = ANY (occupations)) = (subsidy IS NOT NULL)", name="subsidy_named"),
        sa.CheckConstraint(
            "work_extent BETWEEN 0 AND 100 AND study_extent BETWEEN 0 AND 100 "
            "AND (work_extent = 0 OR occupations && ARRAY['WORK', 'WORK_SUB', 'SELF_EMP']) "
            "AND (study_extent = 0 OR 'STUDY' = ANY (occupations))",
            name="extents_fit",
        ),
        unique=[("stay_id", "moment")],
        references=[OF_STAY],
    )


def _assessment() -> None:
    create_care_table(
        "care.assessment",
        sa.Column("stay_id", UUID(as_uuid=True), nullable=False),
        sa.Column("moment", sa.Text, nullable=False),
        sa.Column("taken_on", sa.Date, nullable=False),
        sa.Column("area", sa.Text, nullable=False),
        sa.Column("score", sa.SmallInteger, nullable=False),
        *_made(),
        one_of("moment", ("START", "NOW", "GOAL")),
        one_of("area", AREAS),
        sa.CheckConstraint("score BETWEEN 0 AND 10", name="score_sane"),
        unique=[("stay_id", "area", "moment", "taken_on")],
        references=[OF_STAY],
    )
    create_care_table(
        "care.existing_plan",
        sa.Column("stay_id", UUID(as_uuid=True), nullable=False),
        sa.Column("party", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("aim", sa.Text, nullable=False, server_default=""),
        sa.Column("valid_to", sa.Date),
        *_made(),
        sa.CheckConstraint("length(kind) <= 80 AND length(aim) <= 500", name="words_length"),
        indexes=[("stay_id",)],
        references=[OF_STAY],
    )


def _plan() -> None:
    create_care_table(
        "care.plan",
        sa.Column("stay_id", UUID(as_uuid=True), nullable=False),
        sa.Column("goal", sa.Text, nullable=False),
        sa.Column("goal_on", sa.Date),
        sa.Column("met_on", sa.Date),
        _version(),
        *_made(),
        sa.CheckConstraint("length(goal) BETWEEN 1 AND 500", name="goal_length"),
        unique=[("stay_id",)],
        references=[OF_STAY],
    )
    create_care_table(
        "care.commitment",
        sa.Column("plan_id", UUID(as_uuid=True), nullable=False),
        sa.Column("stay_id", UUID(as_uuid=True), nullable=False),
        sa.Column("party", sa.Text, nullable=False, comment="PERSON for the participant's own"),
        sa.Column("responsible", sa.Text, nullable=False, server_default=""),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("due_on", sa.Date),
        sa.Column("state", sa.Text, nullable=False, server_default="AGREED"),
        sa.Column("handed_to", sa.Text, nullable=False, server_default=""),
        sa.Column("accepted_on", sa.Date),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        _version(),
        *_made(),
        one_of("state", COMMITMENT_STATES),
        sa.CheckConstraint("length(what) BETWEEN 1 AND 300", name="what_length"),
        sa.CheckConstraint("length(responsible) <= 120 AND length(handed_to) <= 120", name="names_length"),
        indexes=[("plan_id",), ("stay_id", "state"), ("state", "due_on")],
        references=[OF_PLAN, OF_STAY],
    )


def _plan_version() -> None:
    create_care_table(
        "care.plan_version",
        sa.Column("plan_id", UUID(as_uuid=True), nullable=False),
        sa.Column("number", sa.SmallInteger, nullable=False),
        sa.Column("met_on", sa.Date, nullable=False),
        sa.Column("content", JSONB, nullable=False),
        *_made(),
        unique=[("plan_id", "number")],
        references=[OF_PLAN],
    )


def _activity() -> None:
    create_care_table(
        "care.activity",
        sa.Column("stay_id", UUID(as_uuid=True), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("party", sa.Text, nullable=False),
        sa.Column("started_on", sa.Date, nullable=False),
        sa.Column("ended_on", sa.Date),
        sa.Column("extent", sa.SmallInteger),
        sa.Column("status", sa.Text, nullable=False, server_default="PLANNED"),
        _version(),
        *_made(),
        one_of("lane", LANES),
        one_of("status", ("PLANNED", "ONGOING", "DONE", "CANCELLED")),
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name="period_order"),
        sa.CheckConstraint("extent BETWEEN 0 AND 100", name="extent_share"),
        indexes=[("stay_id", "started_on")],
        references=[OF_STAY],
    )


def _note() -> None:
    create_care_table(
        "care.note",
        sa.Column("stay_id", UUID(as_uuid=True), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("happened_on", sa.Date, nullable=False),
        sa.Column("body", sa.Text, nullable=False, server_default=""),
        sa.Column("draft", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("written_by", UUID(as_uuid=True), nullable=False),
        sa.Column("writer_name", sa.Text, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        _version(),
        sa.CheckConstraint("length(body) <= 10000", name="body_length"),
        sa.CheckConstraint("draft OR length(btrim(body)) > 0", name="body_written"),
        indexes=[("stay_id", "happened_on"), ("written_by", "draft")],
        references=[OF_STAY],
        predicate=NOTE_PREDICATE,
        sharing="OWN",
    )


def _task() -> None:
    create_care_table(
        "care.task",
        sa.Column("stay_id", UUID(as_uuid=True)),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False, server_default=""),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("snoozed_to", sa.Date),
        sa.Column("assigned_to", UUID(as_uuid=True)),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.Column("done_by", UUID(as_uuid=True)),
        *_made(),
        sa.CheckConstraint("length(what) <= 300", name="what_length"),
        indexes=[("assigned_to", "done_at", "due_on"), ("intervention_id", "done_at", "due_on")],
        references=[OF_STAY],
        sharing="OWN",
    )


def _anonymous() -> None:
    """Somebody counted without a trace: protected identity, or no consent. Sex and year, nothing else."""
    create_care_root(
        "care.anonymous_entry",
        sa.Column("year", sa.SmallInteger, nullable=False),
        sa.Column("quarter", sa.SmallInteger, nullable=False),
        sa.Column("sex", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        *_made(),
        sa.CheckConstraint("year BETWEEN 2000 AND 2100", name="year_sane"),
        sa.CheckConstraint("quarter BETWEEN 1 AND 4", name="quarter_known"),
        one_of("sex", SEXES),
        one_of("reason", ("PROTECTED", "NO_CONSENT")),
        indexes=[("intervention_id", "year", "quarter")],
    )
