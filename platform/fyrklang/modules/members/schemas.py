"""Shapes of the members' JSON."""

from __future__ import annotations

from marshmallow import Schema, fields


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
