"""The HTML door of webhooks."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel.errors import Conflict, Invalid
from fyrklang.modules.webhooks import present, schemas, service
from fyrklang.sdk.routes import Pages
from fyrklang.web.forms import Form, bind

pages = Pages("webhooks", __name__, prefix="/webhooks")


@pages.route("", permission=Permission.TOKENS_WRITE)
def listed(actor: Actor) -> str:
    """Every receiver."""
    rows = service.listed(actor)
    return _render("list", actor, rows=rows, table=present.hook_table(actor.slug, rows))


@pages.route("/ny", permission=Permission.TOKENS_WRITE)
def new(actor: Actor) -> str:
    """An empty form."""
    return _render("new", actor, form=Form())


@pages.route("/ny", permission=Permission.TOKENS_WRITE, methods=("POST",))
def make(actor: Actor) -> Any:
    """Lay up a receiver and show its secret, this once."""
    form = bind(schemas.WebhookIn, request.form)
    if form.ok:
        try:
            made = service.make(actor, form.values)
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            answer = make_response(_render("made", actor, made=made, name=form.values["name"]))
            answer.headers["Cache-Control"] = "no-store"
            return answer
    return _render("new", actor, form=form), 422


@pages.route("/<uuid:webhook_id>", permission=Permission.TOKENS_WRITE)
def show(actor: Actor, webhook_id: UUID) -> str:
    """One receiver and what became of the latest tellings."""
    return _show(actor, webhook_id)


@pages.route("/<uuid:webhook_id>/slapp", permission=Permission.TOKENS_WRITE, methods=("POST",))
def switch(actor: Actor, webhook_id: UUID) -> Response:
    """On or off."""
    on = request.form.get("on") == "1"
    service.switch(actor, webhook_id, on=on)
    return redirect(
        url_for("webhooks.show", slug=actor.slug, webhook_id=webhook_id, klart="pa" if on else "av"), 303
    )


@pages.route("/<uuid:webhook_id>/ta-bort", permission=Permission.TOKENS_WRITE, methods=("POST",))
def remove(actor: Actor, webhook_id: UUID) -> Response:
    """Take it away."""
    service.remove(actor, webhook_id)
    return redirect(url_for("webhooks.listed", slug=actor.slug, klart="borta"), 303)


@pages.route(
    "/<uuid:webhook_id>/<uuid:delivery_id>/igen", permission=Permission.TOKENS_WRITE, methods=("POST",)
)
def again(actor: Actor, webhook_id: UUID, delivery_id: UUID) -> Any:
    """Tell once more."""
    try:
        service.replay(actor, webhook_id, delivery_id)
    except Conflict as fault:
        return _show(actor, webhook_id, fault.detail), 409
    return redirect(url_for("webhooks.show", slug=actor.slug, webhook_id=webhook_id, klart="om"), 303)


def _show(actor: Actor, webhook_id: UUID, fault: str = "") -> str:
    rows = service.deliveries(actor, webhook_id)
    row = service.one(actor, webhook_id)
    return _render("show", actor, row=row, rows=rows, table=present.delivery_table(rows), fault=fault)


def _render(template: str, actor: Actor, **values: Any) -> str:
    done = present.DONE.get(request.args.get("klart", ""))
    return render_template(f"webhooks/{template}.html", actor=actor, present=present, done=done, **values)
