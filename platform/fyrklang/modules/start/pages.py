"""The first page after signing in, per förbund."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from flask import current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fyrklang.access.actor import Actor
from fyrklang.access.guard import SIGNED_IN
from fyrklang.access.permissions import PERMISSION_TRAITS, ROLE_NAMES, Permission
from fyrklang.kernel.errors import Invalid
from fyrklang.modules.start import schemas, service
from fyrklang.sdk.parts import MenuEntry, Part
from fyrklang.sdk.routes import Pages, Scope
from fyrklang.sdk.start import SETTLERS, together
from fyrklang.web.context import Shell
from fyrklang.web.forms import bind
from fyrklang.web.i18n import gettext

pages = Pages("start", __name__)
door = Pages("door", __name__, scope=Scope.NONE)


@pages.route("/", permission=Permission.INTERVENTIONS_READ)
def home(actor: Actor) -> Any:
    """What to do now, then figures with their base. Whoever meets participants has a page that may show them."""
    if actor.may(Permission.CASES_READ) and actor.loa >= PERMISSION_TRAITS[Permission.CASES_READ].loa:
        return redirect(url_for("start.day", slug=actor.slug), 303)
    start = together(provider(actor) for part in _parts() for provider in part.start)
    return render_template("start/home.html", actor=actor, start=start, roles=_roles(actor), day=None)


@pages.route("/min-dag", permission=Permission.CASES_READ)
def day(actor: Actor) -> str:
    """Everything that waits for one who meets participants, in one list."""
    team = request.args.get("visa") == "teamet"
    found = service.day(actor, _parts(), service.whose(actor, whole_team=team))
    rested = request.args.get("vilar", "")
    done = request.args.get("klar", "")
    return render_template(
        "start/home.html",
        actor=actor,
        start=found,
        roles=_roles(actor),
        day=found,
        team=team,
        undo=rested if any(row.key == rested for row, _until in found.resting) else "",
        settled=done if done.partition(":")[0] in SETTLERS else "",
    )


@pages.route("/min-dag/vila", permission=Permission.CASES_WRITE, methods=("POST",))
def rest(actor: Actor) -> Response:
    """Put a row off."""
    form = bind(schemas.SnoozeIn, request.form)
    if not form.ok:
        raise Invalid(next(iter(form.errors.values())))
    service.snooze(actor, form.values["key"], form.values["days"])
    return redirect(url_for("start.day", slug=actor.slug, vilar=form.values["key"]), 303)


@pages.route("/min-dag/vack", permission=Permission.CASES_WRITE, methods=("POST",))
def wake(actor: Actor) -> Response:
    """Take a rest back."""
    form = bind(schemas.KeyIn, request.form)
    if not form.ok:
        raise Invalid(next(iter(form.errors.values())))
    service.wake(actor, form.values["key"])
    return redirect(url_for("start.day", slug=actor.slug), 303)


@pages.route("/min-dag/klar", permission=Permission.CASES_WRITE, methods=("POST",))
def settle(actor: Actor) -> Response:
    """Mark a row as done."""
    form = bind(schemas.KeyIn, request.form)
    if not form.ok:
        raise Invalid(next(iter(form.errors.values())))
    service.settle(actor, form.values["key"])
    return redirect(url_for("start.day", slug=actor.slug, klar=form.values["key"]), 303)


@pages.route("/min-dag/angra", permission=Permission.CASES_WRITE, methods=("POST",))
def take_back(actor: Actor) -> Response:
    """Take back that a row was marked as done."""
    form = bind(schemas.KeyIn, request.form)
    if not form.ok:
        raise Invalid(next(iter(form.errors.values())))
    service.take_back(actor, form.values["key"])
    return redirect(url_for("start.day", slug=actor.slug), 303)


@door.route("/", permission=SIGNED_IN)
def enter() -> Response:
    """Lead the visitor to the first place their roles give."""
    items = cast("Callable[[], Shell]", current_app.extensions["fyrklang.shell"])().menu.items
    return redirect(items[0].url if items else url_for("signin.choose"), 303)


def _parts() -> tuple[Part, ...]:
    return cast("tuple[Part, ...]", current_app.extensions["fyrklang.parts"])


def _roles(actor: Actor) -> str:
    return ", ".join(sorted(ROLE_NAMES[role] for role in actor.roles))


PART = Part(
    name="start",
    pages=(pages, door),
    menu=(
        MenuEntry(lambda: gettext("Min dag"), "sun", "start.home", Permission.INTERVENTIONS_READ, order=10),
    ),
)
