"""The JSON door of webhooks."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.modules.webhooks import schemas, service
from fyrklang.sdk.routes import Api
from fyrklang.sdk.serialise import dumped, json_list, json_response

api = Api("webhooks", __name__, prefix="/webhooks", text="Andra system som får veta när något har hänt.")


@api.route("", permission=Permission.TOKENS_WRITE)
@api.response(200, schemas.WebhookList)
def list_webhooks(actor: Actor) -> Response:
    """Förbundets webhooks i bokstavsordning."""
    return json_list(service.listed(actor), schemas.WebhookRow)


@api.route("", permission=Permission.TOKENS_WRITE, methods=("POST",))
@api.arguments(schemas.WebhookIn)
@api.response(201, schemas.WebhookMade)
def make_webhook(actor: Actor, values: dict[str, Any]) -> Response:
    """Lägg upp en webhook. Hemligheten visas bara i det här svaret."""
    made = service.make(actor, values)
    return json_response({"id": made.id, "secret": made.secret}, 201)


@api.route("/<uuid:webhook_id>", permission=Permission.TOKENS_WRITE)
@api.response(200, schemas.WebhookRow)
def get_webhook(actor: Actor, webhook_id: UUID) -> Response:
    """En webhook."""
    return json_response(dumped([service.one(actor, webhook_id)], schemas.WebhookRow)[0])


@api.route("/<uuid:webhook_id>/status", permission=Permission.TOKENS_WRITE, methods=("PUT",))
@api.arguments(schemas.StatusIn)
@api.response(204)
def switch_webhook(actor: Actor, values: dict[str, Any], webhook_id: UUID) -> Response:
    """Slå på eller av. Av stannar det som väntar, på börjar om efter ett stopp."""
    service.switch(actor, webhook_id, on=values["on"])
    return Response(status=204)


@api.route("/<uuid:webhook_id>", permission=Permission.TOKENS_WRITE, methods=("DELETE",))
@api.response(204)
def remove_webhook(actor: Actor, webhook_id: UUID) -> Response:
    """Ta bort en webhook med dess logg."""
    service.remove(actor, webhook_id)
    return Response(status=204)


@api.route("/<uuid:webhook_id>/deliveries", permission=Permission.TOKENS_WRITE)
@api.response(200, schemas.DeliveryList)
def list_deliveries(actor: Actor, webhook_id: UUID) -> Response:
    """Det som senast har skickats, och hur det gick."""
    return json_list(service.deliveries(actor, webhook_id), schemas.DeliveryRow)


@api.route(
    "/<uuid:webhook_id>/deliveries/<uuid:delivery_id>/again",
    permission=Permission.TOKENS_WRITE,
    methods=("POST",),
)
@api.response(204)
def replay_delivery(actor: Actor, webhook_id: UUID, delivery_id: UUID) -> Response:
    """Skicka om, under samma id."""
    service.replay(actor, webhook_id, delivery_id)
    return Response(status=204)
