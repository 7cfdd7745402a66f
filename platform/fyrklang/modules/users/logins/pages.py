"""The page of the logins in use."""

from __future__ import annotations

from flask import render_template

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.modules.users.logins import service
from fyrklang.sdk.routes import Pages

pages = Pages("logins", __name__, prefix="/inloggningar")


@pages.route("", permission=Permission.USERS_READ)
def overview(actor: Actor) -> str:
    """Who logs in where, whether it answers, and the way to try one's own."""
    return render_template(
        "users/logins.html",
        actor=actor,
        rows=service.logins(actor),
        unconnected=service.unconnected(actor),
    )
