"""The HTML door of users: the list, invitations, changes, the review, the roles in words, and a code's use."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fyrklang.access.actor import Actor
from fyrklang.access.guard import SIGNED_IN, Scope
from fyrklang.access.permissions import Permission
from fyrklang.identity import invitations
from fyrklang.identity.sessions import current, installed
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Conflict, Invalid, NotSignedIn
from fyrklang.modules.users import listing, present, schemas, service
from fyrklang.sdk.routes import Pages
from fyrklang.web.forms import Form, bind
from fyrklang.web.i18n import gettext as _

pages = Pages("users", __name__, prefix="/anvandare")
role_pages = Pages("roles", __name__, prefix="/roller")
code_pages = Pages("invitation", __name__, prefix="/inbjudan", scope=Scope.NONE)


@pages.route("", permission=Permission.USERS_READ)
def users(actor: Actor) -> str:
    """Everyone who has a place in the förbund, and what waits."""
    wanted = bind(schemas.UserFilter, request.args).values or {"state": "current"}
    rows = service.list_users(actor, wanted["state"])
    waiting = service.list_invitations(actor)
    return _render(
        "list",
        actor,
        rows=rows,
        table=listing.user_table(actor, rows),
        state=wanted["state"],
        waiting=waiting,
        waiting_table=listing.invitation_table(waiting),
        quiet=len(service.quiet_users(actor)),
        may_write=actor.may(Permission.USERS_WRITE),
        may_make_tokens=actor.may(Permission.TOKENS_WRITE),
        done=present.DONE.get(request.args.get("klart", "")),
    )


@pages.route("/bjud-in", permission=Permission.USERS_WRITE)
def invite(actor: Actor) -> str:
    """An empty invitation."""
    return _invite_page(actor, Form.of({"valid_from": clock.today()}))


@pages.route("/bjud-in", permission=Permission.USERS_WRITE, methods=("POST",))
def send_invitation(actor: Actor) -> Any:
    """Make the invitation and show its code, this once."""
    form = bind(schemas.InvitationIn, request.form)
    if form.ok:
        local = form.values["way"] == "LOCAL"
        try:
            made = service.invite(actor, form.values)
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            home = next(each for each in service.homes(actor) if each.id == form.values["organisation_id"])
            address = url_for("account.new" if local else "invitation.enter", _external=True)
            shown = {"name": form.values["name"], "home": home, "address": address, "local": local}
            answer = make_response(_render("code", actor, made=made, **shown))
            answer.headers["Cache-Control"] = "no-store"
            return answer
    return _invite_page(actor, form), 422


@pages.route(
    "/inbjudningar/<uuid:invitation_id>/aterkalla", permission=Permission.USERS_WRITE, methods=("POST",)
)
def revoke(actor: Actor, invitation_id: UUID) -> Response:
    """Call an invitation back."""
    service.revoke_invitation(actor, invitation_id)
    return _see(actor, "users", klart="aterkallad")


@pages.route("/<uuid:membership_id>/andra", permission=Permission.USERS_WRITE)
def edit(actor: Actor, membership_id: UUID) -> str:
    """What a user may do, as a form."""
    row = service.get_user(actor, membership_id)
    if row.ended_at is not None:
        raise Conflict(service.ENDED)
    return _edit_page(actor, Form.of(row._asdict()), row)


@pages.route("/<uuid:membership_id>/andra", permission=Permission.USERS_WRITE, methods=("POST",))
def change(actor: Actor, membership_id: UUID) -> Any:
    """Save a changed user, unless somebody else did meanwhile."""
    row = service.get_user(actor, membership_id)
    form = bind(schemas.PlaceChange, request.form)
    status = 422
    if form.ok:
        version = form.values.pop("version")
        try:
            service.change_user(actor, membership_id, form.values, version)
        except Invalid as fault:
            form.add_errors(fault.fields)
        except Conflict as fault:
            form.add_errors({"": fault.detail})
            status = 409
        else:
            return _see(actor, "users", klart="sparad")
    return _edit_page(actor, form, row), status


@pages.route("/<uuid:membership_id>/avsluta", permission=Permission.USERS_WRITE)
def leave(actor: Actor, membership_id: UUID) -> str:
    """Ask before a place is ended."""
    return _render("end", actor, row=service.get_user(actor, membership_id), form=Form())


@pages.route("/<uuid:membership_id>/avsluta", permission=Permission.USERS_WRITE, methods=("POST",))
def end(actor: Actor, membership_id: UUID) -> Any:
    """End a place."""
    row = service.get_user(actor, membership_id)
    try:
        service.end_user(actor, membership_id)
    except Invalid as fault:
        return _render("end", actor, row=row, form=Form().add_errors(fault.fields)), 422
    if row.person_id == actor.person_id:
        return redirect(url_for("signin.choose"), 303)
    return _see(actor, "users", klart="avslutad")


@pages.route("/<uuid:membership_id>/logga-ut", permission=Permission.USERS_WRITE, methods=("POST",))
def log_out(actor: Actor, membership_id: UUID) -> Response:
    """End every session of a user."""
    service.log_out_user(actor, membership_id)
    return _see(actor, "users", klart="utloggad")


@pages.route("/granska", permission=Permission.USERS_READ)
def review(actor: Actor) -> str:
    """Who has not been seen for 90 days."""
    return _review_page(actor, Form())


@pages.route("/granska", permission=Permission.USERS_WRITE, methods=("POST",))
def preview(actor: Actor) -> Any:
    """What the choice would do, before it is done."""
    form = bind(schemas.ReviewIn, request.form)
    if form.ok:
        try:
            chosen = service.chosen_users(actor, form.values["ids"])
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            table = listing.chosen_table(chosen)
            return _render("preview", actor, chosen=chosen, table=table, deed=form.values["deed"])
    return _review_page(actor, form), 422


@pages.route("/granska/spara", permission=Permission.USERS_WRITE, methods=("POST",))
def save_review(actor: Actor) -> Any:
    """Keep or end those chosen."""
    form = bind(schemas.ReviewIn, request.form)
    if form.ok:
        try:
            service.review_users(actor, form.values["ids"], form.values["deed"])
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            return _see(actor, "users", klart="avslutad" if form.values["deed"] == "END" else "kvar")
    return _review_page(actor, form), 422


@role_pages.route("", permission=Permission.ROLES_READ)
def roles(actor: Actor) -> str:
    """Every role in words made from the table that decides."""
    return render_template("users/roles.html", actor=actor, roles=present.roles_in_words(actor.roles))


@code_pages.route("", permission=SIGNED_IN)
def enter() -> str:
    """Where a code is typed."""
    return _code_page(Form())


@code_pages.route("", permission=SIGNED_IN, methods=("POST",))
def accept() -> Any:
    """Use a code; the place is there to choose at once."""
    session = current(request)
    if session is None:
        raise NotSignedIn
    form = bind(schemas.CodeIn, request.form)
    if form.ok:
        database = current_app.extensions["fyrklang.database"]
        answer = invitations.accept(database, session, form.values["code"])
        if answer.outcome is invitations.Outcome.ACCEPTED:
            installed().sessions.refresh(session.person_id)
            return redirect(url_for("signin.choose"), 303)
        form.add_errors({"code": _code_fault(answer)})
    return _code_page(form), 422


def _code_fault(answer: invitations.Answer) -> str:
    if answer.outcome is invitations.Outcome.ELSEWHERE:
        return _(
            "Koden gäller dig som loggar in från %(home)s. Logga ut och logga in därifrån.", home=answer.home
        )
    return str(present.CODE_FAULTS[answer.outcome])


def _code_page(form: Form) -> str:
    session = current(request)
    name = session.grants.name if session else ""
    return render_template("users/enter_code.html", form=form, name=name)


def _invite_page(actor: Actor, form: Form) -> str:
    homes = service.homes(actor)
    options = [(str(key), words) for key, words in present.homes_in_words(homes).items()]
    ways = present.ways_in_words() if any(home.kind == "LOCAL" for home in homes) else []
    return _render("invite", actor, form=form, homes=options, ways=ways, roles=present.role_options())


def _edit_page(actor: Actor, form: Form, row: Any) -> str:
    own = row.person_id == actor.person_id
    return _render("edit", actor, form=form, row=row, own=own, roles=present.role_options())


def _review_page(actor: Actor, form: Form) -> str:
    rows = service.quiet_users(actor)
    options = listing.review_options(rows)
    may_write = actor.may(Permission.USERS_WRITE)
    return _render("review", actor, form=form, options=options, days=service.QUIET_DAYS, may_write=may_write)


def _render(template: str, actor: Actor, **values: Any) -> str:
    return render_template(f"users/{template}.html", actor=actor, words=present, **values)


def _see(actor: Actor, view: str, **values: Any) -> Response:
    return redirect(url_for(f"users.{view}", slug=actor.slug, **values), 303)
