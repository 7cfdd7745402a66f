"""Shapes of cards as files and as JSON, and of what a förbund says about them."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from fyrklang.national.catalogue.words import COSTS, EVIDENCE, METHODS, RATINGS
from fyrklang.sdk.codes import FOCUS, FORMATS, INTERVENTION_STATUSES, NEED_GROUPS, PARTY_KINDS
from fyrklang.sdk.measures import MEASURES
from fyrklang.web.forms import SwedishDecimal

CHOOSE = "Välj ett av alternativen."
WORDS = "Skriv högst 2 000 tecken."
PICK = "Välj en insats i kunskapsbanken."
TEXTS = (
    *(
        "problem",
        "way",
        "material",
        "staff",
        "where",
        "dose",
        "waiting",
        "core",
        "free",
        "changes",
        "fidelity",
    ),
    *("budget", "inclusion", "assumptions", "outcomes", "again", "contact", "reflection", "published_as"),
)
"""The blocks of running text of a card, in the order of TIDieR where it has them."""


def _one(codes: dict[str, str], **options: Any) -> fields.String:
    return fields.String(
        validate=validate.OneOf(list(codes), error=CHOOSE),
        error_messages={"required": CHOOSE, "null": CHOOSE, "invalid": CHOOSE},
        **options,
    )


class RatingIn(Schema):
    """One of five assessments: what, by whom, when, after what. It expires three years later."""

    kind = _one(RATINGS, required=True)
    value = fields.String(required=True, validate=validate.Length(1, 400))
    rated_on = fields.Date(required=True)
    assessor = fields.String(required=True, validate=validate.Length(1, 200))
    source = fields.String(required=True, validate=validate.Length(1, 400))

    @validates_schema
    def _known(self, data: dict[str, Any], **_kwargs: Any) -> None:
        codes = {"EVIDENCE": EVIDENCE, "COST": COSTS}.get(data["kind"])
        if codes is not None and data["value"] not in codes:
            raise ValidationError(CHOOSE, "value")


class LessonIn(Schema):
    """Problem, what was tried, what came of it, advice."""

    problem = fields.String(required=True)
    tried = fields.String(required=True)
    result = fields.String(required=True)
    advice = fields.String(required=True)


class CardIn(Schema):
    """A card in a file. Results are codes of measures, looked up in the release, never figures."""

    key = fields.String(required=True, validate=validate.Regexp(r"^[a-z0-9-]+$"))
    slug = fields.String(required=True)
    name = fields.String(required=True, validate=validate.Length(1, 120))
    summary = fields.String(required=True, validate=validate.Length(1, 300))
    status = _one(INTERVENTION_STATUSES, required=True)
    format = _one(FORMATS, required=True)
    focus = _one(FOCUS, required=True)
    need_groups = fields.List(_one(NEED_GROUPS), required=True)
    methods = fields.List(_one(METHODS), load_default=list)
    parties = fields.List(_one(PARTY_KINDS), required=True)
    hours = fields.Integer(load_default=None, validate=validate.Range(1, 5000))
    origin = fields.String(load_default=None)
    updated_on = fields.Date(required=True)
    results = fields.List(_one({code: code for code in MEASURES}), load_default=list)
    lessons = fields.List(fields.Nested(LessonIn), load_default=list)
    ratings = fields.List(fields.Nested(RatingIn), load_default=list)


CardFile = CardIn.from_dict({name: fields.String(load_default="") for name in TEXTS}, name="CardFile")


def _card_id() -> fields.UUID:
    return fields.UUID(
        required=True, error_messages={"required": PICK, "invalid": PICK, "invalid_uuid": PICK}
    )


def _words(missing: str) -> fields.String:
    return fields.String(
        required=True, validate=validate.Length(1, 2000, error=WORDS), error_messages={"required": missing}
    )


class QuestionIn(Schema):
    """A question to the owner of a card."""

    card_id = _card_id()
    text = _words("Skriv din fråga.")


class QuestionAnswerIn(Schema):
    """The owner's answer, for everyone to read."""

    question_id = fields.UUID(
        required=True,
        error_messages={"required": "Välj en fråga.", "invalid_uuid": "Välj en fråga."},
    )
    answer = _words("Skriv svaret.")


class FollowIn(Schema):
    """To follow a card, or no longer."""

    card_id = _card_id()
    wanted = fields.Boolean(load_default=False)


class AdoptIn(Schema):
    """What becomes of a card at home: a name, what is changed and why, and a goal."""

    card_id = _card_id()
    name = fields.String(
        required=True,
        validate=validate.Length(1, 120, error="Skriv ett namn på högst 120 tecken."),
        error_messages={"required": "Skriv vad insatsen ska heta hos er."},
    )
    changed = _words("Skriv vad ni ändrar, eller att ni inte ändrar något.")
    goal_percent = SwedishDecimal(
        places=1,
        load_default=None,
        allow_none=True,
        validate=validate.Range(0, 100, error="Ange en andel mellan 0 och 100 procent."),
        error_messages={"invalid": "Ange ett tal, till exempel 35."},
    )


class Adopted(Schema):
    """The insats that was made."""

    intervention_id = fields.UUID()


class CatalogueQuery(Schema):
    """Words to search for, and what to keep."""

    q = fields.String(load_default="", validate=validate.Length(max=200, error="Skriv högst 200 tecken."))
    need_group = _one(NEED_GROUPS, load_default=None)
    format = _one(FORMATS, load_default=None)
    party = _one(PARTY_KINDS, load_default=None)


class CardRow(Schema):
    """A card in a list."""

    id = fields.UUID()
    owner = fields.String()
    owner_name = fields.String()
    synthetic = fields.Boolean()
    name = fields.String()
    summary = fields.String()
    status = fields.String()
    format = fields.String()
    need_groups = fields.List(fields.String())
    methods = fields.List(fields.String())
    parties = fields.List(fields.String())
    updated_on = fields.Date()


class CardList(Schema):
    """Cards, the best hit first."""

    items = fields.List(fields.Nested(CardRow))


class CardDetail(CardRow):
    """A whole card."""

    content = fields.Dict()
