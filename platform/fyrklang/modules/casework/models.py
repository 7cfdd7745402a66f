"""Tables about participants. Every row has an owner party; who else may read it is the consents' to say."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Computed, FetchedValue, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from fyrklang.kernel.ids import new_id
from fyrklang.tenancy.session import Base, TenantOwned

CARE = {"schema": "care"}


class CareRow(TenantOwned):
    """A row behind the wall of insats and party.

    `sharing` is OWN (the owner alone), SHARED (every party with consent) or HEALTH (those with consent to
    health as well). The database fills `visible_to` from it; what is written there is overwritten.
    """

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    intervention_id: Mapped[UUID]
    owner_party: Mapped[str]
    visible_to: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_onupdate=FetchedValue())
    sharing: Mapped[str] = mapped_column(default="SHARED")
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class OfParticipant(CareRow):
    """A row about one participant."""

    participant_id: Mapped[UUID]


class OfStay(OfParticipant):
    """A row about one stay of one participant."""

    stay_id: Mapped[UUID]


class Sealed:
    """Identity, encrypted; empty unless the insats stores identities (mode C)."""

    content_key: Mapped[bytes | None]
    name_sealed: Mapped[bytes | None]
    number_sealed: Mapped[bytes | None]
    contact_sealed: Mapped[bytes | None]
    number_index: Mapped[bytes | None]


class Needs:
    """Why somebody is referred, in codes."""

    need_groups: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    problem_areas: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)


class Participant(Sealed, CareRow, Base):
    """One person in one insats; `owner_party` is the controller. `code` is what the parties call them."""

    __tablename__ = "participant"
    __table_args__ = CARE

    identity_mode: Mapped[str] = mapped_column(default="PSEUDONYM")
    code: Mapped[str]
    code_norm: Mapped[str] = mapped_column(Text, Computed("lower(btrim(code))", persisted=True))
    sex: Mapped[str]
    birth_year: Mapped[int | None]
    kommun_code: Mapped[str | None]
    language: Mapped[str] = mapped_column(default="sv")
    interpreter: Mapped[bool] = mapped_column(default=False)
    name_index: Mapped[list[bytes] | None] = mapped_column(ARRAY(LargeBinary))
    unprotect_by: Mapped[UUID | None]
    version: Mapped[int] = mapped_column(default=1)


class Consent(OfParticipant, Base):
    """That a party may take part of what a purpose names. `withdrawn_on` is the first day it does not hold."""

    __tablename__ = "consent"
    __table_args__ = CARE

    purpose: Mapped[str]
    party: Mapped[str]
    text_version: Mapped[str]
    language: Mapped[str] = mapped_column(default="sv")
    form: Mapped[str]
    reference: Mapped[str] = mapped_column(default="")
    given_on: Mapped[date]
    valid_to: Mapped[date | None]
    withdrawn_on: Mapped[date | None]
    withdrawn_by: Mapped[UUID | None]


class Referral(Sealed, Needs, CareRow, Base):
    """A remiss. Without participant until it is accepted; the tag `R-<person>` lets its sender see it."""

    __tablename__ = "referral"
    __table_args__ = CARE

    participant_id: Mapped[UUID | None]
    reference: Mapped[str]
    status: Mapped[str] = mapped_column(default="SENT")
    status_hash: Mapped[str | None]
    referring_party: Mapped[str]
    referred_by: Mapped[UUID]
    referrer_name: Mapped[str]
    referrer_contact: Mapped[str] = mapped_column(default="")
    received_on: Mapped[date]
    answer_by: Mapped[date | None]
    code: Mapped[str]
    sex: Mapped[str]
    birth_year: Mapped[int | None]
    tried: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    own_words: Mapped[str] = mapped_column(default="")
    consent_parties: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    consent_given_on: Mapped[date | None]
    consent_form: Mapped[str | None]
    consent_reference: Mapped[str] = mapped_column(default="")
    consent_text_version: Mapped[str] = mapped_column(default="")
    consent_language: Mapped[str] = mapped_column(default="sv")
    assigned_to: Mapped[UUID | None]
    missing: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    question: Mapped[str] = mapped_column(default="")
    answer: Mapped[str] = mapped_column(default="")
    decision_reason: Mapped[str | None]
    decided_by: Mapped[UUID | None]
    decided_on: Mapped[date | None]
    suggested_id: Mapped[UUID | None]
    version: Mapped[int] = mapped_column(default=1)


class ReferralInvitation(CareRow, Base):
    """Leave for an official without an account to send one remiss. `token_hash`: SHA-256 (hex) of the link's token."""

    __tablename__ = "referral_invitation"
    __table_args__ = CARE

    token_hash: Mapped[str]
    party: Mapped[str]
    name: Mapped[str]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    referral_id: Mapped[UUID | None]
    revoked_at: Mapped[datetime | None]
    created_by: Mapped[UUID]


