"""Shapes of steps and applications. Amounts in JSON are öre, in forms kronor."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from fyrklang.modules.portfolio.protocol import PARTS, STEPS
from fyrklang.web.forms import SwedishDate, SwedishInteger
from fyrklang.web.money import Kronor, money_field

DATE = "Ange datum som åååå-mm-dd, till exempel 2026-11-21."
CHOOSE = "Välj ett av alternativen."


def _words(most: int, error: str) -> fields.String:
    return fields.String(load_default="", validate=validate.Length(max=most, error=error))


def _day() -> fields.Date:
    return SwedishDate(load_default=None, allow_none=True, error_messages={"invalid": DATE})


class StepForm(Kronor):
    """A step as it is typed."""

    on_date = SwedishDate(required=True, error_messages={"required": DATE, "invalid": DATE})
    by_whom = _words(200, "Skriv högst 200 tecken.")
    reference = _words(100, "Skriv högst 100 tecken.")
    amount_ore = money_field(load_default=None, allow_none=True)
    first_day = _day()
    last_day = _day()
    words = _words(4000, "Skriv högst 4 000 tecken.")


class StepIn(Schema):
    """A step in JSON."""

    kind = fields.String(
        required=True,
        validate=validate.OneOf(list(STEPS), error=CHOOSE),
        error_messages={"required": CHOOSE},
    )
    on_date = fields.Date(required=True, error_messages={"required": DATE, "invalid": DATE})
    by_whom = _words(200, "Skriv högst 200 tecken.")
    reference = _words(100, "Skriv högst 100 tecken.")
    amount_ore = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=validate.Range(0, 10**14, error="Ange ett belopp i öre."),
    )
    first_day = fields.Date(load_default=None, allow_none=True, error_messages={"invalid": DATE})
    last_day = fields.Date(load_default=None, allow_none=True, error_messages={"invalid": DATE})
    words = _words(4000, "Skriv högst 4 000 tecken.")


class StepRow(Schema):
    """A step as it is stored."""

    id = fields.UUID()
    kind = fields.String()
    on_date = fields.Date()
    by_whom = fields.String()
    reference = fields.String()
    amount_ore = fields.Integer(allow_none=True)
    first_day = fields.Date(allow_none=True)
    last_day = fields.Date(allow_none=True)
    words = fields.String()
    from_status = fields.String()
    to_status = fields.String()


class StepList(Schema):
    """The steps of an insats in order."""

    items = fields.List(fields.Nested(StepRow))


class Made(Schema):
    """The id of what was made."""

    id = fields.UUID()


ApplicationForm = Schema.from_dict(
    {
        **{name: _words(8000, "Skriv högst 8 000 tecken.") for name in PARTS},
        "version": SwedishInteger(load_default=0),
    },
    name="ApplicationForm",
)
