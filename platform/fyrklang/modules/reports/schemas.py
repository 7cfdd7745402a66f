"""Shapes of reports."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from fyrklang.modules.reports.service import KINDS, STATUSES
from fyrklang.web.forms import SwedishInteger

YEAR = "Ange ett år, till exempel 2026."
CHOOSE = "Välj ett av alternativen."


class ReportIn(Schema):
    """A new draft."""

    kind = fields.String(
        required=True,
        validate=validate.OneOf(list(KINDS), error=CHOOSE),
        error_messages={"required": CHOOSE},
    )
    year = SwedishInteger(
        required=True,
        validate=validate.Range(2000, 2100, error=YEAR),
        error_messages={"required": YEAR, "invalid": YEAR},
    )
    period = SwedishInteger(load_default=0, validate=validate.OneOf((0, 1), error=CHOOSE))


class SectionIn(Schema):
    """A section's text."""

    text = fields.String(
        load_default="", validate=validate.Length(max=20_000, error="Skriv högst 20 000 tecken.")
    )
    status = fields.String(load_default="DRAFT", validate=validate.OneOf(list(STATUSES), error=CHOOSE))


class FigureOut(Schema):
    """A figure: öre, persons or per mille by `unit`; null where `word` says why."""

    subject = fields.String()
    name = fields.String()
    code = fields.String()
    label = fields.String()
    unit = fields.String()
    value = fields.Integer(allow_none=True)
    word = fields.String()
    base = fields.String()


class FiguresOut(Schema):
    """Every figure of a period."""

    items = fields.List(fields.Nested(FigureOut))
