"""The JSON door of rounds of review."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.modules.users.rounds import schemas, service
from fyrklang.sdk.routes import Api
from fyrklang.sdk.serialise import json_list, json_response

api = Api("rounds", __name__, prefix="/access-reviews", text="Genomgång av allas roller, varje halvår.")


@api.route("", permission=Permission.USERS_READ)
@api.response(200, schemas.RoundList)
def list_rounds(actor: Actor) -> Response:
    """Alla genomgångar, den senaste först."""
    return json_list(service.list_rounds(actor), schemas.RoundRow)


@api.route("", permission=Permission.USERS_WRITE, methods=("POST",))
@api.response(201, schemas.RoundMade)
def begin(actor: Actor) -> Response:
    """Börja en genomgång nu."""
    return json_response({"id": service.open_round(actor)}, 201)


@api.route("/<uuid:round_id>", permission=Permission.USERS_READ)
@api.response(200, schemas.RoundItemList)
def items(actor: Actor, round_id: UUID) -> Response:
    """Rollerna i en genomgång."""
    service.get_round(actor, round_id)
    return json_list(service.items_of(actor, round_id), schemas.RoundItemRow)


@api.route("/<uuid:round_id>", permission=Permission.USERS_WRITE, methods=("POST",))
@api.arguments(schemas.RoundDecisions)
@api.response(200, schemas.RoundDecided)
def decide(actor: Actor, values: dict[str, Any], round_id: UUID) -> Response:
    """Behåll eller ta bort roller."""
    decisions = {each["id"]: each["decision"] for each in values["items"]}
    return json_response({"count": service.decide(actor, round_id, decisions)})


@api.route("/<uuid:round_id>/sign", permission=Permission.USERS_WRITE, methods=("POST",))
@api.response(204)
def sign(actor: Actor, round_id: UUID) -> Response:
    """Signera genomgången."""
    service.sign(actor, round_id)
    return Response(status=204)
