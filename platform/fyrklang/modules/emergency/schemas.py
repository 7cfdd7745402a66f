"""Shapes of emergencies, in and out."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

INSATS = "Välj en insats i listan."
CODE = "Skriv ärendets kod, högst 40 tecken."
REASON = "Skriv varför du behöver läsa ärendet nu, med minst 10 och högst 300 tecken."
CHOOSE = "Välj ett av alternativen."
NOTE = "Skriv högst 500 tecken."


def _faults(text: str) -> dict[str, str | list[Any] | dict[Any, Any]]:
    return {"required": text, "null": text, "invalid": text, "invalid_uuid": text}


class EmergencyIn(Schema):
    """Which case, by the code its parties call it, and why it cannot wait."""

    intervention_id = fields.UUID(required=True, error_messages=_faults(INSATS))
    code = fields.String(
        required=True,
        validate=[validate.Length(1, 40, error=CODE), validate.Regexp(r".*\S", error=CODE)],
        error_messages=_faults(CODE),
    )
    reason = fields.String(
        required=True,
        validate=[
            validate.Length(10, 300, error=REASON),
            validate.Regexp(r"(?s)\s*\S(.*\S){9}", error=REASON),
        ],
        error_messages=_faults(REASON),
    )


class EmergencyAnswerIn(Schema):
    """Yes or no to a colleague's request."""

    approve = fields.Boolean(required=True, error_messages=_faults(CHOOSE))


class EmergencyReviewIn(Schema):
    """What a reviewer thinks afterwards."""

    verdict = fields.String(
        required=True,
        validate=validate.OneOf(["REASONABLE", "QUESTION", "REPORT"], error=CHOOSE),
        error_messages=_faults(CHOOSE),
    )
    note = fields.String(load_default="", validate=validate.Length(max=500, error=NOTE))


class EmergencyOut(Schema):
    """A request and what became of it. `expires_at` is when an approved one ends, at the latest."""

    id = fields.UUID()
    intervention_id = fields.UUID()
    reason = fields.String()
    asker = fields.String()
    asked_at = fields.DateTime()
    answer = fields.String(allow_none=True)
    approver = fields.String(allow_none=True)
    expires_at = fields.DateTime(allow_none=True)
    ended_at = fields.DateTime(allow_none=True)
    verdict = fields.String(allow_none=True)


class EmergencyList(Schema):
    """Emergencies, the latest first."""

    items = fields.List(fields.Nested(EmergencyOut))


class EmergencyMade(Schema):
    """A new request."""

    id = fields.UUID()
