"""The HTML door of covers: one's own, and everyone's for the administrator."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fyrklang.access.actor import Actor
from fyrklang.access.lens import COOKIE, COVER, look_through
from fyrklang.access.permissions import Permission
from fyrklang.identity.sessions import installed
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Invalid
from fyrklang.modules.users.covers import present, schemas, service
from fyrklang.sdk.routes import Pages
from fyrklang.web.forms import Form, bind
from fyrklang.web.i18n import gettext as _

pages = Pages("covers", __name__, prefix="/tackning")
admin_pages = Pages("all_covers", __name__, prefix="/anvandare/tackning")


@pages.route("", permission=Permission.COVERS_USE)
def own(actor: Actor) -> str:
    """For whom one covers, and who covers for oneself."""
    rows = service.listed(actor)
    return render_template(
        "users/covers.html",
        actor=actor,
        present=present,
        taken=[row for row in rows if row.taker_person == actor.person_id],
        given=[row for row in rows if row.giver_person == actor.person_id],
        today=clock.today(),
        done=present.DONE.get(request.args.get("klart", "")),
    )


@pages.route("/ny", permission=Permission.COVERS_USE)
def new(actor: Actor) -> str:
    """An empty form."""
    return _own_form(actor, Form.of({"first_day": clock.today()}))


@pages.route("/ny", permission=Permission.COVERS_USE, methods=("POST",))
def arrange(actor: Actor) -> Any:
    """Have a colleague cover for oneself."""
    form = bind(schemas.CoverIn, request.form)
    return _arranged(actor, form, "covers.own") or (_own_form(actor, form), 422)


@pages.route("/<uuid:cover_id>/avsluta", permission=Permission.COVERS_USE, methods=("POST",))
def end(actor: Actor, cover_id: UUID) -> Response:
    """End a cover early; either of the two may."""
    service.end(actor, cover_id)
    return redirect(url_for("covers.own", slug=actor.slug, klart="avslutad"), 303)


@pages.route("/<uuid:cover_id>/oppna", permission=Permission.COVERS_USE, methods=("POST",))
def look(actor: Actor, cover_id: UUID) -> Response:
    """Begin to see the colleague's cases instead of one's own."""
    cover = service.look(actor, cover_id)
    answer = redirect(url_for("cases.index", slug=actor.slug), 303)
    look_through(answer, COVER, cover.id)
    return answer


@pages.route("/tillbaka", permission=Permission.COVERS_USE, methods=("POST",))
def leave(actor: Actor) -> Response:
    """See one's own again."""
    answer = redirect(url_for("covers.own", slug=actor.slug, klart="tillbaka"), 303)
    secure = installed().config.secure_cookies
    answer.delete_cookie(COOKIE, path="/", secure=secure, httponly=True, samesite="Lax")
    return answer


@admin_pages.route("", permission=Permission.USERS_READ)
def everyone(actor: Actor) -> str:
    """Every cover in the förbund."""
    return render_template(
        "users/all_covers.html",
        actor=actor,
        present=present,
        rows=service.listed(actor, everyone=True),
        may_write=actor.may(Permission.USERS_WRITE),
        done=present.DONE.get(request.args.get("klart", "")),
    )


@admin_pages.route("/ny", permission=Permission.USERS_WRITE)
def new_for(actor: Actor) -> str:
    """An empty form, for somebody who is away and cannot fill it in."""
    return _form(actor, Form.of({"first_day": clock.today()}), "all_covers.everyone", givers=True)


@admin_pages.route("/ny", permission=Permission.USERS_WRITE, methods=("POST",))
def arrange_for(actor: Actor) -> Any:
    """Have somebody covered for."""
    form = bind(schemas.CoverIn, request.form)
    done = _arranged(actor, form, "all_covers.everyone")
    return done or (_form(actor, form, "all_covers.everyone", givers=True), 422)


@admin_pages.route("/<uuid:cover_id>/avsluta", permission=Permission.USERS_WRITE, methods=("POST",))
def end_for(actor: Actor, cover_id: UUID) -> Response:
    """End anybody's cover."""
    service.end(actor, cover_id)
    return redirect(url_for("all_covers.everyone", slug=actor.slug, klart="avslutad"), 303)


def _arranged(actor: Actor, form: Form, then: str) -> Response | None:
    if not form.ok:
        return None
    try:
        service.arrange(actor, form.values)
    except Invalid as fault:
        form.add_errors(fault.fields)
        return None
    return redirect(url_for(then, slug=actor.slug, klart="ordnad"), 303)


def _own_form(actor: Actor, form: Form) -> str:
    place = service.own_place(actor)
    options = [(str(row.id), row.display_name) for row in (service.colleagues(actor, place) if place else ())]
    return _form(actor, form, "covers.own", options=options)


def _form(
    actor: Actor, form: Form, back: str, *, givers: bool = False, options: list[tuple[str, str]] | None = None
) -> str:
    if options is None:
        options = [
            (str(row.id), _("%(name)s, %(home)s", name=row.display_name, home=row.organisation))
            for row in service.colleagues(actor)
        ]
    return render_template(
        "users/cover_new.html", actor=actor, form=form, givers=givers, options=options, back=back
    )
