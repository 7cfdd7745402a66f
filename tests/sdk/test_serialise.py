"""What goes out in a list is exactly what its schema documents."""

from __future__ import annotations

import json
from dataclasses import make_dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema, fields

from fyrklang.modules.interventions.schemas import GoalRow, InterventionDetail, InterventionRow
from fyrklang.modules.members.schemas import MemberRow
from fyrklang.sdk.serialise import compiled

VALUES: dict[type[fields.Field], st.SearchStrategy[Any]] = {
    fields.UUID: st.uuids(),
    fields.Date: st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    fields.DateTime: st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    fields.Integer: st.integers(-(2**31), 2**31),
    fields.Boolean: st.booleans(),
    fields.String: st.text(max_size=20),
    fields.List: st.lists(st.text(max_size=5), max_size=3),
}


def _strategy(field: fields.Field) -> st.SearchStrategy[Any]:
    known = next(values for kind, values in VALUES.items() if isinstance(field, kind))
    return st.one_of(st.none(), known) if field.allow_none else known


@pytest.mark.parametrize("schema", [InterventionRow, InterventionDetail, GoalRow, MemberRow])
def test_compiled_equals_dump(schema: type[Schema]) -> None:
    known = schema().dump_fields
    row = make_dataclass("row", list(known))

    @given(st.fixed_dictionaries({name: _strategy(field) for name, field in known.items()}))
    def same(values: dict[str, Any]) -> None:
        thing = row(**values)
        assert json.loads(orjson.dumps(compiled(schema)(thing))) == json.loads(
            json.dumps(schema().dump(thing), default=str)
        )

    same()


def test_every_list_schema_is_compiled(app: Flask) -> None:
    """None of the shapes above fell back on the slow way."""
    for schema in (InterventionRow, InterventionDetail, GoalRow, MemberRow):
        assert compiled(schema).__name__ == "<lambda>", schema
    assert UUID(int=0)
