"""The JSON door of emergencies. What an emergency opens is read on pages, by people, and not here."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.modules.emergency import schemas, service
from fyrklang.sdk.routes import Api
from fyrklang.sdk.serialise import json_list, json_response

api = Api("emergency", __name__, prefix="/emergencies", text="Nödåtkomst till ett ärende i en annan insats.")


@api.route("", permission=Permission.EMERGENCY_ASK)
@api.response(200, schemas.EmergencyList)
def own(actor: Actor) -> Response:
    """Det jag har bett om."""
    return json_list(service.own(actor), schemas.EmergencyOut)


@api.route("", permission=Permission.EMERGENCY_ASK, methods=("POST",))
@api.arguments(schemas.EmergencyIn)
@api.response(201, schemas.EmergencyMade)
def ask(actor: Actor, values: dict[str, Any]) -> Response:
    """Be om nödåtkomst. En kollega i insatsen svarar."""
    return json_response({"id": service.ask(actor, values)}, 201)


@api.route("/asked", permission=Permission.EMERGENCY_ANSWER)
@api.response(200, schemas.EmergencyList)
def in_teams(actor: Actor) -> Response:
    """Det kollegor har bett om i mina insatser."""
    return json_list(service.in_teams(actor), schemas.EmergencyOut)


@api.route("/<uuid:emergency_id>/answer", permission=Permission.EMERGENCY_ANSWER, methods=("POST",))
@api.arguments(schemas.EmergencyAnswerIn)
@api.response(204)
def answer(actor: Actor, values: dict[str, Any], emergency_id: UUID) -> Response:
    """Släpp in kollegan i en timme, eller säg nej."""
    service.answer(actor, emergency_id, approve=values["approve"])
    return Response(status=204)


@api.route("/<uuid:emergency_id>", permission=Permission.EMERGENCY_ASK, methods=("DELETE",))
@api.response(204)
def end(actor: Actor, emergency_id: UUID) -> Response:
    """Avsluta i förtid, eller återkalla begäran."""
    service.end(actor, emergency_id)
    return Response(status=204)


@api.route("/review", permission=Permission.LOG_REVIEW)
@api.response(200, schemas.EmergencyList)
def to_review(actor: Actor) -> Response:
    """Nödåtkomst att granska, ogranskad först."""
    return json_list(service.to_review(actor), schemas.EmergencyOut)


@api.route("/<uuid:emergency_id>/review", permission=Permission.LOG_REVIEW, methods=("POST",))
@api.arguments(schemas.EmergencyReviewIn)
@api.response(204)
def review(actor: Actor, values: dict[str, Any], emergency_id: UUID) -> Response:
    """Granska i efterhand. Bedömningen står."""
    service.review(actor, emergency_id, values["verdict"], values["note"])
    return Response(status=204)
