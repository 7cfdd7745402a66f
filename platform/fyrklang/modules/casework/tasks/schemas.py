"""Shapes of tasks."""

from __future__ import annotations

from marshmallow import Schema, fields

from fyrklang.modules.casework.shapes import day, words

WHAT = "Skriv vad som ska göras."
SOMEBODY = "Välj någon i teamet."


class TaskIn(Schema):
    """What is to be done, by when and by whom; by nobody means anybody in the team."""

    what = words(300, WHAT)
    due_on = day()
    assigned_to = fields.UUID(load_default=None, allow_none=True, error_messages={"invalid_uuid": SOMEBODY})


class TaskRow(Schema):
    """A task in a list."""

    id = fields.UUID()
    kind = fields.String()
    what = fields.String()
    due_on = fields.Date()
    assigned_to = fields.UUID(allow_none=True)
    stay_id = fields.UUID()
    code = fields.String()
