"""Shapes of rounds of review, in and out."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from fyrklang.modules.users.schemas import CHOOSE


class RoundDecision(Schema):
    """One role, kept or taken away."""

    id = fields.UUID(required=True, error_messages={"required": CHOOSE, "invalid_uuid": CHOOSE})
    decision = fields.String(required=True, validate=validate.OneOf(["KEEP", "TAKE"], error=CHOOSE))


class RoundDecisions(Schema):
    """What has been decided so far; the rest can follow."""

    items = fields.List(fields.Nested(RoundDecision), required=True, validate=validate.Length(1, 2000))


class RoundRow(Schema):
    """A round: `due_on` is when it should be signed; `taken` is how many roles were taken away."""

    id = fields.UUID()
    opened_on = fields.Date()
    due_on = fields.Date()
    state = fields.String()
    signed_at = fields.DateTime(allow_none=True)
    roles = fields.Integer()
    decided = fields.Integer()
    taken = fields.Integer()


class RoundList(Schema):
    """Every round, the latest first."""

    items = fields.List(fields.Nested(RoundRow))


class RoundItemRow(Schema):
    """One role of one person; `gone` says that it has been taken away otherwise."""

    id = fields.UUID()
    display_name = fields.String()
    organisation = fields.String()
    role = fields.String()
    decision = fields.String(allow_none=True)
    last_login_at = fields.DateTime(allow_none=True)
    gone = fields.Boolean()


class RoundItemList(Schema):
    """Everybody's roles."""

    items = fields.List(fields.Nested(RoundItemRow))


class RoundMade(Schema):
    """A new round."""

    id = fields.UUID()


class RoundDecided(Schema):
    """How many roles were decided."""

    count = fields.Integer()
