"""The JSON door of the follow-up."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.modules.followups import schemas, service
from fyrklang.sdk.routes import Api
from fyrklang.sdk.serialise import json_response

api = Api("follow-ups", __name__, prefix="/follow-ups", text="Uppföljning ett år efter avslut.")


@api.route("", permission=Permission.CASES_READ)
@api.response(200, schemas.DueList)
def list_due(actor: Actor) -> Response:
    """Vilka som ska följas upp nu; den vars tid går ut först står överst."""
    items = [
        {
            "stay_id": row.person.stay_id,
            "code": row.person.code,
            "closed_as": row.before,
            "ended_on": row.person.ended_on,
            "last_day": row.window.last,
            "attempts": row.attempts,
        }
        for row in service.queue(actor).due
    ]
    return json_response({"items": items})


@api.route("/<uuid:stay_id>/attempts", permission=Permission.CASES_WRITE, methods=("POST",))
@api.arguments(schemas.AttemptIn)
@api.response(204)
def try_once(actor: Actor, values: dict[str, Any], stay_id: UUID) -> Response:
    """Skriv upp ett försök att nå personen."""
    service.try_once(actor, stay_id, values)
    return Response(status=204)


@api.route("/<uuid:stay_id>/answer", permission=Permission.CASES_WRITE, methods=("POST",))
@api.arguments(schemas.FollowUpAnswerIn)
@api.response(204)
def answer(actor: Actor, values: dict[str, Any], stay_id: UUID) -> Response:
    """Registrera vad personen svarade."""
    service.answer(actor, stay_id, values)
    return Response(status=204)


@api.route("/<uuid:stay_id>/closing", permission=Permission.CASES_WRITE, methods=("POST",))
@api.arguments(schemas.CloseIn)
@api.response(204)
def close(actor: Actor, values: dict[str, Any], stay_id: UUID) -> Response:
    """Avsluta uppföljningen utan svar."""
    service.close(actor, stay_id, values["closed_as"])
    return Response(status=204)
