"""The first page after signing in, per förbund."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from flask import current_app, redirect, render_template, url_for
from werkzeug.wrappers import Response

from fyrklang.access.actor import Actor
from fyrklang.access.guard import SIGNED_IN
from fyrklang.access.permissions import ROLE_NAMES, Permission
from fyrklang.sdk.parts import MenuEntry, Part
from fyrklang.sdk.routes import Pages, Scope
from fyrklang.sdk.start import collect
from fyrklang.web.context import Shell
from fyrklang.web.i18n import gettext

pages = Pages("start", __name__)
door = Pages("door", __name__, scope=Scope.NONE)


@pages.route("/", permission=Permission.INTERVENTIONS_READ)
def home(actor: Actor) -> str:
    """What to do now, then figures with their base."""
    parts = cast("tuple[Part, ...]", current_app.extensions["fyrklang.parts"])
    start = collect(actor, [provider for part in parts for provider in part.start])
    roles = ", ".join(sorted(ROLE_NAMES[role] for role in actor.roles))
    return render_template("start/home.html", actor=actor, start=start, roles=roles)


@door.route("/", permission=SIGNED_IN)
def enter() -> Response:
    """Lead the visitor to the first place their roles give."""
    items = cast("Callable[[], Shell]", current_app.extensions["fyrklang.shell"])().menu.items
    return redirect(items[0].url if items else url_for("signin.choose"), 303)


PART = Part(
    name="start",
    pages=(pages, door),
    menu=(
        MenuEntry(lambda: gettext("Min dag"), "sun", "start.home", Permission.INTERVENTIONS_READ, order=10),
    ),
)
