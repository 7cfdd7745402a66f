"""Shapes of a search."""

from __future__ import annotations

from marshmallow import Schema, fields, validate


class SearchIn(Schema):
    """What is looked for: part of a code, whole words of a name, or a whole personal number."""

    q = fields.String(
        load_default="",
        validate=[
            validate.Length(max=60, error="Skriv högst 60 tecken."),
            validate.Regexp(r"[^\x00-\x1f\x7f]*\Z", error="Skriv vanliga tecken."),
        ],
    )


class HitRow(Schema):
    """One stay that was found."""

    id = fields.UUID()
    code = fields.String()
    intervention_id = fields.UUID()
    status = fields.String()
    started_on = fields.Date()
    ended_on = fields.Date(allow_none=True)
    by_name = fields.Boolean()


class Hits(Schema):
    """What was found; `more` says that there is more than is given."""

    items = fields.List(fields.Nested(HitRow))
    more = fields.Boolean()
