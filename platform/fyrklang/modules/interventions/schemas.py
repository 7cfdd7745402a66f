"""Shapes of what comes in and goes out. No rules that need the database."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from fyrklang.modules.interventions.models import COUNT_FIELDS
from fyrklang.sdk.codes import (
    DIRECTIONS,
    FOCUS,
    FOLLOW_UP_METHODS,
    FORMATS,
    INTERVENTION_STATUSES,
    NEED_GROUPS,
    PARTY_KINDS,
)
from fyrklang.sdk.measures import MEASURES
from fyrklang.web.forms import SwedishDate, SwedishDecimal, SwedishInteger

CHOOSE = "Välj ett av alternativen."
DATE = "Ange datum som åååå-mm-dd, till exempel 2026-11-21."
YEAR = "Ange ett år, till exempel 2026."
NUMBER = "Ange ett heltal, till exempel 12."
SHARES = [code for code, measure in MEASURES.items() if measure.is_share]


def _choice(codes: dict[str, str], **options: Any) -> fields.String:
    return fields.String(
        validate=validate.OneOf(list(codes), error=CHOOSE),
        error_messages={"required": CHOOSE, "null": CHOOSE, "invalid": CHOOSE},
        **options,
    )


class InterventionFilter(Schema):
    """Query of the list."""

    status = _choice(INTERVENTION_STATUSES, load_default=None)
    direction = _choice(DIRECTIONS, load_default=None)
    year = SwedishInteger(load_default=None, validate=validate.Range(2000, 2100, error=YEAR))
    page = SwedishInteger(load_default=1, validate=validate.Range(1, 10_000, error=NUMBER))
    page_size = SwedishInteger(load_default=100, validate=validate.Range(1, 200, error=NUMBER))


class InterventionRow(Schema):
    """An insats as it stands in a list."""

    id = fields.UUID()
    name = fields.String()
    direction = fields.String()
    focus = fields.String()
    format = fields.String()
    status = fields.String()
    follow_up_method = fields.String()
    mode = fields.String()
    esf_funded = fields.Boolean()
    target_groups = fields.List(fields.String())
    parties = fields.List(fields.String())
    kommun_code = fields.String(allow_none=True)
    places = fields.Integer(allow_none=True)
    starts_on = fields.Date()
    ends_on = fields.Date(allow_none=True)


class InterventionList(Schema):
    """A page of insatser."""

    items = fields.List(fields.Nested(InterventionRow))
    total = fields.Integer()
    page = fields.Integer()
    page_size = fields.Integer()


class InterventionDetail(InterventionRow):
    """An insats with its text and the version an edit must name."""

    description = fields.String()
    version = fields.Integer()


class InterventionIn(Schema):
    """What staff say about an insats."""

    name = fields.String(
        required=True,
        validate=validate.Length(1, 120, error="Skriv ett namn på högst 120 tecken."),
        error_messages={"required": "Skriv insatsens namn."},
    )
    direction = _choice(DIRECTIONS, required=True)
    focus = _choice(FOCUS, required=True)
    format = _choice(FORMATS, required=True)
    status = _choice(INTERVENTION_STATUSES, load_default="RUNNING")
    follow_up_method = _choice(FOLLOW_UP_METHODS, load_default="COUNT_ONLY")
    esf_funded = fields.Boolean(load_default=False)
    target_groups = fields.List(_choice(NEED_GROUPS), load_default=list)
    parties = fields.List(_choice(PARTY_KINDS), load_default=list)
    places = SwedishInteger(
        load_default=None,
        allow_none=True,
        validate=validate.Range(1, 10_000, error="Ange ett tal mellan 1 och 10 000."),
        error_messages={"invalid": NUMBER},
    )
    starts_on = SwedishDate(required=True, error_messages={"required": DATE, "invalid": DATE})
    ends_on = SwedishDate(load_default=None, allow_none=True, error_messages={"invalid": DATE})
    description = fields.String(
        load_default="", validate=validate.Length(max=4000, error="Skriv högst 4 000 tecken.")
    )


class InterventionChange(InterventionIn):
    """An edit names the version it started from, so that nobody's words are overwritten unseen.

    It leaves the status alone, which follows from decisions and what comes after them.
    """

    class Meta:
        """What an edit does not reach."""

        exclude = ("status",)

    version = SwedishInteger(required=True)


class GoalIn(Schema):
    """A goal, in percent with at most one decimal."""

    measure = fields.String(load_default="M1", validate=validate.OneOf(SHARES, error=CHOOSE))
    target_percent = SwedishDecimal(
        places=1,
        required=True,
        validate=validate.Range(0, 100, error="Ange en andel mellan 0 och 100 procent."),
        error_messages={"required": "Ange målet i procent, till exempel 35.", "invalid": "Ange ett tal."},
    )
    first_year = SwedishInteger(
        required=True,
        validate=validate.Range(2000, 2100, error="Ange ett år, till exempel 2026."),
        error_messages={"required": "Ange ett år, till exempel 2026.", "invalid": "Ange ett år."},
    )


class GoalRow(Schema):
    """A goal as it is stored."""

    id = fields.UUID()
    measure = fields.String()
    definition = fields.Integer()
    target_permille = fields.Integer()
    first_year = fields.Integer()
    last_year = fields.Integer(allow_none=True)


def count_field(**options: Any) -> fields.Integer:
    """A number of people, the same in the form and in JSON."""
    return SwedishInteger(
        **options,
        validate=validate.Range(0, 100_000, error="Ange ett tal mellan 0 och 100 000."),
        error_messages={"required": NUMBER, "invalid": NUMBER, "null": NUMBER},
    )


class CountNumbers(Schema):
    """Five numbers for one legal sex in one quarter; `ongoing` is at the quarter's end."""

    started = count_field(required=True)
    ongoing = count_field(required=True)
    ended = count_field(required=True)
    known_outcome = count_field(required=True)
    ended_work_study = count_field(required=True)


class CountsIn(Schema):
    """A whole quarter: women, men, and those whose legal sex is not known."""

    K = fields.Nested(CountNumbers, required=True)
    M = fields.Nested(CountNumbers, required=True)
    U = fields.Nested(CountNumbers, load_default=lambda: dict.fromkeys(COUNT_FIELDS, 0))


class CountsOut(Schema):
    """What is registered of a quarter; a sex of which nothing is, is left out."""

    K = fields.Nested(CountNumbers)
    M = fields.Nested(CountNumbers)
    U = fields.Nested(CountNumbers)


class Registered(Schema):
    """A saved quarter and the job that counts the figures anew."""

    job_id = fields.UUID()


class Created(Schema):
    """The id of what was made."""

    id = fields.UUID()


class ResultRow(Schema):
    """A share for one year with base and interval; nulls where `word` says why."""

    year = fields.Integer()
    sex = fields.String()
    numerator = fields.Integer(allow_none=True)
    denominator = fields.Integer(allow_none=True)
    share = fields.Float(allow_none=True)
    low = fields.Float(allow_none=True)
    high = fields.Float(allow_none=True)
    word = fields.String(allow_none=True)


class Results(Schema):
    """All years of one measure for one insats."""

    measure = fields.String()
    definition = fields.Integer()
    goal_permille = fields.Integer(allow_none=True)
    items = fields.List(fields.Nested(ResultRow))
