"""The HTML door of terms: the page that stands before all others, and the administrator's."""

from __future__ import annotations

from typing import Any, cast

from flask import current_app, redirect, render_template, request, url_for

from fyrklang.access import terms
from fyrklang.access.actor import Actor
from fyrklang.access.guard import SIGNED_IN, Scope, visitor
from fyrklang.access.permissions import Permission
from fyrklang.identity.oidc import local_path
from fyrklang.identity.visitor import Membership, Visitor
from fyrklang.kernel.db import Database
from fyrklang.kernel.errors import Invalid, NotSignedIn
from fyrklang.modules.terms import schemas, service
from fyrklang.sdk.routes import Pages
from fyrklang.web.forms import Form, bind

pages = Pages("terms", __name__, prefix="/villkor", scope=Scope.NONE)
admin_pages = Pages("own_terms", __name__, prefix="/anvandare/villkor")


@pages.route("", permission=SIGNED_IN)
def waiting() -> Any:
    """What there is to accept before anything else."""
    return _waiting(Form())


@pages.route("", permission=SIGNED_IN, methods=("POST",))
def accept() -> Any:
    """Accept what was read."""
    person, place = _present()
    form = bind(schemas.AcceptIn, request.form)
    if form.ok:
        try:
            service.accept(_database(), person.person_id, place, form.values["ids"])
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            return redirect(_target(), 303)
    return _waiting(form, 422)


@admin_pages.route("", permission=Permission.USERS_READ)
def own(actor: Actor) -> str:
    """The förbund's texts."""
    rows = service.versions(actor)
    return _own(actor, Form.of({"body": rows[0].body if rows else ""}))


@admin_pages.route("", permission=Permission.USERS_WRITE, methods=("POST",))
def publish(actor: Actor) -> Any:
    """Publish a new version."""
    form = bind(schemas.TermsIn, request.form)
    if form.ok:
        try:
            service.publish(actor, form.values["body"])
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            return redirect(url_for("own_terms.own", slug=actor.slug, klart="1"), 303)
    return _own(actor, form), 422


def _own(actor: Actor, form: Form) -> str:
    return render_template(
        "terms/own.html",
        actor=actor,
        form=form,
        rows=service.versions(actor),
        people=service.people(actor),
        may_write=actor.may(Permission.USERS_WRITE),
        done=bool(request.args.get("klart")),
    )


def _waiting(form: Form, status: int = 200) -> Any:
    person, place = _present()
    due = terms.waiting(_database(), person.person_id, place)
    if not due and form.ok:
        return redirect(_target(), 303)
    return render_template("terms/waiting.html", form=form, due=due, target=_target()), status


def _present() -> tuple[Visitor, Membership | None]:
    person = visitor()
    if person is None:
        raise NotSignedIn
    return person, person.memberships[0] if person.memberships else None


def _target() -> str:
    """Where the person was going; nowhere but here."""
    return local_path(request.values.get("nasta", ""))


def _database() -> Database:
    return cast("Database", current_app.extensions["fyrklang.database"])
