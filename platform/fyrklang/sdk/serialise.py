"""JSON answers from plain rows, in the shape a marshmallow schema documents.

The schema stays the documentation and the validation of what comes in. What goes out is checked by
nothing, so it is written by a function compiled once from the schema's fields instead of by
`Schema.dump`; `tests/sdk/test_serialise.py` holds the two equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from operator import attrgetter
from typing import Any

import orjson
from flask import Response
from marshmallow import Schema, fields

_AS_IS = (
    fields.String,
    fields.Integer,
    fields.Boolean,
    fields.UUID,
    fields.Date,
    fields.DateTime,
    fields.Float,
    fields.List,
)
Dump = Callable[[Any], dict[str, Any]]


@cache
def compiled(schema: type[Schema]) -> Dump:
    """A function from a row with attributes to a dict, equal to `schema().dump(row)` in JSON.

    Falls back on the schema itself when it holds a field of another kind.
    """
    instance = schema()
    plain = all(
        isinstance(field, _AS_IS) and field.attribute is None for field in instance.dump_fields.values()
    )
    names = list(instance.dump_fields)
    if not plain or len(names) < 2:
        return instance.dump
    keys = [field.data_key or name for name, field in instance.dump_fields.items()]
    take = attrgetter(*names)
    return lambda row: dict(zip(keys, take(row), strict=True))


def json_response(body: Any, status: int = 200) -> Response:
    """A finished JSON answer; flask-smorest passes it through as it is."""
    return Response(orjson.dumps(body), status=status, mimetype="application/json")


def json_list(rows: Iterable[Any], schema: type[Schema], **envelope: Any) -> Response:
    """`{"items": [...], ...}` of rows in the schema's shape."""
    dump = compiled(schema)
    return json_response({"items": [dump(row) for row in rows], **envelope})
