"""The JSON door of covers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.modules.users.covers import schemas, service
from fyrklang.sdk.routes import Api
from fyrklang.sdk.serialise import json_list, json_response

api = Api("covers", __name__, prefix="/covers", text="Kollegor som täcker för varandra.")


@api.route("", permission=Permission.COVERS_USE)
@api.response(200, schemas.CoverList)
def list_covers(actor: Actor) -> Response:
    """De jag täcker för och de som täcker för mig."""
    return json_list(service.listed(actor), schemas.CoverOut)


@api.route("", permission=Permission.COVERS_USE, methods=("POST",))
@api.arguments(schemas.CoverIn)
@api.response(201, schemas.CoverMade)
def arrange(actor: Actor, values: dict[str, Any]) -> Response:
    """Låt en kollega täcka för mig, högst 30 dagar."""
    return json_response({"id": service.arrange(actor, values)}, 201)


@api.route("/<uuid:cover_id>", permission=Permission.COVERS_USE, methods=("DELETE",))
@api.response(204)
def end(actor: Actor, cover_id: UUID) -> Response:
    """Avsluta i förtid."""
    service.end(actor, cover_id)
    return Response(status=204)
