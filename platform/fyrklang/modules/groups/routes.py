"""The JSON door of groups. Attendance that was taken without network comes in here when there is one again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.modules.groups import schemas, service
from fyrklang.sdk.routes import Api
from fyrklang.sdk.serialise import json_list, json_response

api = Api("groups", __name__, prefix="/groups", text="Grupper, deltagarlistor och närvaro.")


@api.route("", permission=Permission.CASES_WRITE)
@api.response(200, schemas.SeriesList)
def list_groups(actor: Actor) -> Response:
    """Grupperna i de insatser du arbetar i."""
    return json_list(service.list_series(actor), schemas.SeriesOut)


@api.route("", permission=Permission.CASES_WRITE, methods=("POST",))
@api.arguments(schemas.SeriesIn)
@api.response(201)
def create_group(actor: Actor, values: dict[str, Any]) -> Response:
    """Skapa en grupp med en träff för varje tema."""
    return json_response({"id": service.create_series(actor, values)}, 201)


@api.route("/<uuid:series_id>/list", permission=Permission.CASES_WRITE, methods=("PUT",))
@api.arguments(schemas.PlacesIn)
@api.response(200)
def set_list(actor: Actor, values: dict[str, Any], series_id: UUID) -> Response:
    """Bestäm vilka deltaganden som står på gruppens lista."""
    return json_response({"count": service.set_list(actor, series_id, values["stay_ids"])})


@api.route("/meetings/<uuid:meeting_id>/attendance", permission=Permission.CASES_WRITE, methods=("PUT",))
@api.arguments(schemas.AttendanceIn)
@api.response(200, schemas.AttendanceOut)
def save_attendance(actor: Actor, values: dict[str, Any], meeting_id: UUID) -> Response:
    """Spara en träffs närvaro. Samma nyckel en gång till ändrar inget."""
    return json_response(vars(service.save_attendance(actor, meeting_id, values)))
