"""The JSON door of the log."""

from __future__ import annotations

from typing import Any

from flask import Response

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.modules.log import present, schemas, service
from fyrklang.sdk.routes import Api
from fyrklang.sdk.serialise import json_response

api = Api("log", __name__, prefix="/log", text="Loggen: vem som har gjort vad.")


@api.route("", permission=Permission.LOG_READ)
@api.arguments(schemas.LogFilter, location="query")
@api.response(200, schemas.EventList)
def list_events(actor: Actor, asked: dict[str, Any]) -> Response:
    """Förbundets händelser, den senaste först. Att de läses är i sig en händelse."""
    return _answer(actor, service.list_events(actor, service.wanted_of(asked)))


@api.route("/own", permission=Permission.LOG_OWN)
@api.arguments(schemas.LogFilter, location="query")
@api.response(200, schemas.EventList)
def own_events(actor: Actor, asked: dict[str, Any]) -> Response:
    """Det loggen säger om dig själv."""
    return _answer(actor, service.own_events(actor, service.wanted_of(asked)))


def _answer(actor: Actor, found: service.Listing) -> Response:
    names = service.names_for(actor.session, found.rows)
    items = [present.as_json(row, names) for row in found.rows]
    return json_response(
        {"items": items, "total": found.total, "page": found.page, "page_size": found.page_size}
    )
