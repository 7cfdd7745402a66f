"""The HTML door of the follow-up: the queue, the script of a call, and the results."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from marshmallow import Schema
from werkzeug.wrappers import Response

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Invalid
from fyrklang.modules.followups import present, schemas, service
from fyrklang.sdk import codes
from fyrklang.sdk.results import Share
from fyrklang.sdk.routes import Pages
from fyrklang.web.forms import Form, bind

pages = Pages("followups", __name__, prefix="/uppfoljning")


@pages.route("", permission=Permission.CASES_READ)
def due(actor: Actor) -> str:
    """Whom to ask now, and how many have answered."""
    year = service.latest_year()
    return _render(
        "queue",
        actor,
        queue=service.queue(actor),
        results=service.results(actor, year),
        today=clock.today(),
        done=present.DONE.get(request.args.get("klart", "")),
    )


@pages.route("/resultat", permission=Permission.CASES_READ)
def results(actor: Actor) -> str:
    """From the ending to one year after, and what those who answered thought."""
    year = bind(schemas.YearFilter, request.args).values.get("year") or service.latest_year()
    told = service.results(actor, year)
    years = [(each, str(each)) for each in range(service.latest_year(), service.latest_year() - 5, -1)]
    return _render("results", actor, results=told, years=years)


@pages.route("/<uuid:stay_id>", permission=Permission.CASES_READ)
def script(actor: Actor, stay_id: UUID) -> str:
    """What to say, and where the answers go."""
    return _script_page(actor, stay_id, Form.of({"taken_on": clock.today()}))


@pages.route("/<uuid:stay_id>", permission=Permission.CASES_WRITE, methods=("POST",))
def save(actor: Actor, stay_id: UUID) -> Any:
    """Save the answers."""
    form = bind(schemas.FollowUpAnswerIn, request.form)
    if form.ok:
        try:
            service.answer(actor, stay_id, form.values)
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            return _see(actor, klart="svar")
    return _script_page(actor, stay_id, form), 422


@pages.route("/<uuid:stay_id>/forsok", permission=Permission.CASES_WRITE, methods=("POST",))
def attempt(actor: Actor, stay_id: UUID) -> Any:
    """Save an attempt that reached nobody."""
    return _small(actor, stay_id, schemas.AttemptIn, "forsok")


@pages.route("/<uuid:stay_id>/avsluta", permission=Permission.CASES_WRITE, methods=("POST",))
def close(actor: Actor, stay_id: UUID) -> Any:
    """End a follow-up without an answer."""
    return _small(actor, stay_id, schemas.CloseIn, "slut")


def _small(actor: Actor, stay_id: UUID, schema: type[Schema], done: str) -> Any:
    form = bind(schema, request.form)
    if not form.ok:
        return _script_page(actor, stay_id, form), 422
    if "closed_as" in form.values:
        service.close(actor, stay_id, form.values["closed_as"])
    else:
        service.try_once(actor, stay_id, form.values)
    return _see(actor, klart=done)


def _script_page(actor: Actor, stay_id: UUID, form: Form) -> str:
    return _render("script", actor, form=form, row=service.get_due(actor, stay_id), codes=codes)


def _render(template: str, actor: Actor, **values: Any) -> str:
    return render_template(f"followups/{template}.html", actor=actor, words=present, share=Share, **values)


def _see(actor: Actor, **values: Any) -> Response:
    return redirect(url_for("followups.due", slug=actor.slug, **values), 303)
