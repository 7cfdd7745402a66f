"""Shapes of webhooks, in and out."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from fyrklang.modules.webhooks.service import EVENTS, HTTPS

NAME = "Skriv vad mottagaren heter, högst 80 tecken."
CHOOSE = "Välj minst en händelse."
SWITCH = "Ange om webhooken ska vara på: true eller false."


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


class StatusIn(Schema):
    """On or off."""

    on = fields.Boolean(
        required=True,
        truthy={True},
        falsy={False},
        error_messages={"required": SWITCH, "null": SWITCH, "invalid": SWITCH},
    )


class WebhookRow(Schema):
    """A receiver; its secret is shown when it is made and never again. `status` is ON, OFF or STOPPED."""

    id = fields.UUID()
    name = fields.String()
    url = fields.String()
    events = fields.List(fields.String())
    status = fields.String()
    fault = fields.String()
    failing_since = fields.DateTime(allow_none=True)
    created_at = fields.DateTime()


class WebhookList(Schema):
    """Every receiver of the förbund."""

    items = fields.List(fields.Nested(WebhookRow))


class WebhookMade(Schema):
    """A new receiver with the secret its tellings are signed with."""

    id = fields.UUID()
    secret = fields.String()


class DeliveryRow(Schema):
    """One telling: WAITING, DELIVERED or FAILED; `answer` is the receiver's status code."""

    id = fields.UUID()
    event = fields.String()
    state = fields.String()
    attempts = fields.Integer()
    answer = fields.Integer(allow_none=True)
    fault = fields.String()
    created_at = fields.DateTime()
    next_at = fields.DateTime()
    delivered_at = fields.DateTime(allow_none=True)


class DeliveryList(Schema):
    """The latest tellings to a receiver."""

    items = fields.List(fields.Nested(DeliveryRow))
