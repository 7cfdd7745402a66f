"""Shapes of what comes in and goes out. No rules that need the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, pre_load, validate, validates_schema

from fyrklang.modules.casework import codes
from fyrklang.modules.casework.counting import WORKING
from fyrklang.modules.casework.shapes import (
    CHOOSE,
    CHOOSE_SOME,
    choice,
    day,
    no_number,
    percent,
    several,
    words,
)
from fyrklang.sdk.codes import NEED_GROUPS, SEXES
from fyrklang.web.forms import SwedishInteger


class PersonStep(Schema):
    """Who is referred: by the party's own code."""

    code = fields.String(
        required=True,
        validate=[validate.Length(1, 40, error="Skriv en kod på högst 40 tecken."), no_number],
        error_messages={"required": "Skriv er egen kod för personen."},
    )
    sex = choice(SEXES, required=True)
    birth_year = SwedishInteger(
        load_default=None,
        allow_none=True,
        validate=validate.Range(1920, 2020, error="Ange ett födelseår, till exempel 1987."),
        error_messages={"invalid": "Ange ett födelseår, till exempel 1987."},
    )

    name = words(120)
    number = words(20)
    contact = words(120)
    identity_consented = fields.Boolean(load_default=False)


class NeedStep(Schema):
    """Why."""

    need_groups = several(NEED_GROUPS, load_default=list)
    problem_areas = several(codes.PROBLEM_AREAS, least=1, required=True)
    tried = several(codes.TRIED, load_default=list)
    own_words = words(1000)


class ConsentStep(Schema):
    """What the person has agreed to."""

    consented = fields.Boolean(load_default=False)
    consent_parties = fields.List(fields.String(validate=validate.Length(1, 40)), load_default=list)
    consent_given_on = day()
    consent_form = choice(codes.CONSENT_FORMS, load_default="WRITTEN")
    consent_reference = words(120)
    consent_language = choice(codes.LANGUAGES, load_default="sv")
    referrer_contact = words(120, "Skriv ditt telefonnummer eller din e-postadress.")


class ReferralIn(PersonStep, NeedStep, ConsentStep):
    """A whole remiss."""


class QuestionIn(Schema):
    """What the team asks the referrer."""

    missing = several(codes.MISSING, load_default=list)
    question = words(500, "Skriv vad som behöver kompletteras.")


class AnswerIn(Schema):
    """What the referrer answers."""

    answer = words(1000, "Skriv ett svar.")


class DeclineIn(Schema):
    """No, and why; with an insats the person is shown on to it."""

    reason = choice(codes.REASONS, required=True)
    suggested_id = fields.UUID(load_default=None, allow_none=True, error_messages={"invalid_uuid": CHOOSE})


class InviteIn(Schema):
    """Who is invited to send one remiss, from which party and to what."""

    intervention_id = fields.UUID(
        required=True, error_messages={"required": CHOOSE, "invalid_uuid": CHOOSE, "null": CHOOSE}
    )
    party = fields.String(required=True, error_messages={"required": CHOOSE, "null": CHOOSE})
    name = words(120, "Skriv namnet på den du bjuder in.")


class AcceptIn(Schema):
    """Yes, from a day."""

    started_on = day()


class DirectIn(ReferralIn, AcceptIn):
    """Somebody who came by themselves or through somebody else than a party, taken in at once."""

    came_by = choice(codes.CAME_BY, required=True)


class CountIn(Schema):
    """Somebody who is only counted."""

    intervention_id = fields.UUID(
        required=True, error_messages={"required": CHOOSE, "invalid_uuid": CHOOSE, "null": CHOOSE}
    )
    sex = choice(SEXES, required=True)
    reason = choice(("PROTECTED", "NO_CONSENT"), required=True)


class IdentityIn(Schema):
    """Who a participant is."""

    name = words(120)
    number = words(20)
    contact = words(120)


class RevealIn(Schema):
    """Why somebody wants to see who it is."""

    why = choice(codes.UNMASK_REASONS, required=True)


class ProtectIn(Schema):
    """That what names the person is to be destroyed."""

    understood = fields.Boolean(
        required=True,
        validate=validate.Equal(True, error="Kryssa i att du förstår vad som raderas."),
        error_messages={"required": "Kryssa i att du förstår vad som raderas."},
    )


class FindIn(Schema):
    """The whole code of a protected person."""

    code = words(40, "Skriv hela koden.")


class ConsentIn(Schema):
    """Consent for one purpose to several parties."""

    purpose = choice(codes.PURPOSES, required=True)
    parties = fields.List(
        fields.String(validate=validate.Regexp(codes.PARTY, error=CHOOSE)),
        required=True,
        validate=validate.Length(min=1, error=CHOOSE_SOME),
        error_messages={"required": CHOOSE_SOME},
    )
    given_on = day()
    valid_to = day(optional=True)
    form = choice(codes.CONSENT_FORMS, required=True)
    reference = words(120)
    language = choice(codes.LANGUAGES, load_default="sv")


