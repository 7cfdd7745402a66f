"""What plugins put on Min dag, and that one has been stopped."""

from __future__ import annotations

from flask import url_for

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.sdk import plugins
from fyrklang.sdk.plugins.shelf import SHELF
from fyrklang.sdk.plugins.state import standings
from fyrklang.sdk.start import Start, ToDo
from fyrklang.web.i18n import gettext as _


def start(actor: Actor) -> Start:
    """Stopped plugins for the administrator, then what the plugins say."""
    stopped = _stopped(actor) if actor.may(Permission.PLUGINS_WRITE) else []
    said = [
        ToDo(
            reason=answer.name,
            icon="puzzle",
            title=notice.title,
            detail=notice.detail,
            url=url_for("plugin.page", slug=actor.slug, plugin_id=answer.plugin, page_name=notice.page),
            deed=_("Öppna"),
            late=notice.late,
        )
        for answer in plugins.notices(actor)
        for notice in (answer.value or ())
    ]
    return Start(todo=(*stopped, *said))


def _stopped(actor: Actor) -> list[ToDo]:
    return [
        ToDo(
            reason=_("Tillägg stoppat"),
            icon="circle-alert",
            title=found.manifest.name,
            detail=standing.fault,
            url=url_for("plugins.plugin", slug=actor.slug, plugin_id=found.id),
            deed=_("Se varför"),
            late=True,
        )
        for plugin_id, standing in standings(actor.session).items()
        if standing.status == "STOPPED" and (found := SHELF.get(plugin_id))
    ]
