"""The document of the JSON door (OpenAPI 3.1): what every route answers, and errors as RFC 9457 says them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from flask_smorest import Api as SmorestApi
from marshmallow import Schema, fields

PROBLEM_TYPE = "application/problem+json"
READ = (401, 403, 404, 429, 503)
"""What any route may answer when it is not carried out."""
CHANGE = (400, 409, 413, 422)
"""What a route that changes something may answer besides."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class ProblemError(Schema):
    """One field at fault: where it stands (RFC 6901) and what is wrong with it, in Swedish."""

    pointer = fields.String(required=True)
    detail = fields.String(required=True)


class ProblemOut(Schema):
    """Why nothing was done (RFC 9457). `reference` is to be quoted to whoever runs the service."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    errors = fields.List(fields.Nested(ProblemError))
    reference = fields.String()


def _plain_numbers(_converter: object, _field: object, ret: dict[str, Any]) -> dict[str, Any]:
    """Bounds of exact numbers as JSON writes numbers; they would be told as text."""
    return {name: float(value) for name, value in ret.items() if isinstance(value, Decimal)}


class Documents(SmorestApi):  # type: ignore[misc]
    """flask-smorest, with problem documents instead of its own errors and no catch-all answer."""

    ERROR_SCHEMA = ProblemOut
    DEFAULT_ERROR_RESPONSE_NAME = None

    def _init_spec(self, **options: Any) -> None:
        super()._init_spec(**options)
        self.ma_plugin.converter.add_attribute_function(_plain_numbers)

    def _register_responses(self) -> None:
        for status in HTTPStatus:
            told: dict[str, Any] = {"description": status.phrase}
            if status >= HTTPStatus.BAD_REQUEST:
                told["content"] = {PROBLEM_TYPE: {"schema": ProblemOut}}
            self.spec.components.response(status.name, told, lazy=True)


def tell_refusals(view: Callable[..., Any], methods: Iterable[str]) -> None:
    """Put into the document what a route may answer when it is not carried out."""
    told = deepcopy(getattr(view, "_apidoc", {}))
    found = told.setdefault("response", {}).setdefault("responses", {})
    for status in READ if SAFE.issuperset(methods) else READ + CHANGE:
        found.setdefault(status, []).append(HTTPStatus(status).name)
    view._apidoc = told  # type: ignore[attr-defined]
