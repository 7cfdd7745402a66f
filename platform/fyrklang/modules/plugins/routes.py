"""The JSON door of plugins."""

from __future__ import annotations

from typing import Any

from flask import request

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel.errors import Unavailable
from fyrklang.modules.plugins import schemas, service
from fyrklang.sdk.routes import Api
from fyrklang.sdk.serialise import json_response

api = Api("plugins", __name__, prefix="/plugins", text="Tilläggens egna uppgifter.")


@api.route("/<plugin_id>/<api_name>", permission=Permission.INTERVENTIONS_READ)
@api.response(200, schemas.PluginAnswer)
def plugin_answer(actor: Actor, plugin_id: str, api_name: str) -> Any:
    """What a plugin that is on answers; the query is handed to it."""
    answer = service.answer_api(actor, plugin_id, api_name, request.args.to_dict())
    if answer is None:
        raise Unavailable("Tillägget svarade inte. Försök igen om en stund.")
    return json_response(dict(answer))
