"""Shapes of webhooks, in and out."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from fyrklang.modules.webhooks.service import EVENTS, HTTPS

NAME = "Skriv vad mottagaren heter, högst 80 tecken."
CHOOSE = "Välj minst en händelse."


class WebhookIn(Schema):
    """Whom to tell, where, and of what."""

    name = fields.String(
        required=True,
        validate=[validate.Length(1, 80, error=NAME), validate.Regexp(r".*\S", error=NAME)],
        error_messages={"required": NAME, "null": NAME, "invalid": NAME},
    )
    url = fields.String(
        required=True,
        validate=validate.Length(1, 500, error=HTTPS),
        error_messages={"required": HTTPS, "null": HTTPS, "invalid": HTTPS},
    )
    events = fields.List(
        fields.String(validate=validate.OneOf(EVENTS, error=CHOOSE)),
        required=True,
        validate=validate.Length(1, len(EVENTS), error=CHOOSE),
        error_messages={"required": CHOOSE, "null": CHOOSE, "invalid": CHOOSE},
    )
