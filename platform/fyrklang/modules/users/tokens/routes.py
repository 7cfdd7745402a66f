"""The JSON door of tokens for programs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.modules.users import schemas
from fyrklang.modules.users.tokens import service
from fyrklang.sdk.routes import Api
from fyrklang.sdk.serialise import json_list, json_response

api = Api("tokens", __name__, prefix="/tokens", text="Nycklar med vilka program använder API:et.")


@api.route("", permission=Permission.TOKENS_WRITE)
@api.response(200, schemas.TokenList)
def list_tokens(actor: Actor) -> Response:
    """Förbundets nycklar, den nyaste först."""
    return json_list(service.list_tokens(actor), schemas.TokenRow)


@api.route("", permission=Permission.TOKENS_WRITE, methods=("POST",))
@api.arguments(schemas.TokenIn)
@api.response(201, schemas.TokenMade)
def make_token(actor: Actor, values: dict[str, Any]) -> Response:
    """Skapa en nyckel. Den visas bara i det här svaret."""
    made = service.make_token(actor, values)
    return json_response({"id": made.id, "token": made.token, "expires_at": made.expires_at}, 201)


@api.route("/<uuid:token_id>", permission=Permission.TOKENS_WRITE, methods=("DELETE",))
@api.response(204)
def revoke_token(actor: Actor, token_id: UUID) -> Response:
    """Återkalla en nyckel."""
    service.revoke_token(actor, token_id)
    return Response(status=204)
