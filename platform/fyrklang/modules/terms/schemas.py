"""Shapes of terms, in and out."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

BODY = "Skriv villkoren, med minst 20 och högst 20 000 tecken."
TICK = "Kryssa i att du har läst och godkänner villkoren."


class TermsIn(Schema):
    """A new version."""

    body = fields.String(
        required=True,
        validate=[validate.Length(20, 20_000, error=BODY), validate.Regexp(r"(?s)\s*\S.{18,}\S", error=BODY)],
        error_messages={"required": BODY, "null": BODY, "invalid": BODY},
    )


class AcceptIn(Schema):
    """The texts that were read, each ticked."""

    ids = fields.List(
        fields.UUID(error_messages={"invalid_uuid": TICK, "invalid": TICK}),
        required=True,
        validate=validate.Length(1, 10, error=TICK),
        error_messages={"required": TICK, "null": TICK, "invalid": TICK},
    )
