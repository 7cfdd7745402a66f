"""The JSON door of users."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.modules.users import schemas, service
from fyrklang.sdk.routes import Api
from fyrklang.sdk.serialise import json_list, json_response

api = Api("users", __name__, prefix="/users", text="Förbundets användare, inbjudningar och granskning.")


@api.route("", permission=Permission.USERS_READ)
@api.arguments(schemas.UserFilter, location="query")
@api.response(200, schemas.UserList)
def list_users(actor: Actor, wanted: dict[str, Any]) -> Response:
    """Förbundets användare, i namnordning."""
    return json_list(service.list_users(actor, wanted["state"]), schemas.UserRow)


@api.route("/<uuid:membership_id>", permission=Permission.USERS_WRITE, methods=("PUT",))
@api.arguments(schemas.PlaceChange)
@api.response(204)
def change_user(actor: Actor, values: dict[str, Any], membership_id: UUID) -> Response:
    """Ändra en användare. Ange versionen du utgick från."""
    version = values.pop("version")
    service.change_user(actor, membership_id, values, version)
    return Response(status=204)


@api.route("/<uuid:membership_id>", permission=Permission.USERS_WRITE, methods=("DELETE",))
@api.response(204)
def end_user(actor: Actor, membership_id: UUID) -> Response:
    """Avsluta en användare. Personens öppna sessioner ser inget mer av förbundet."""
    service.end_user(actor, membership_id)
    return Response(status=204)


@api.route("/invitations", permission=Permission.USERS_READ)
@api.response(200, schemas.InvitationList)
def list_invitations(actor: Actor) -> Response:
    """Inbjudningar som väntar."""
    return json_list(service.list_invitations(actor), schemas.InvitationRow)


@api.route("/invitations", permission=Permission.USERS_WRITE, methods=("POST",))
@api.arguments(schemas.InvitationIn)
@api.response(201, schemas.Invited)
def invite(actor: Actor, values: dict[str, Any]) -> Response:
    """Bjud in en användare. Koden visas bara i det här svaret."""
    made = service.invite(actor, values)
    return json_response({"id": made.id, "code": made.code, "expires_at": made.expires_at}, 201)


@api.route("/invitations/<uuid:invitation_id>", permission=Permission.USERS_WRITE, methods=("DELETE",))
@api.response(204)
def revoke_invitation(actor: Actor, invitation_id: UUID) -> Response:
    """Återkalla en inbjudan."""
    service.revoke_invitation(actor, invitation_id)
    return Response(status=204)


@api.route("/review", permission=Permission.USERS_READ)
@api.response(200, schemas.UserList)
def quiet_users(actor: Actor) -> Response:
    """Användare som ingen har sett eller bekräftat på 90 dagar."""
    return json_list(service.quiet_users(actor), schemas.UserRow)


@api.route("/review", permission=Permission.USERS_WRITE, methods=("POST",))
@api.arguments(schemas.ReviewIn)
@api.response(200, schemas.Reviewed)
def review_users(actor: Actor, values: dict[str, Any]) -> Response:
    """Behåll eller avsluta användare efter granskning."""
    return json_response({"count": service.review_users(actor, values["ids"], values["deed"])})
