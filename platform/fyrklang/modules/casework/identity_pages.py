"""The HTML door of who a participant is: hidden until asked for, and protection."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import request

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel.errors import Conflict, Invalid
from fyrklang.modules.casework import codes, identity, schemas, stays
from fyrklang.modules.casework.doors import render, see
from fyrklang.sdk.routes import Pages
from fyrklang.web.forms import Form, bind

pages = Pages("identity", __name__, prefix="/deltagare")
READ, WRITE, UNMASK = Permission.CASES_READ, Permission.CASES_WRITE, Permission.CASES_UNMASK


@pages.route("/<uuid:stay_id>/identitet", permission=READ)
def show(actor: Actor, stay_id: UUID) -> str:
    """What is known, hidden, and what can be done."""
    return _page(actor, stays.case_of(actor, stay_id), Form())


@pages.route("/<uuid:stay_id>/identitet/visa", permission=UNMASK, methods=("POST",))
def reveal(actor: Actor, stay_id: UUID) -> Any:
    """Show who it is, this once."""
    form = bind(schemas.RevealIn, request.form)
    if not form.ok:
        return _page(actor, stays.case_of(actor, stay_id), form), 422
    case, found = identity.reveal(actor, stay_id, form.values["why"])
    known = {name: getattr(found, name) for name in identity.FIELDS}
    return _page(actor, case, Form.of(known), found)


@pages.route("/<uuid:stay_id>/identitet", permission=WRITE, methods=("POST",))
def store(actor: Actor, stay_id: UUID) -> Any:
    """Save who it is."""
    form = bind(schemas.IdentityIn, request.form)
    if form.ok:
        try:
            identity.store(actor, stay_id, form.values)
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            return see(actor, "identity.show", stay_id=stay_id, klart="identified")
    return _page(actor, stays.opened(actor, stay_id), form), 422


@pages.route("/<uuid:stay_id>/skydda", permission=WRITE, methods=("POST",))
def protect(actor: Actor, stay_id: UUID) -> Any:
    """Protect the person."""
    form = bind(schemas.ProtectIn, request.form)
    if not form.ok:
        return _page(actor, stays.opened(actor, stay_id), form), 422
    identity.protect(actor, stay_id)
    return see(actor, "identity.show", stay_id=stay_id, klart="protected")


@pages.route("/<uuid:stay_id>/skydd-upphor", permission=WRITE, methods=("POST",))
def lift(actor: Actor, stay_id: UUID) -> Any:
    """Ask to lift the protection, or confirm it."""
    try:
        lifted = identity.lift(actor, stay_id)
    except Conflict as fault:
        form = Form(errors={"": fault.detail})
        return _page(actor, stays.opened(actor, stay_id), form), 409
    return see(actor, "identity.show", stay_id=stay_id, klart="unprotected" if lifted else "asked_unprotect")


@pages.route("/skyddad", permission=WRITE)
def protected(actor: Actor) -> str:
    """The way to a protected person, who is in no list and no search: by the whole code."""
    return render("protected", actor, form=Form())


@pages.route("/skyddad", permission=UNMASK, methods=("POST",))
def find(actor: Actor) -> Any:
    """On to a protected person. The code is posted: it never stands in an address."""
    form = bind(schemas.FindIn, request.form)
    if form.ok:
        found = identity.protected_stay(actor, form.values["code"])
        if found is not None:
            return see(actor, "cases.show", stay_id=found)
        form.add_errors({"code": "Ingen skyddad person som du ansvarar för har den koden."})
    return render("protected", actor, form=form), 422


def _page(actor: Actor, case: stays.Case, form: Form, found: identity.Identity | None = None) -> str:
    return render(
        "identity",
        actor,
        case=case,
        form=form,
        found=found,
        has_any=identity.has_any(case.person),
        may_store=identity.may_store(actor, case),
        erased=identity.erased(actor, case),
        why=list(codes.UNMASK_REASONS.items()),
    )
