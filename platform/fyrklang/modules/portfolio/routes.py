"""The JSON door of the portfolio."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.modules.portfolio import schemas, service
from fyrklang.sdk.routes import Api
from fyrklang.sdk.serialise import json_list, json_response

api = Api("portfolio", __name__, prefix="/portfolio", text="Insatsers väg från idé till avslut.")


@api.route("/<uuid:intervention_id>/steps", permission=Permission.INTERVENTIONS_READ)
@api.response(200, schemas.StepList)
def list_steps(actor: Actor, intervention_id: UUID) -> Response:
    """Stegen i den ordning de registrerades."""
    return json_list(service.steps_of(actor, intervention_id), schemas.StepRow)


@api.route("/<uuid:intervention_id>/steps", permission=Permission.INTERVENTIONS_WRITE, methods=("POST",))
@api.arguments(schemas.StepIn)
@api.response(201, schemas.Made)
def take_step(actor: Actor, values: dict[str, Any], intervention_id: UUID) -> Response:
    """Ta ett steg, till exempel registrera ett beslut."""
    kind = values.pop("kind")
    return json_response({"id": service.take_step(actor, intervention_id, kind, values)}, 201)
