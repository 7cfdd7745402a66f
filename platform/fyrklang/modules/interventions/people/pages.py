"""The HTML door of an insats' mode, way in and team."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Conflict, Invalid
from fyrklang.modules.interventions.people import present, schemas, service, team
from fyrklang.sdk.codes import MODES
from fyrklang.sdk.routes import Pages
from fyrklang.web.forms import Form, bind

pages = Pages("insats_team", __name__, prefix="/insatser")
READ, GIVE = Permission.INTERVENTIONS_WRITE, Permission.USERS_WRITE


@pages.route("/<uuid:intervention_id>/team", permission=READ)
def show(actor: Actor, intervention_id: UUID) -> str:
    """What the insats stores about people, how they come in, and who works with them."""
    found = service.standing(actor, intervention_id)
    may_give = actor.may(GIVE)
    return _render(
        "show",
        actor,
        found,
        may_give=may_give,
        seats=present.seat_table(actor, found.row.id, may_change=may_give),
        changes=present.change_table(found.changes),
        done=present.DONE.get(request.args.get("klart", "")),
    )


@pages.route("/<uuid:intervention_id>/lage", permission=GIVE)
def mode(actor: Actor, intervention_id: UUID) -> str:
    """The form for another mode, with what it does and what cannot be taken back."""
    found = service.standing(actor, intervention_id)
    year = max(found.earliest, clock.today().year)
    start = {"version": found.row.version, "first_year": year, "decided_on": clock.today()}
    return _render("mode", actor, found, form=Form.of(start))


@pages.route("/<uuid:intervention_id>/lage", permission=GIVE, methods=("POST",))
def change_mode(actor: Actor, intervention_id: UUID) -> Any:
    """Save another mode."""
    found = service.standing(actor, intervention_id)
    form = bind(schemas.ModeIn, request.form)
    if form.ok:
        try:
            service.change_mode(actor, intervention_id, form.values, form.values["version"])
        except Invalid as fault:
            form.add_errors(fault.fields)
        except Conflict as fault:
            form.add_errors({"": fault.detail})
            return _render("mode", actor, found, form=form), 409
        else:
            return _see(actor, intervention_id, "mode")
    return _render("mode", actor, found, form=form), 422


@pages.route("/<uuid:intervention_id>/vagen-in", permission=READ)
def intake(actor: Actor, intervention_id: UUID) -> str:
    """The form for who the insats is for and how people come in."""
    found = service.standing(actor, intervention_id)
    stored = {name: getattr(found.row, name) for name in (*service.INTAKE, "version")}
    return _render("intake", actor, found, form=Form.of(stored))


@pages.route("/<uuid:intervention_id>/vagen-in", permission=READ, methods=("POST",))
def change_intake(actor: Actor, intervention_id: UUID) -> Any:
    """Save how people come in."""
    found = service.standing(actor, intervention_id)
    form = bind(schemas.IntakeIn, request.form)
    if form.ok:
        try:
            service.change_intake(actor, intervention_id, form.values, form.values["version"])
        except Invalid as fault:
            form.add_errors(fault.fields)
        except Conflict as fault:
            form.add_errors({"": fault.detail})
            return _render("intake", actor, found, form=form), 409
        else:
            return _see(actor, intervention_id, "intake")
    return _render("intake", actor, found, form=form), 422


@pages.route("/<uuid:intervention_id>/team/ny", permission=GIVE)
def new(actor: Actor, intervention_id: UUID) -> str:
    """The form for somebody's place in the team."""
    found = service.standing(actor, intervention_id)
    return _new(actor, found, Form.of({"valid_from": clock.today()}))


@pages.route("/<uuid:intervention_id>/team/ny", permission=GIVE, methods=("POST",))
def join(actor: Actor, intervention_id: UUID) -> Any:
    """Give somebody a place in the team."""
    found = service.standing(actor, intervention_id)
    form = bind(schemas.NewSeatIn, request.form)
    if form.ok:
        try:
            team.join(actor, intervention_id, form.values)
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            return _see(actor, intervention_id, "joined")
    return _new(actor, found, form), 422


@pages.route("/<uuid:intervention_id>/team/<uuid:place_id>", permission=GIVE)
def place(actor: Actor, intervention_id: UUID, place_id: UUID) -> str:
    """A place in the team, to change or end."""
    seat = team.seat(actor, intervention_id, place_id)
    stored = {name: getattr(seat, name) for name in schemas.SeatIn().fields}
    return _place(actor, intervention_id, place_id, Form.of(stored))


@pages.route("/<uuid:intervention_id>/team/<uuid:place_id>", permission=GIVE, methods=("POST",))
def change(actor: Actor, intervention_id: UUID, place_id: UUID) -> Any:
    """Save a changed place."""
    form = bind(schemas.SeatIn, request.form)
    if form.ok:
        try:
            team.change(actor, intervention_id, place_id, form.values)
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            return _see(actor, intervention_id, "changed")
    return _place(actor, intervention_id, place_id, form), 422


@pages.route("/<uuid:intervention_id>/team/<uuid:place_id>/avsluta", permission=GIVE, methods=("POST",))
def leave(actor: Actor, intervention_id: UUID, place_id: UUID) -> Response:
    """End a place now."""
    team.leave(actor, intervention_id, place_id)
    return _see(actor, intervention_id, "left")


def _new(actor: Actor, found: service.Standing, form: Form) -> str:
    people = present.people(team.eligible(actor, found.row.id))
    return _render("new", actor, found, form=form, people=people)


def _place(actor: Actor, intervention_id: UUID, place_id: UUID, form: Form) -> str:
    found = service.standing(actor, intervention_id)
    seat = team.seat(actor, intervention_id, place_id)
    return _render("place", actor, found, form=form, seat=seat)


def _render(name: str, actor: Actor, found: service.Standing, **values: Any) -> str:
    return render_template(
        f"insats_team/{name}.html",
        actor=actor,
        found=found,
        row=found.row,
        present=present,
        modes=MODES,
        **values,
    )


def _see(actor: Actor, intervention_id: UUID, done: str) -> Response:
    address = url_for("insats_team.show", slug=actor.slug, intervention_id=intervention_id, klart=done)
    return redirect(address, 303)
