"""The HTML door of emergencies: to ask, to answer, and to review afterwards."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fyrklang.access.actor import Actor
from fyrklang.access.lens import EMERGENCY, look_through
from fyrklang.access.permissions import Permission
from fyrklang.kernel.errors import Conflict, Forbidden, Invalid
from fyrklang.modules.emergency import present, schemas, service
from fyrklang.sdk.insatser import insatser
from fyrklang.sdk.routes import Pages
from fyrklang.web.forms import Form, bind

pages = Pages("emergency", __name__, prefix="/nodatkomst")


@pages.route("", permission=Permission.EMERGENCY_ASK)
def own(actor: Actor) -> str:
    """What one has asked for."""
    return _render("own", actor, rows=service.own(actor))


@pages.route("/be", permission=Permission.EMERGENCY_ASK)
def new(actor: Actor) -> str:
    """An empty request."""
    return _render("ask", actor, form=Form(), choices=service.choices(actor))


@pages.route("/be", permission=Permission.EMERGENCY_ASK, methods=("POST",))
def ask(actor: Actor) -> Any:
    """Ask."""
    form = bind(schemas.EmergencyIn, request.form)
    if form.ok:
        try:
            service.ask(actor, form.values)
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            return _see(actor, "own", "begard")
    return _render("ask", actor, form=form, choices=service.choices(actor)), 422


@pages.route("/<uuid:emergency_id>/oppna", permission=Permission.EMERGENCY_ASK, methods=("POST",))
def look(actor: Actor, emergency_id: UUID) -> Response:
    """Begin to read the case."""
    found = service.look(actor, emergency_id)
    answer = redirect(url_for("cases.index", slug=actor.slug), 303)
    look_through(answer, EMERGENCY, found.id)
    return answer


@pages.route("/<uuid:emergency_id>/avsluta", permission=Permission.EMERGENCY_ASK, methods=("POST",))
def end(actor: Actor, emergency_id: UUID) -> Response:
    """End it, or call the request back."""
    service.end(actor, emergency_id)
    return _see(actor, "own", "avslutad")


@pages.route("/svara", permission=Permission.EMERGENCY_ANSWER)
def asked(actor: Actor) -> str:
    """What colleagues ask for in one's insatser."""
    return _asked_page(actor)


@pages.route("/<uuid:emergency_id>/svara", permission=Permission.EMERGENCY_ANSWER, methods=("POST",))
def reply(actor: Actor, emergency_id: UUID) -> Any:
    """Let the colleague in, or say no."""
    form = bind(schemas.EmergencyAnswerIn, request.form)
    # A form reads a box that is not there as a no, and nobody has said no yet.
    if form.ok and "approve" in request.form:
        try:
            service.answer(actor, emergency_id, approve=form.values["approve"])
        except (Conflict, Forbidden) as fault:
            return _asked_page(actor, fault.detail), fault.status
        return _see(actor, "asked", "ja" if form.values["approve"] else "nej")
    return _asked_page(actor, schemas.CHOOSE), 422


@pages.route("/granska", permission=Permission.LOG_REVIEW)
def to_review(actor: Actor) -> str:
    """What has been opened in an emergency, to review afterwards."""
    return _render("review", actor, rows=service.to_review(actor))


@pages.route("/<uuid:emergency_id>/granska", permission=Permission.LOG_REVIEW)
def show(actor: Actor, emergency_id: UUID) -> str:
    """One of them."""
    return _verdict_page(actor, emergency_id, Form())


@pages.route("/<uuid:emergency_id>/granska", permission=Permission.LOG_REVIEW, methods=("POST",))
def review(actor: Actor, emergency_id: UUID) -> Any:
    """Keep what the reviewer thinks."""
    form, status = bind(schemas.EmergencyReviewIn, request.form), 422
    if form.ok:
        try:
            service.review(actor, emergency_id, form.values["verdict"], form.values["note"])
        except Invalid as fault:
            form.add_errors(fault.fields)
        except Conflict as fault:
            form.add_errors({"": fault.detail})
            status = 409
        else:
            return _see(actor, "to_review", "granskad")
    return _verdict_page(actor, emergency_id, form), status


def _verdict_page(actor: Actor, emergency_id: UUID, form: Form) -> str:
    return _render("verdict", actor, row=service.one_to_review(actor, emergency_id), form=form)


def _asked_page(actor: Actor, fault: str = "") -> str:
    rows = service.in_teams(actor)
    waiting = [row for row in rows if service.is_waiting(row)]
    cases = {row.id: service.asked_case(actor, row) for row in waiting}
    return _render("answer", actor, rows=rows, waiting=waiting, cases=cases, fault=fault)


def _render(template: str, actor: Actor, **values: Any) -> str:
    return render_template(
        f"emergency/{template}.html",
        actor=actor,
        present=present,
        service=service,
        known=insatser(actor.session),
        done=present.DONE.get(request.args.get("klart", "")),
        **values,
    )


def _see(actor: Actor, view: str, done: str) -> Response:
    return redirect(url_for(f"emergency.{view}", slug=actor.slug, klart=done), 303)
