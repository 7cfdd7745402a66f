"""The JSON door of tasks."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.modules.casework.schemas import CaseMade
from fyrklang.modules.casework.tasks import schemas, service
from fyrklang.sdk.routes import Api
from fyrklang.sdk.serialise import dumped, json_response

api = Api("tasks", __name__, prefix="/casework", text="Uppgifter om deltagare.")
READ, WRITE = Permission.CASES_READ, Permission.CASES_WRITE


@api.route("/tasks", permission=READ)
@api.response(200, schemas.TaskRow(many=True))
def list_tasks(actor: Actor) -> Response:
    """Uppgifter som inte är klara, närmast i tid först; högst 200."""
    return json_response(dumped(service.open_tasks(actor, mine=False), schemas.TaskRow))


@api.route("/stays/<uuid:stay_id>/tasks", permission=WRITE, methods=("POST",))
@api.arguments(schemas.TaskIn)
@api.response(201, CaseMade)
def make_task(actor: Actor, values: dict[str, Any], stay_id: UUID) -> Response:
    """Skapa en uppgift."""
    return json_response({"id": service.make(actor, stay_id, values).id}, 201)


@api.route("/tasks/<uuid:task_id>", permission=WRITE, methods=("PUT",))
@api.arguments(schemas.TaskIn)
@api.response(204)
def change_task(actor: Actor, values: dict[str, Any], task_id: UUID) -> Response:
    """Ändra en uppgift, eller ge den till någon annan."""
    service.change(actor, task_id, values)
    return Response(status=204)


@api.route("/tasks/<uuid:task_id>/done", permission=WRITE, methods=("PUT",))
@api.response(204)
def settle_task(actor: Actor, task_id: UUID) -> Response:
    """Markera en uppgift som klar."""
    service.settle(actor, task_id)
    return Response(status=204)


@api.route("/tasks/<uuid:task_id>/done", permission=WRITE, methods=("DELETE",))
@api.response(204)
def reopen_task(actor: Actor, task_id: UUID) -> Response:
    """Ångra att en uppgift är klar."""
    service.reopen(actor, task_id)
    return Response(status=204)
