"""Shapes of giving stays out and of saved lists."""

from __future__ import annotations

from marshmallow import Schema, fields

from fyrklang.modules.casework.shapes import words

SOMEBODY = "Välj någon i teamet."
CHOOSE = "Välj minst en deltagare."


class AssignIn(Schema):
    """Which stays, and to whom; nobody when left out."""

    ids = fields.List(
        fields.UUID(error_messages={"invalid_uuid": CHOOSE}),
        required=True,
        error_messages={"required": CHOOSE, "invalid": CHOOSE},
    )
    taker = fields.UUID(load_default=None, allow_none=True, error_messages={"invalid_uuid": SOMEBODY})


class Batch(Schema):
    """What was given out at once, by which it is taken back."""

    batch = fields.UUID()


class UndoneOut(Schema):
    """How many went back, and how many others had changed since."""

    back = fields.Integer()
    left = fields.Integer()


class SavedListIn(Schema):
    """The name of a list."""

    name = words(60, "Skriv vad listan ska heta.")
