"""The JSON door of the search. What is looked for is sent in the body: an address is kept in too many places."""

from __future__ import annotations

from typing import Any

from flask import Response

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.modules.casework.finding import schemas, service
from fyrklang.sdk.routes import Api
from fyrklang.sdk.serialise import dumped, json_response

api = Api("finding", __name__, prefix="/casework", text="Sök deltagare på kod, namn eller personnummer.")


@api.route("/search", permission=Permission.CASES_READ, methods=("POST",))
@api.arguments(schemas.SearchIn)
@api.response(200, schemas.Hits)
def search(actor: Actor, values: dict[str, Any]) -> Response:
    """Sök deltagare. Skyddade personer hittas aldrig."""
    found = service.find(actor, values["q"])
    return json_response({"items": dumped(found.rows, schemas.HitRow), "more": found.more})
