"""That a receiver has been stopped, on the administrator's start page."""

from __future__ import annotations

from flask import url_for

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import PERMISSION_TRAITS, Permission
from fyrklang.modules.webhooks import service
from fyrklang.sdk.start import Start, ToDo
from fyrklang.web.i18n import gettext as _


def start(actor: Actor) -> Start:
    """Receivers that did not answer for days."""
    needed = Permission.TOKENS_WRITE
    if not actor.may(needed) or actor.loa < PERMISSION_TRAITS[needed].loa:
        return Start()
    return Start(
        todo=tuple(
            ToDo(
                reason=_("Webhook stoppad"),
                icon="circle-alert",
                title=row.name,
                detail=_("Den har inte svarat på tre dagar."),
                url=url_for("webhooks.show", slug=actor.slug, webhook_id=row.id),
                deed=_("Se varför"),
                late=True,
            )
            for row in service.listed(actor)
            if row.status == "STOPPED"
        )
    )
