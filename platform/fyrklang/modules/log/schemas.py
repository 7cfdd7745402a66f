"""What can be asked of the log, and the shapes of its JSON."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from fyrklang.modules.log.service import ODDITIES
from fyrklang.sdk.audit import Group
from fyrklang.web.forms import SwedishDate, SwedishInteger

QUESTIONS = ("odd", "person", "thing", "all")
CHOOSE = "Välj ett av alternativen."
DATE = "Ange datum som åååå-mm-dd, till exempel 2026-11-21."
NUMBER = "Ange ett heltal."


class LogFilter(Schema):
    """A question to the log. Without days it is about the last thirty."""

    question = fields.String(load_default="odd", validate=validate.OneOf(QUESTIONS, error=CHOOSE))
    person = fields.UUID(load_default=None, error_messages={"invalid_uuid": CHOOSE})
    thing = fields.UUID(load_default=None, error_messages={"invalid_uuid": CHOOSE})
    group = fields.String(load_default=None, validate=validate.OneOf(list(Group), error=CHOOSE))
    odd = fields.String(load_default=None, validate=validate.OneOf(ODDITIES, error=CHOOSE))
    first = SwedishDate(load_default=None, error_messages={"invalid": DATE})
    last = SwedishDate(load_default=None, error_messages={"invalid": DATE})
    page = SwedishInteger(
        load_default=1,
        validate=validate.Range(1, 10_000, error=NUMBER),
        error_messages={"invalid": NUMBER},
    )


class EventRow(Schema):
    """An event. `act` is what was done in words; nulls are empty on purpose."""

    seq = fields.Integer()
    at = fields.DateTime()
    actor = fields.UUID(allow_none=True)
    actor_name = fields.String(allow_none=True)
    action = fields.String()
    act = fields.String()
    object_type = fields.String(allow_none=True)
    object_id = fields.UUID(allow_none=True)
    object_name = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    outcome = fields.String()


class EventList(Schema):
    """One page of events, the latest first."""

    items = fields.List(fields.Nested(EventRow))
    total = fields.Integer()
    page = fields.Integer()
    page_size = fields.Integer()
