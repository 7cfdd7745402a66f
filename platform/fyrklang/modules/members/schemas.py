"""Shapes of the members' JSON."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from fyrklang.modules.members.service import BODIES, SEAT_ROLES
from fyrklang.web.forms import SwedishDate, SwedishInteger

DATE = "Ange datum som åååå-mm-dd, till exempel 2026-11-21."
CHOOSE = "Välj ett av alternativen."
MEMBER = "Välj en medlem."
PERCENT = "Ange ett tal mellan 1 och 100."


class MemberFilter(Schema):
    """Which day to look at; today when left out."""

    on = fields.Date(
        load_default=None, error_messages={"invalid": "Ange datum som åååå-mm-dd, till exempel 2026-11-21."}
    )


class MemberRow(Schema):
    """A member; null dates are not known."""

    id = fields.UUID()
    party_kind = fields.String()
    name = fields.String()
    valid_from = fields.Date(allow_none=True)
    valid_to = fields.Date(allow_none=True)
    source = fields.String()


class MemberList(Schema):
    """All members on a day."""

    items = fields.List(fields.Nested(MemberRow))


class PartyDays(Schema):
    """A member, and days from and to."""

    organisation_id = fields.UUID(required=True, error_messages={"required": MEMBER, "invalid_uuid": MEMBER})
    valid_from = SwedishDate(required=True, error_messages={"required": DATE, "invalid": DATE})
    valid_to = SwedishDate(load_default=None, allow_none=True, error_messages={"invalid": DATE})


class SeatIn(PartyDays):
    """A seat."""

    body = fields.String(load_default="BOARD", validate=validate.OneOf(list(BODIES), error=CHOOSE))
    role = fields.String(load_default="MEMBER", validate=validate.OneOf(list(SEAT_ROLES), error=CHOOSE))
    name = fields.String(
        required=True,
        validate=validate.Length(1, 120, error="Skriv ett namn på högst 120 tecken."),
        error_messages={"required": "Skriv ledamotens namn."},
    )


class SecondmentIn(PartyDays):
    """Staff a member lends; no person means vacant."""

    intervention_id = fields.UUID(
        load_default=None, allow_none=True, error_messages={"invalid_uuid": "Välj en insats."}
    )
    profession = fields.String(
        required=True,
        validate=validate.Length(1, 80, error="Skriv högst 80 tecken."),
        error_messages={"required": "Skriv funktionen, till exempel koordinator."},
    )
    person = fields.String(
        load_default="", validate=validate.Length(max=120, error="Skriv högst 120 tecken.")
    )
    percent = SwedishInteger(
        required=True,
        validate=validate.Range(1, 100, error=PERCENT),
        error_messages={"required": PERCENT, "invalid": PERCENT},
    )


class EndIn(Schema):
    """The last day of a seat."""

    last_day = SwedishDate(required=True, error_messages={"required": DATE, "invalid": DATE})


class FillIn(Schema):
    """Who fills a post, and its last day."""

    person = fields.String(
        load_default="", validate=validate.Length(max=120, error="Skriv högst 120 tecken.")
    )
    last_day = SwedishDate(load_default=None, allow_none=True, error_messages={"invalid": DATE})
