"""The HTML door of saved lists."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode
from uuid import UUID

from flask import current_app, redirect, render_template, request, url_for
from werkzeug.routing import BuildError
from werkzeug.wrappers import Response

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel.errors import Invalid
from fyrklang.modules.lists import schemas
from fyrklang.sdk.routes import Pages
from fyrklang.sdk.saved import CASES, NOT_KEPT, drop_list, keep_list
from fyrklang.web.forms import bind
from fyrklang.web.i18n import gettext as _

pages = Pages("lists", __name__, prefix="/listor")


@pages.route("", permission=Permission.INTERVENTIONS_READ, methods=("POST",))
def save(actor: Actor) -> Any:
    """Keep what a list is narrowed to under a name."""
    form = bind(schemas.SavedListIn, request.form)
    place = request.form.get("place", "")
    home = _page(actor, place)
    choices = {
        name: several
        for name, several in parse_qs(request.form.get("query", "")).items()
        if name not in NOT_KEPT
    }
    if form.ok:
        try:
            keep_list(actor, place, (form.values["name"], form.values["shared"]), choices)
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            return redirect(f"{home}?{urlencode(choices, doseq=True)}", 303)
    return render_template("lists/save.html", actor=actor, form=form, place=place, home=home), 422


@pages.route("/<uuid:list_id>/ta-bort", permission=Permission.INTERVENTIONS_READ, methods=("POST",))
def forget(actor: Actor, list_id: UUID) -> Response:
    """Remove a list of one's own."""
    return redirect(_page(actor, drop_list(actor, list_id).place), 303)


def _page(actor: Actor, place: str) -> str:
    """The address of a list.

    Raises:
        Invalid: there is no page of that name, or its lists are saved elsewhere.
    """
    unknown = Invalid(fields={"place": _("Den listan går inte att spara.")})
    if place == CASES or place not in current_app.view_functions:
        raise unknown
    try:
        return url_for(place, slug=actor.slug)
    except BuildError as fault:
        raise unknown from fault
