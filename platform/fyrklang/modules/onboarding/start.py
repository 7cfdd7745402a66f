"""What the first afternoon puts on the start page, until it is done."""

from __future__ import annotations

from flask import url_for

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.sdk.onboarding import tasks
from fyrklang.sdk.start import Start, ToDo
from fyrklang.web.i18n import gettext as _


def start(actor: Actor) -> Start:
    """One row for the administrator with how much is left; nothing once every needed task is done."""
    if not actor.may(Permission.USERS_WRITE) or not actor.may(Permission.INTERVENTIONS_WRITE):
        return Start()
    needed = [task for task in tasks(actor) if not task.optional]
    left = [task for task in needed if not task.done]
    if not left:
        return Start()
    done = len(needed) - len(left)
    row = ToDo(
        reason=_("Kom igång"),
        icon="clipboard-list",
        title=left[0].title,
        detail=_("%(done)s av %(all)s klara innan förbundet är igång.", done=done, all=len(needed)),
        url=url_for("onboarding.first_things", slug=actor.slug),
        deed=_("Se listan"),
    )
    return Start(todo=(row,))
