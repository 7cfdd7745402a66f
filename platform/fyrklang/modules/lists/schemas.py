"""Shape of the form that saves a list."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

NAME = "Skriv vad listan ska heta, högst 60 tecken."


class SavedListIn(Schema):
    """A name, which page, what its address says, and whether everybody in the förbund shares it."""

    name = fields.String(
        required=True, validate=validate.Length(1, 60, error=NAME), error_messages={"required": NAME}
    )
    place = fields.String(required=True, validate=validate.Length(1, 60))
    query = fields.String(load_default="", validate=validate.Length(max=2_000))
    shared = fields.Boolean(load_default=False)
