"""Shapes of what comes in and goes out."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from fyrklang.modules.followups.present import CHANNELS, OUTCOMES
from fyrklang.sdk.codes import INCOME_SOURCES, OCCUPATIONS, SUBSIDIES, WORKING
from fyrklang.web.forms import SwedishDate, SwedishInteger

CHOOSE = "Välj ett av alternativen."
SOME = "Välj minst ett alternativ."
DATE = "Ange datum som åååå-mm-dd, till exempel 2026-11-24."
PERCENT = "Ange ett heltal mellan 0 och 100."
ANSWER = "Välj 1 till 5, eller lämna tomt."
TEXT = "Skriv högst 500 tecken."


def _several(codes: dict[str, str]) -> fields.List[Any]:
    return fields.List(
        fields.String(validate=validate.OneOf(sorted(codes), error=CHOOSE)),
        required=True,
        validate=validate.Length(1, len(codes), error=SOME),
        error_messages={"required": SOME, "null": SOME, "invalid": SOME},
    )


def _percent() -> SwedishInteger:
    return SwedishInteger(
        load_default=0, validate=validate.Range(0, 100, error=PERCENT), error_messages={"invalid": PERCENT}
    )


def _item() -> SwedishInteger:
    return SwedishInteger(
        load_default=None,
        allow_none=True,
        validate=validate.Range(1, 5, error=ANSWER),
        error_messages={"invalid": ANSWER},
    )


class FollowUpAnswerIn(Schema):
    """What somebody said one year after."""

    taken_on = SwedishDate(required=True, error_messages={"required": DATE, "null": DATE, "invalid": DATE})
    occupations = _several(OCCUPATIONS)
    work_extent = _percent()
    study_extent = _percent()
    subsidy = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf(sorted(SUBSIDIES), error=CHOOSE)
    )
    income_sources = _several(INCOME_SOURCES)
    respect = _item()
    influence = _item()
    difference = _item()
    helped_most = fields.String(load_default="", validate=validate.Length(max=500, error=TEXT))

    @validates_schema(skip_on_field_errors=True)
    def fit_together(self, data: Any, **_more: Any) -> None:
        """Codes, extents and support must not contradict one another."""
        held, sources = set(data["occupations"]), set(data["income_sources"])
        wrong = (
            ("occupations", len(held) > 1 and held & {"NONE", "UNK"}, "Ingen och okänd står ensamma."),
            (
                "income_sources",
                len(sources) > 1 and sources & {"NONE", "UNK"},
                "Ingen och okänd står ensamma.",
            ),
            (
                "subsidy",
                ("WORK_SUB" in held) != (data["subsidy"] is not None),
                "Välj stöd när arbetet är subventionerat, annars inget.",
            ),
            (
                "work_extent",
                bool(held & WORKING) != (data["work_extent"] > 0),
                "Ange hur mycket personen arbetar, och bara när personen arbetar.",
            ),
            (
                "study_extent",
                ("STUDY" in held) != (data["study_extent"] > 0),
                "Ange hur mycket personen studerar, och bara när personen studerar.",
            ),
        )
        faults = {name: sentence for name, is_wrong, sentence in wrong if is_wrong}
        if faults:
            raise ValidationError(faults)


class AttemptIn(Schema):
    """One attempt."""

    channel = fields.String(
        required=True,
        validate=validate.OneOf(sorted(CHANNELS), error=CHOOSE),
        error_messages={"required": CHOOSE, "null": CHOOSE},
    )
    outcome = fields.String(
        required=True,
        validate=validate.OneOf(sorted(OUTCOMES), error=CHOOSE),
        error_messages={"required": CHOOSE, "null": CHOOSE},
    )


class CloseIn(Schema):
    """That there will be no answer."""

    closed_as = fields.String(
        required=True,
        validate=validate.OneOf(("DECLINED", "NOT_REACHED"), error=CHOOSE),
        error_messages={"required": CHOOSE, "null": CHOOSE},
    )


class YearFilter(Schema):
    """The year in which stays ended."""

    year = SwedishInteger(load_default=None, allow_none=True, validate=validate.Range(2000, 2100))


class DueOut(Schema):
    """One who is to be asked now."""

    stay_id = fields.UUID()
    code = fields.String()
    closed_as = fields.String()
    ended_on = fields.Date()
    last_day = fields.Date()
    attempts = fields.Integer()


class DueList(Schema):
    """The queue, the one whose window closes first at the top."""

    items = fields.List(fields.Nested(DueOut))
