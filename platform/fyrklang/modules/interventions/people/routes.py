"""The JSON door of an insats' mode, way in and team."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.modules.interventions.people import schemas, service, team
from fyrklang.modules.interventions.schemas import Created
from fyrklang.modules.interventions.service import get_intervention
from fyrklang.sdk.routes import Api
from fyrklang.sdk.serialise import dumped, json_response

api = Api(
    "intervention-teams", __name__, prefix="/interventions", text="Läge, väg in och team för en insats."
)
READ, GIVE = Permission.INTERVENTIONS_WRITE, Permission.USERS_WRITE


@api.route("/<uuid:intervention_id>/settings", permission=READ)
@api.response(200, schemas.Settings)
def get_settings(actor: Actor, intervention_id: UUID) -> Response:
    """Vad insatsen sparar om deltagare och hur de kommer in."""
    found = service.standing(actor, intervention_id)
    names = [name for name in schemas.Settings().fields if name != "changes"]
    changes = dumped(found.changes, schemas.ModeChangeRow)
    return json_response({**{name: getattr(found.row, name) for name in names}, "changes": changes})


@api.route("/<uuid:intervention_id>/settings", permission=READ, methods=("PUT",))
@api.arguments(schemas.IntakeIn)
@api.response(204)
def change_settings(actor: Actor, values: dict[str, Any], intervention_id: UUID) -> Response:
    """Ändra vem insatsen är för och hur deltagare kommer in."""
    service.change_intake(actor, intervention_id, values, values.pop("version"))
    return Response(status=204)


@api.route("/<uuid:intervention_id>/mode", permission=GIVE, methods=("PUT",))
@api.arguments(schemas.ModeIn)
@api.response(204)
def change_mode(actor: Actor, values: dict[str, Any], intervention_id: UUID) -> Response:
    """Byt läge: endast antal (A), kod (B) eller parternas uppgifter (C)."""
    service.change_mode(actor, intervention_id, values, values.pop("version"))
    return Response(status=204)


@api.route("/<uuid:intervention_id>/team", permission=READ)
@api.response(200, schemas.SeatRow(many=True))
def list_team(actor: Actor, intervention_id: UUID) -> Response:
    """Alla som arbetar, ska arbeta eller har arbetat i teamet."""
    row = get_intervention(actor, intervention_id)
    return json_response(dumped(team.seats(actor, row.id), schemas.SeatRow))


@api.route("/<uuid:intervention_id>/team", permission=GIVE, methods=("POST",))
@api.arguments(schemas.NewSeatIn)
@api.response(201, Created)
def join_team(actor: Actor, values: dict[str, Any], intervention_id: UUID) -> Response:
    """Sätt någon i teamet."""
    return json_response({"id": team.join(actor, intervention_id, values)}, 201)


@api.route("/<uuid:intervention_id>/team/<uuid:place_id>", permission=GIVE, methods=("PUT",))
@api.arguments(schemas.SeatIn)
@api.response(204)
def change_place(actor: Actor, values: dict[str, Any], intervention_id: UUID, place_id: UUID) -> Response:
    """Ändra dagar och ansvar för en plats i teamet."""
    team.change(actor, intervention_id, place_id, values)
    return Response(status=204)


@api.route("/<uuid:intervention_id>/team/<uuid:place_id>", permission=GIVE, methods=("DELETE",))
@api.response(204)
def leave_team(actor: Actor, intervention_id: UUID, place_id: UUID) -> Response:
    """Ta någon ur teamet. Gäller från personens nästa klick."""
    team.leave(actor, intervention_id, place_id)
    return Response(status=204)
