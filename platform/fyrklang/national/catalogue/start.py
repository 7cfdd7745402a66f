"""What the catalogue puts on the start page: questions that wait for an answer."""

from __future__ import annotations

from flask import url_for

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.national.catalogue import service
from fyrklang.sdk.start import Start, ToDo
from fyrklang.web.i18n import gettext as _


def start(actor: Actor) -> Start:
    """Unanswered questions about the förbund's cards, for those who may answer."""
    if not actor.may(Permission.INTERVENTIONS_WRITE):
        return Start()
    found = service.own_exchange(actor)
    return Start(
        todo=tuple(
            ToDo(
                reason=_("Fråga till er"),
                icon="message-circle",
                title=each["card"],
                detail=_("%(asker)s undrar något om insatsen.", asker=each["asker"] or each["slug"]),
                url=url_for("exchange.own", slug=actor.slug) + "#fragor",
                deed=_("Svara"),
            )
            for each in found.get("questions", ())
            if each["owner"] == actor.slug and each["answered_at"] is None
        )
    )