class Stay(Needs, OfParticipant, Base):
    """A deltagande. `number` counts the participant's stays from 1; a re-entry is a new one."""

    __tablename__ = "stay"
    __table_args__ = CARE

    referral_id: Mapped[UUID | None]
    number: Mapped[int] = mapped_column(default=1)
    status: Mapped[str] = mapped_column(default="ACTIVE")
    started_on: Mapped[date]
    ended_on: Mapped[date | None]
    end_reason: Mapped[str | None]
    ended_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
    assigned_to: Mapped[UUID | None]
    cover_for: Mapped[UUID | None]
    referring_party: Mapped[str | None]
    referred_on: Mapped[date | None]
    sex: Mapped[str]
    birth_year: Mapped[int | None]
    kommun_code: Mapped[str | None]
    next_step: Mapped[str] = mapped_column(default="")
    next_step_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)


class Situation(OfStay, Base):
    """Occupation and support at START, END or a YEAR after; extents in per cent of full time."""

    __tablename__ = "situation"
    __table_args__ = CARE

    moment: Mapped[str]
    taken_on: Mapped[date]
    afterwards: Mapped[bool] = mapped_column(default=False)
    occupations: Mapped[list[str]] = mapped_column(ARRAY(Text))
    work_extent: Mapped[int] = mapped_column(default=0)
    study_extent: Mapped[int] = mapped_column(default=0)
    subsidy: Mapped[str | None]
    income_sources: Mapped[list[str]] = mapped_column(ARRAY(Text))
    education: Mapped[str | None]
    support_duration: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)


class Assessment(OfStay, Base):
    """One short measure: how an area is, 0–10, at START, NOW or as GOAL."""

    __tablename__ = "assessment"
    __table_args__ = CARE

    moment: Mapped[str]
    taken_on: Mapped[date]
    area: Mapped[str]
    score: Mapped[int]


class ExistingPlan(OfStay, Base):
    """A plan a party already had with the person."""

    __tablename__ = "existing_plan"
    __table_args__ = CARE

    party: Mapped[str]
    kind: Mapped[str]
    aim: Mapped[str] = mapped_column(default="")
    valid_to: Mapped[date | None]


class Plan(OfStay, Base):
    """The one joint plan of a stay, with the goal in the person's own words. `met_on`: the latest meeting."""

    __tablename__ = "plan"
    __table_args__ = CARE

    goal: Mapped[str]
    goal_on: Mapped[date | None]
    met_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)


class Commitment(OfStay, Base):
    """What a party, or the person (PERSON), has said they will do."""

    __tablename__ = "commitment"
    __table_args__ = CARE

    plan_id: Mapped[UUID]
    party: Mapped[str]
    responsible: Mapped[str] = mapped_column(default="")
    what: Mapped[str]
    due_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(default="AGREED")
    handed_to: Mapped[str] = mapped_column(default="")
    accepted_on: Mapped[date | None]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class PlanVersion(OfParticipant, Base):
    """The plan as it stood when it was met about: goal and commitments as JSON."""

    __tablename__ = "plan_version"
    __table_args__ = CARE

    plan_id: Mapped[UUID]
    number: Mapped[int]
    met_on: Mapped[date]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)


class Activity(OfStay, Base):
    """Something that goes on, in a lane of the timeline."""

    __tablename__ = "activity"
    __table_args__ = CARE

    kind: Mapped[str]
    lane: Mapped[str]
    party: Mapped[str]
    started_on: Mapped[date]
    ended_on: Mapped[date | None]
    extent: Mapped[int | None]
    status: Mapped[str] = mapped_column(default="PLANNED")
    version: Mapped[int] = mapped_column(default=1)


class Note(TenantOwned, Base):
    """What somebody wrote down. A draft is its writer's alone, in the database too."""

    __tablename__ = "note"
    __table_args__ = CARE

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    intervention_id: Mapped[UUID]
    owner_party: Mapped[str]
    visible_to: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    sharing: Mapped[str] = mapped_column(default="OWN")
    participant_id: Mapped[UUID]
    stay_id: Mapped[UUID]
    kind: Mapped[str]
    happened_on: Mapped[date]
    body: Mapped[str] = mapped_column(default="")
    draft: Mapped[bool] = mapped_column(default=False)
    written_by: Mapped[UUID]
    writer_name: Mapped[str]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class Task(OfParticipant, Base):
    """Something somebody must do about a participant by a day."""

    __tablename__ = "task"
    __table_args__ = CARE

    stay_id: Mapped[UUID | None]
    kind: Mapped[str]
    what: Mapped[str] = mapped_column(default="")
    due_on: Mapped[date]
    snoozed_to: Mapped[date | None]
    assigned_to: Mapped[UUID | None]
    done_at: Mapped[datetime | None]
    done_by: Mapped[UUID | None]


class AnonymousEntry(CareRow, Base):
    """Somebody who is counted and of whom nothing else is kept."""

    __tablename__ = "anonymous_entry"
    __table_args__ = CARE

    year: Mapped[int]
    quarter: Mapped[int]
    sex: Mapped[str]
    reason: Mapped[str]
