"""Registering pages and JSON routes. A route that does not say who may use it cannot be registered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from flask import Blueprint, Request
from flask_smorest import Blueprint as ApiBlueprint
from marshmallow import Schema
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import MultiDict

from fyrklang.access.guard import PUBLIC, SIGNED_IN, Demand, Scope, View, guard
from fyrklang.sdk.openapi import tell_refusals
from fyrklang.web.forms import FormText
from fyrklang.web.uploads import mark_takes_file

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

_PAGE_PREFIX = {Scope.TENANT: "/f/<slug>", Scope.NATIONAL: "/nationellt", Scope.NONE: ""}
_API_PREFIX = {
    Scope.TENANT: "/api/v1/f/<slug>",
    Scope.NATIONAL: "/api/v1/national",
    Scope.NONE: "/api/v1",
}


class Pages:
    """The HTML door of a feature."""

    def __init__(self, name: str, import_name: str, *, prefix: str = "", scope: Scope = Scope.TENANT) -> None:
        self.scope = scope
        self.blueprint = Blueprint(
            name, import_name, url_prefix=_PAGE_PREFIX[scope] + prefix, template_folder="templates"
        )

    def route(
        self, rule: str, *, permission: Demand, methods: Sequence[str] = ("GET",), takes_file: bool = False
    ) -> Decorator:
        """Register a page under the guard that demands `permission`; `takes_file` lets it read a file."""

        def register(view: View) -> View:
            guarded = guard(view, permission, self.scope)
            if takes_file:
                mark_takes_file(guarded)
            self.blueprint.add_url_rule(
                rule, endpoint=view.__name__, view_func=guarded, methods=list(methods)
            )
            return guarded

        return register


class _Parser(FlaskParser):
    """Reads a query as what it is: text, in which a number is spelled out."""

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        """The query's values, marked as typed."""
        typed = [(name, FormText(value)) for name, value in req.args.items(multi=True)]
        return self._makeproxy(MultiDict(typed), schema)


class _ApiBlueprint(ApiBlueprint):  # type: ignore[misc]
    ARGUMENTS_PARSER = _Parser()


class Api:
    """The JSON door of a feature: flask-smorest documents and validates, the guard decides."""

    def __init__(
        self, name: str, import_name: str, *, prefix: str = "", scope: Scope = Scope.TENANT, text: str = ""
    ) -> None:
        self.scope = scope
        self.blueprint = _ApiBlueprint(
            f"api-{name}", import_name, url_prefix=_API_PREFIX[scope] + prefix, description=text
        )

    def route(self, rule: str, *, permission: Demand, methods: Sequence[str] = ("GET",)) -> Decorator:
        """Register a JSON route under the guard that demands `permission`."""

        def register(view: View) -> View:
            guarded = guard(view, permission, self.scope)
            tell_refusals(guarded, methods)
            self.blueprint.route(rule, methods=list(methods), endpoint=view.__name__)(guarded)
            return guarded

        return register

    def arguments(self, schema: type[Schema], *, location: str = "json") -> Decorator:
        """Validate what comes in by a schema; the view gets it after the actor."""
        # Made once: a schema keeps nothing between loads, and making one copies every field.
        return cast("Decorator", self.blueprint.arguments(schema(), location=location))

    def response(self, status: int, schema: type[Schema] | Schema | None = None) -> Decorator:
        """Document the answer."""
        return cast("Decorator", self.blueprint.response(status, schema))


__all__ = ["PUBLIC", "SIGNED_IN", "Api", "Pages", "Scope"]
