"""The JSON door of giving stays out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.modules.casework.caseload import schemas, service
from fyrklang.sdk.routes import Api
from fyrklang.sdk.serialise import json_response

api = Api("caseload", __name__, prefix="/casework", text="Vem som är ansvarig för vilka deltaganden.")


@api.route("/assignments", permission=Permission.CASES_WRITE, methods=("POST",))
@api.arguments(schemas.AssignIn)
@api.response(201, schemas.Batch)
def assign(actor: Actor, values: dict[str, Any]) -> Response:
    """Gör någon ansvarig för flera deltaganden, alla eller inget."""
    return json_response({"batch": service.assign(actor, values["ids"], values["taker"])}, 201)


@api.route("/assignments/<uuid:batch>", permission=Permission.CASES_WRITE, methods=("DELETE",))
@api.response(200, schemas.UndoneOut)
def undo(actor: Actor, batch: UUID) -> Response:
    """Ångra en fördelning inom sju dagar."""
    found = service.undo(actor, batch)
    return json_response({"back": found.back, "left": found.left})
