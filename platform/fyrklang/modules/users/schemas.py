"""Shapes of what comes in and goes out."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from fyrklang.access.permissions import TENANT_ROLES, Permission
from fyrklang.web.forms import SwedishDate, SwedishInteger

ROLES = sorted(TENANT_ROLES)
CHOOSE = "Välj ett av alternativen."
ROLE = "Välj minst en roll."
DATE = "Ange datum som åååå-mm-dd, till exempel 2026-11-21."
PERCENT = "Ange ett heltal mellan 1 och 100."
HOME = "Välj den organisation personen loggar in från."
NAME = "Skriv personens namn, högst 120 tecken."
CODE = "Skriv koden du har fått."


def _roles(**options: Any) -> fields.List[Any]:
    return fields.List(
        fields.String(validate=validate.OneOf(ROLES, error=CHOOSE)),
        required=True,
        validate=validate.Length(1, len(ROLES), error=ROLE),
        error_messages={"required": ROLE, "null": ROLE, "invalid": ROLE},
        **options,
    )


def _percent() -> SwedishInteger:
    return SwedishInteger(
        load_default=None,
        allow_none=True,
        validate=validate.Range(1, 100, error=PERCENT),
        error_messages={"invalid": PERCENT},
    )


def _day() -> SwedishDate:
    return SwedishDate(load_default=None, allow_none=True, error_messages={"invalid": DATE})


def _mission() -> fields.String:
    return fields.String(load_default="", validate=validate.Length(max=200, error="Skriv högst 200 tecken."))


class PlaceChange(Schema):
    """A change names the version it started from, so that nobody's change is overwritten unseen."""

    roles = _roles()
    percent = _percent()
    mission = _mission()
    valid_to = _day()
    version = SwedishInteger(required=True, validate=validate.Range(1, 1_000_000))


class InvitationIn(Schema):
    """Whom to invite, from where, to what and for how long. `way`: theirs, or an account of ours."""

    name = fields.String(
        required=True,
        validate=validate.Length(1, 120, error=NAME),
        error_messages={"required": NAME, "null": NAME, "invalid": NAME},
    )
    organisation_id = fields.UUID(
        required=True, error_messages={"required": HOME, "null": HOME, "invalid_uuid": HOME, "invalid": HOME}
    )
    way = fields.String(load_default="OIDC", validate=validate.OneOf(["OIDC", "LOCAL"], error=CHOOSE))
    roles = _roles()
    percent = _percent()
    mission = _mission()
    valid_from = _day()
    valid_to = _day()


class CodeIn(Schema):
    """A code as typed."""

    code = fields.String(
        required=True,
        validate=validate.Length(1, 60, error=CODE),
        error_messages={"required": CODE, "null": CODE, "invalid": CODE},
    )


class ReviewIn(Schema):
    """Which places have been looked at, and what is to be done with them."""

    ids = fields.List(
        fields.UUID(error_messages={"invalid_uuid": CHOOSE, "invalid": CHOOSE}),
        required=True,
        validate=validate.Length(1, 500, error="Välj minst en person."),
        error_messages={"required": "Välj minst en person.", "null": "Välj minst en person."},
    )
    deed = fields.String(
        required=True,
        validate=validate.OneOf(["KEEP", "END"], error=CHOOSE),
        error_messages={"required": CHOOSE, "null": CHOOSE, "invalid": CHOOSE},
    )


class UserFilter(Schema):
    """Which users to list: those who have a place (`current`) or have had one (`ended`)."""

    state = fields.String(load_default="current", validate=validate.OneOf(["current", "ended"], error=CHOOSE))


class UserRow(Schema):
    """A place in the förbund; null `last_login_at` means never or not known."""

    id = fields.UUID()
    display_name = fields.String()
    organisation = fields.String()
    roles = fields.List(fields.String())
    percent = fields.Integer(allow_none=True)
    mission = fields.String()
    valid_from = fields.Date()
    valid_to = fields.Date(allow_none=True)
    ended_at = fields.DateTime(allow_none=True)
    last_login_at = fields.DateTime(allow_none=True)
    source = fields.String()
    version = fields.Integer()


class UserList(Schema):
    """Every user of the förbund."""

    items = fields.List(fields.Nested(UserRow))


class InvitationRow(Schema):
    """An invitation nobody has used yet."""

    id = fields.UUID()
    name = fields.String()
    organisation = fields.String()
    roles = fields.List(fields.String())
    created_at = fields.DateTime()
    expires_at = fields.DateTime()


class InvitationList(Schema):
    """Invitations that wait."""

    items = fields.List(fields.Nested(InvitationRow))


class Invited(Schema):
    """A new invitation. The code is shown here and nowhere else."""

    id = fields.UUID()
    code = fields.String()
    expires_at = fields.DateTime()


class Reviewed(Schema):
    """How many places were kept or ended."""

    count = fields.Integer()


PROGRAM = "Skriv vilket program det gäller, högst 120 tecken."
PERMISSION = "Välj minst en behörighet."


class TokenIn(Schema):
    """A token to make: for what, with which permissions, to which day."""

    name = fields.String(
        required=True,
        validate=validate.Length(1, 120, error=PROGRAM),
        error_messages={"required": PROGRAM, "null": PROGRAM, "invalid": PROGRAM},
    )
    permissions = fields.List(
        fields.String(validate=validate.OneOf(sorted(Permission), error=CHOOSE)),
        required=True,
        validate=validate.Length(1, len(Permission), error=PERMISSION),
        error_messages={"required": PERMISSION, "null": PERMISSION, "invalid": PERMISSION},
    )
    last_day = SwedishDate(required=True, error_messages={"required": DATE, "null": DATE, "invalid": DATE})


class TokenRow(Schema):
    """A token; `prefix` is its first characters, all of it that is kept."""

    id = fields.UUID()
    name = fields.String()
    prefix = fields.String()
    permissions = fields.List(fields.String())
    maker = fields.String()
    created_at = fields.DateTime()
    expires_at = fields.DateTime()
    last_used_at = fields.DateTime(allow_none=True)
    revoked_at = fields.DateTime(allow_none=True)


class TokenList(Schema):
    """Every token of the förbund."""

    items = fields.List(fields.Nested(TokenRow))


class TokenMade(Schema):
    """A new token. It is shown here and nowhere else."""

    id = fields.UUID()
    token = fields.String()
    expires_at = fields.DateTime()
