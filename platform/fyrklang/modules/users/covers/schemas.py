"""Shapes of covers, in and out."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from fyrklang.modules.users.schemas import DATE
from fyrklang.web.forms import SwedishDate

GIVER = "Välj den som är borta."
TAKER = "Välj den som ska täcka."
REASON = "Skriv varför, högst 200 tecken."


def _place(text: str, *, required: bool) -> fields.UUID:
    faults: dict[str, str | list[Any] | dict[Any, Any]] = {
        "required": text,
        "null": text,
        "invalid": text,
        "invalid_uuid": text,
    }
    if required:
        return fields.UUID(required=True, error_messages=faults)
    return fields.UUID(load_default=None, allow_none=True, error_messages=faults)


def _day() -> SwedishDate:
    return SwedishDate(required=True, error_messages={"required": DATE, "null": DATE, "invalid": DATE})


class CoverIn(Schema):
    """Who covers, which days and why; without `giver_id` it is for the one who asks."""

    giver_id = _place(GIVER, required=False)
    taker_id = _place(TAKER, required=True)
    first_day = _day()
    last_day = _day()
    reason = fields.String(
        required=True,
        validate=[validate.Length(1, 200, error=REASON), validate.Regexp(r".*\S", error=REASON)],
        error_messages={"required": REASON, "null": REASON, "invalid": REASON},
    )


class CoverOut(Schema):
    """A cover; `ended_at` is when it was ended early."""

    id = fields.UUID()
    giver = fields.String()
    taker = fields.String()
    first_day = fields.Date()
    last_day = fields.Date()
    reason = fields.String()
    ended_at = fields.DateTime(allow_none=True)


class CoverList(Schema):
    """Covers, the latest first."""

    items = fields.List(fields.Nested(CoverOut))


class CoverMade(Schema):
    """A new cover."""

    id = fields.UUID()
