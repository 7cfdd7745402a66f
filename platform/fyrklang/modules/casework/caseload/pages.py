"""The HTML door of giving stays out and of saved lists."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel.errors import Invalid
from fyrklang.modules.casework.caseload import listing, present, schemas, service
from fyrklang.modules.casework.doors import render, see
from fyrklang.sdk.insatser import insatser
from fyrklang.sdk.routes import Pages
from fyrklang.web.forms import Form, bind

pages = Pages("caseload", __name__, prefix="/fordela")
READ, WRITE = Permission.CASES_READ, Permission.CASES_WRITE


@pages.route("", permission=READ)
def choose(actor: Actor) -> str:
    """The stays of a list, to choose among and give to somebody."""
    return _choose(actor, Form.of({}))


@pages.route("", permission=WRITE, methods=("POST",))
def assign(actor: Actor) -> Any:
    """Give the chosen stays to somebody."""
    form = bind(schemas.AssignIn, request.form)
    if form.ok:
        try:
            batch = service.assign(actor, form.values["ids"], form.values["taker"])
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            address = listing.address_of(listing.wanted_from(request.args))
            return redirect(url_for("cases.index", slug=actor.slug, batch=batch, **address), 303)
    return _choose(actor, form), 422


@pages.route("/<uuid:batch>/angra", permission=WRITE, methods=("POST",))
def undo(actor: Actor, batch: UUID) -> Response:
    """Give the stays of a batch back."""
    found = service.undo(actor, batch)
    return see(actor, "cases.index", klart="unassigned_some" if found.left else "unassigned")


@pages.route("/lista", permission=WRITE)
def name(actor: Actor) -> str:
    """The form for the name of a list."""
    return _name(actor, Form.of({}))


@pages.route("/lista", permission=WRITE, methods=("POST",))
def save(actor: Actor) -> Any:
    """Save what the list is narrowed to."""
    form = bind(schemas.SavedListIn, request.form)
    wanted = listing.wanted_from(request.args)
    if form.ok:
        try:
            listing.save(actor, form.values["name"], wanted)
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            return see(actor, "cases.index", klart="list_saved", **listing.address_of(wanted, words=""))
    return _name(actor, form), 422


@pages.route("/lista/<uuid:list_id>/ta-bort", permission=WRITE, methods=("POST",))
def forget(actor: Actor, list_id: UUID) -> Response:
    """Remove a saved list."""
    listing.forget(actor, list_id)
    return see(actor, "cases.index", klart="list_gone")


def _choose(actor: Actor, form: Form) -> str:
    wanted = listing.wanted_from(request.args)
    rows, total = listing.listing(actor, wanted, service.AT_ONCE)
    known = insatser(actor.session, actor.context.interventions)
    team = service.colleagues(actor, {row.intervention_id for row in rows})
    return render(
        "assign",
        actor,
        form=form,
        stays=present.stay_options(rows, known, present.names(service.colleagues(actor))),
        takers=present.takers(team),
        total=total,
        shown=len(rows),
        back=url_for("cases.index", slug=actor.slug, **listing.address_of(wanted)),
    )


def _name(actor: Actor, form: Form) -> str:
    wanted = listing.wanted_from(request.args)
    known = insatser(actor.session, actor.context.interventions)
    said = present.in_words(wanted, known, present.names(service.colleagues(actor)))
    back = url_for("cases.index", slug=actor.slug, **listing.address_of(wanted))
    return render("name_list", actor, form=form, said=said, back=back)
