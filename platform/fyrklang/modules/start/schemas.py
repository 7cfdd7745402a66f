"""Shapes of what comes in."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from fyrklang.web.forms import SwedishInteger

KEY = "Raden gick inte att känna igen. Ladda om sidan."
DAYS = "Välj hur länge raden ska vila."


class KeyIn(Schema):
    """Which row."""

    key = fields.String(
        required=True,
        validate=validate.Regexp(r"^[a-z_]{1,30}:[0-9a-f-]{36}\Z", error=KEY),
        error_messages={"required": KEY, "null": KEY},
    )


class SnoozeIn(KeyIn):
    """For how many days to put a row off."""

    days = SwedishInteger(
        load_default=1, validate=validate.Range(1, 60, error=DAYS), error_messages={"invalid": DAYS}
    )
