"""Shapes of an insats' mode, way in and team. No rules that need the database."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from fyrklang.modules.interventions.schemas import CHOOSE, DATE, YEAR
from fyrklang.sdk.codes import MODES
from fyrklang.web.forms import SwedishDate, SwedishInteger

OFFICER = "Skriv namnet på dataskyddsombudet som har godkänt."
BASIS = "Skriv var beslutet finns, till exempel ett diarienummer."
PERSON = "Välj någon i listan."


class Versioned(Schema):
    """A change names the version it started from, so that nobody's words are overwritten unseen."""

    version = SwedishInteger(required=True)


class ModeIn(Versioned):
    """A change of mode: to what, from which year figures follow it, who approved and where that stands."""

    to_mode = fields.String(
        required=True,
        validate=validate.OneOf(list(MODES), error=CHOOSE),
        error_messages={"required": CHOOSE, "null": CHOOSE},
    )
    first_year = SwedishInteger(
        load_default=None,
        allow_none=True,
        validate=validate.Range(2000, 2100, error=YEAR),
        error_messages={"invalid": YEAR},
    )
    officer = fields.String(
        required=True,
        validate=validate.Length(2, 120, error=OFFICER),
        error_messages={"required": OFFICER, "null": OFFICER},
    )
    basis = fields.String(
        required=True,
        validate=validate.Length(2, 200, error=BASIS),
        error_messages={"required": BASIS, "null": BASIS},
    )
    decided_on = SwedishDate(required=True, error_messages={"required": DATE, "invalid": DATE})


class IntakeIn(Versioned):
    """Who the insats is for, and how people come in."""

    who_for = fields.String(
        load_default="", validate=validate.Length(max=1000, error="Skriv högst 1 000 tecken.")
    )
    referrals_open = fields.Boolean(load_default=False)
    referral_required = fields.Boolean(load_default=False)
    free_text = fields.Boolean(load_default=False)


class SeatIn(Schema):
    """Days and responsibility of a place in the team."""

    responsible = fields.Boolean(load_default=False)
    valid_from = SwedishDate(required=True, error_messages={"required": DATE, "invalid": DATE})
    valid_to = SwedishDate(load_default=None, allow_none=True, error_messages={"invalid": DATE})


class NewSeatIn(SeatIn):
    """Somebody's new place."""

    membership_id = fields.UUID(
        required=True, error_messages={"required": PERSON, "invalid_uuid": PERSON, "null": PERSON}
    )


class SeatRow(Schema):
    """A place in the team as it stands."""

    id = fields.UUID()
    membership_id = fields.UUID()
    name = fields.String()
    home = fields.String()
    kind = fields.String()
    responsible = fields.Boolean()
    valid_from = fields.Date()
    valid_to = fields.Date(allow_none=True)
    state = fields.String()


class ModeChangeRow(Schema):
    """A change of mode that was made."""

    from_mode = fields.String()
    to_mode = fields.String()
    first_year = fields.Integer()
    officer = fields.String()
    basis = fields.String()
    decided_on = fields.Date()


class Settings(Schema):
    """What an insats stores about people and how they come in."""

    version = fields.Integer()
    mode = fields.String()
    person_level_from = fields.Integer(allow_none=True)
    person_level_to = fields.Integer(allow_none=True)
    who_for = fields.String()
    referrals_open = fields.Boolean()
    referral_required = fields.Boolean()
    free_text = fields.Boolean()
    changes = fields.List(fields.Nested(ModeChangeRow))
