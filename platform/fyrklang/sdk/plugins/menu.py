"""The menu lines of the plugins that are on, for whoever may open their pages."""

from __future__ import annotations

from flask import g, request, url_for

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.sdk.plugins.state import switched_on
from fyrklang.web.context import MenuItem

PAGE_ENDPOINT = "plugin.page"


def items() -> list[MenuItem]:
    """Lines for the present page; none on pages outside a förbund, and none on error pages."""
    actor: Actor | None = g.get("actor")
    if actor is None or not actor.session.in_transaction() or not actor.may(Permission.INTERVENTIONS_READ):
        return []
    given = request.view_args or {}
    now = given.get("plugin_id"), given.get("page_name")
    return [
        MenuItem(
            page.title,
            url_for(PAGE_ENDPOINT, slug=actor.slug, plugin_id=found.id, page_name=page.name),
            found.manifest.icon,
            current=(found.id, page.name) == now,
        )
        for found in switched_on(actor.session)
        for page in found.manifest.pages
        if page.menu and actor.may(Permission(page.permission))
    ]
