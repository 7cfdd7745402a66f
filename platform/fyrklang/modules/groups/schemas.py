"""Shapes of what comes in and goes out."""

from __future__ import annotations

import re
from datetime import time
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from fyrklang.modules.groups.present import MARKS, TEMPLATES
from fyrklang.web.forms import SwedishDate, SwedishInteger

CHOOSE = "Välj ett av alternativen."
NAME = "Skriv gruppens namn, högst 120 tecken."
DATE = "Ange datum som åååå-mm-dd, till exempel 2026-11-24."
TIME = "Ange klockslag som tt.mm, till exempel 9.30."
DAYS = "Ange hur många dagar det är mellan träffarna, 1–60."
THEMES = "Skriv ett tema per rad: minst en rad, högst 60, och högst 120 tecken på varje."
LEADERS = "Skriv en ledare per rad, högst sex rader och 120 tecken på varje."
HEADS = "Ange ett heltal mellan 0 och 500."
_TIME = re.compile(r"([01]?\d|2[0-3])[.:]([0-5]\d)", re.ASCII)


class ClockTime(fields.Field[Any]):
    """A time of day, `9.30` or `09:30`."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> time:
        text = str(super()._deserialize(value, attr, data, **kwargs))
        found = _TIME.fullmatch(text.strip())
        if not found:
            raise ValidationError(TIME)
        return time(int(found[1]), int(found[2]))


class Lines(fields.Field[Any]):
    """Lines of text as a list; empty ones are left out."""

    def __init__(self, most: int, sentence: str, least: int = 0, **options: Any) -> None:
        super().__init__(**options)
        self.least = least
        self.most = most
        self.sentence = sentence

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[str]:
        given = super()._deserialize(value, attr, data, **kwargs)
        lines = given if isinstance(given, list) else str(given).splitlines()
        plain = [str(line).strip() for line in lines if str(line).strip()]
        if not self.least <= len(plain) <= self.most or any(len(line) > 120 for line in plain):
            raise ValidationError(self.sentence)
        return plain


class SeriesIn(Schema):
    """A new series: its insats, what it is, and when its meetings are."""

    intervention_id = fields.UUID(required=True, error_messages={"required": CHOOSE, "invalid_uuid": CHOOSE})
    name = fields.String(
        required=True,
        validate=validate.Length(1, 120, error=NAME),
        error_messages={"required": NAME, "null": NAME},
    )
    template = fields.String(load_default="OWN", validate=validate.OneOf(sorted(TEMPLATES), error=CHOOSE))
    themes = Lines(60, THEMES, 1, required=True, error_messages={"required": THEMES, "null": THEMES})
    first_on = SwedishDate(required=True, error_messages={"required": DATE, "invalid": DATE})
    starts_at = ClockTime(load_default=None, allow_none=True)
    every_days = SwedishInteger(
        load_default=7,
        validate=validate.Range(1, 60, error=DAYS),
        error_messages={"invalid": DAYS},
    )
    place = fields.String(load_default="", validate=validate.Length(max=120, error="Skriv högst 120 tecken."))
    leaders = Lines(6, LEADERS, load_default=list)
    interpreter = fields.String(
        load_default="", validate=validate.Length(max=60, error="Skriv högst 60 tecken.")
    )
    open_door = fields.Boolean(load_default=False)


class PlacesIn(Schema):
    """Who is on the list from now on."""

    stay_ids = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=200))


def _heads() -> SwedishInteger:
    return SwedishInteger(
        load_default=None,
        allow_none=True,
        validate=validate.Range(0, 500, error=HEADS),
        error_messages={"invalid": HEADS},
    )


class MarkIn(Schema):
    """How one person was."""

    stay_id = fields.UUID(required=True)
    mark = fields.String(required=True, validate=validate.OneOf(MARKS, error=CHOOSE))


class HeadsIn(Schema):
    """Heads counted beside the list, and where the saving began."""

    extra_women = _heads()
    extra_men = _heads()
    extra_unknown = _heads()
    version = SwedishInteger(required=True, validate=validate.Range(1, 1_000_000))
    key = fields.UUID(load_default=None, allow_none=True)


class AttendanceIn(HeadsIn):
    """One meeting's attendance. The same `key` sent again changes nothing and is no fault."""

    marks = fields.List(fields.Nested(MarkIn), load_default=list, validate=validate.Length(max=200))


class MeetingOut(Schema):
    """A meeting, without anybody who came."""

    id = fields.UUID()
    series_id = fields.UUID()
    number = fields.Integer()
    theme = fields.String()
    held_on = fields.Date()
    version = fields.Integer()


class SeriesOut(Schema):
    """A group."""

    id = fields.UUID()
    intervention_id = fields.UUID()
    name = fields.String()
    template = fields.String()
    meetings = fields.Integer()
    next_on = fields.Date(allow_none=True)


class SeriesList(Schema):
    """Groups in the insatser one works in."""

    items = fields.List(fields.Nested(SeriesOut))


class AttendanceOut(Schema):
    """What was saved."""

    version = fields.Integer()
    marked = fields.Integer()
    tasks = fields.Integer()