class SituationIn(Schema):
    """Occupation and support at one moment."""

    occupations = several(codes.OCCUPATIONS, least=1, required=True)
    work_extent = percent()
    study_extent = percent()
    subsidy = choice(codes.SUBSIDIES, load_default=None, allow_none=True)
    income_sources = several(codes.INCOMES, least=1, required=True)

    @pre_load
    def forget_empty(self, data: Any, **_more: Any) -> Any:
        """A percentage left empty is none. What is no object is refused by the schema itself."""
        if not isinstance(data, Mapping):
            return data
        return {name: value for name, value in dict(data).items() if value is not None}

    @validates_schema(skip_on_field_errors=True)
    def fit_together(self, data: Any, **_more: Any) -> None:
        """Codes, extents and support must not contradict one another."""
        held = set(data["occupations"])
        faults: dict[str, str] = {}
        if len(held) > 1 and held & {"NONE", "UNK"}:
            faults["occupations"] = "Ingen och okänd går inte att kombinera med annan sysselsättning."
        sources = set(data["income_sources"])
        if len(sources) > 1 and sources & {"NONE", "UNK"}:
            faults["income_sources"] = "Ingen och okänd går inte att kombinera med annan försörjning."
        if ("WORK_SUB" in held) != (data["subsidy"] is not None):
            faults["subsidy"] = "Välj stöd när arbetet är subventionerat, annars inget."
        if bool(held & WORKING) != (data["work_extent"] > 0):
            faults["work_extent"] = "Ange hur mycket personen arbetar, och bara när personen arbetar."
        if ("STUDY" in held) != (data["study_extent"] > 0):
            faults["study_extent"] = "Ange hur mycket personen studerar, och bara när personen studerar."
        if data["work_extent"] + data["study_extent"] > 100:
            faults.setdefault("study_extent", "Arbete och studier kan tillsammans vara högst 100 procent.")
        if faults:
            raise ValidationError(faults)


class MappingIn(SituationIn):
    """The start, and short measures 0–10 per area and moment."""


for _area in codes.AREAS:
    for _moment in codes.MOMENTS:
        MappingIn._declared_fields[f"{_area}_{_moment}"] = SwedishInteger(
            load_default=None,
            allow_none=True,
            validate=validate.Range(0, 10, error="Ange ett tal 0–10."),
            error_messages={"invalid": "Ange ett tal 0–10."},
        )


class GoalIn(Schema):
    """The goal in the person's own words."""

    goal = words(500, "Skriv målet med personens egna ord.")
    goal_on = day(optional=True)
    version = SwedishInteger(load_default=0)


class CommitmentIn(Schema):
    """What a party, or the person, will do."""

    party = fields.String(required=True, error_messages={"required": CHOOSE, "null": CHOOSE})
    what = words(300, "Skriv vad som ska göras.")
    responsible = words(120)
    due_on = day(optional=True)


class CommitmentChange(CommitmentIn):
    """A commitment as it is now."""

    state = choice(codes.COMMITMENT_STATES, required=True)
    version = SwedishInteger(required=True, error_messages={"required": CHOOSE})


class MeetingIn(Schema):
    """That the plan was met about."""

    met_on = day()


class NoteIn(Schema):
    """A note."""

    kind = choice(codes.NOTE_KINDS, load_default="CONTACT")
    happened_on = day()
    sharing = choice(("OWN", "SHARED", "HEALTH"), load_default="OWN")
    body = words(10_000, "Skriv anteckningen.")


class DraftIn(Schema):
    """A note that is being written."""

    kind = choice(codes.NOTE_KINDS, load_default="CONTACT")
    sharing = choice(("OWN", "SHARED", "HEALTH"), load_default="OWN")
    body = words(10_000)


class ExistingPlanIn(Schema):
    """A plan a party has already."""

    party = fields.String(required=True, error_messages={"required": CHOOSE, "null": CHOOSE})
    kind = words(80, "Skriv vad det är för plan.")
    aim = words(500)
    valid_to = day(optional=True)


class ActivityIn(Schema):
    """Something on the timeline."""

    kind = choice(codes.ACTIVITIES, required=True)
    party = fields.String(required=True, error_messages={"required": CHOOSE, "null": CHOOSE})
    started_on = day()
    ended_on = day(optional=True)


class EndingStep(Schema):
    """When and why."""

    ended_on = day()
    end_reason = choice(codes.END_REASONS, required=True)


class CaseMade(Schema):
    """What was made."""

    id = fields.UUID()


class LeftIn(Schema):
    """What becomes of one remaining commitment."""

    commitment_id = fields.UUID(required=True)
    state = choice(("DONE", "HANDED_OVER", "CLOSED"), required=True)
    handed_to = words(120)
    accepted = fields.Boolean(load_default=False)


class EndingIn(EndingStep):
    """A whole ending. A misregistration and a death say nothing of `after`; `before` only where it was unknown."""

    after = fields.Nested(SituationIn, load_default=None, allow_none=True)
    before = fields.Nested(SituationIn, load_default=None, allow_none=True)
    commitments = fields.List(fields.Nested(LeftIn), load_default=list)


class ReferralRow(Schema):
    """A remiss in the queue."""

    id = fields.UUID()
    reference = fields.String()
    intervention_id = fields.UUID()
    status = fields.String()
    code = fields.String()
    owner_party = fields.String()
    received_on = fields.Date()


class StayRow(Schema):
    """A stay in a list."""

    id = fields.UUID()
    code = fields.String()
    intervention_id = fields.UUID()
    status = fields.String()
    started_on = fields.Date()
    ended_on = fields.Date(allow_none=True)
