"""The JSON door of members."""

from __future__ import annotations

from typing import Any

from flask import Response

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.modules.members import schemas, service
from fyrklang.sdk.routes import Api
from fyrklang.sdk.serialise import json_list

api = Api("members", __name__, prefix="/members", text="Förbundets medlemmar, daterade.")


@api.route("", permission=Permission.MEMBERS_READ)
@api.arguments(schemas.MemberFilter, location="query")
@api.response(200, schemas.MemberList)
def list_members(actor: Actor, wanted: dict[str, Any]) -> Response:
    """Medlemmar en viss dag."""
    return json_list(service.list_members(actor, wanted["on"] or clock.today()), schemas.MemberRow)
