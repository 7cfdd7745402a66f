"""The HTML door of tokens for programs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel.errors import Invalid
from fyrklang.modules.users import listing, present, schemas
from fyrklang.modules.users.tokens import service
from fyrklang.sdk.routes import Pages
from fyrklang.web.forms import Form, bind
from fyrklang.web.i18n import gettext as _

pages = Pages("tokens", __name__, prefix="/nycklar")


@pages.route("", permission=Permission.TOKENS_WRITE)
def listed(actor: Actor) -> str:
    """Every token of the förbund."""
    rows = service.list_tokens(actor)
    done = _("Nyckeln är återkallad och öppnar inget mer.") if request.args.get("klart") else ""
    return render_template(
        "users/tokens.html",
        actor=actor,
        rows=rows,
        open_rows=[row for row in rows if present.token_standing(row)[0] == "on"],
        table=listing.token_table(rows),
        done=done,
    )


@pages.route("/ny", permission=Permission.TOKENS_WRITE)
def new(actor: Actor) -> str:
    """An empty form."""
    return _form(actor, Form())


@pages.route("/ny", permission=Permission.TOKENS_WRITE, methods=("POST",))
def make(actor: Actor) -> Any:
    """Make the token and show it, this once."""
    form = bind(schemas.TokenIn, request.form)
    if form.ok:
        try:
            made = service.make_token(actor, form.values)
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            page = render_template("users/token_made.html", actor=actor, made=made, name=form.values["name"])
            answer = make_response(page)
            answer.headers["Cache-Control"] = "no-store"
            return answer
    return _form(actor, form), 422


@pages.route("/<uuid:token_id>/aterkalla", permission=Permission.TOKENS_WRITE, methods=("POST",))
def revoke(actor: Actor, token_id: UUID) -> Response:
    """Call a token back."""
    service.revoke_token(actor, token_id)
    return redirect(url_for("tokens.listed", slug=actor.slug, klart="1"), 303)


def _form(actor: Actor, form: Form) -> str:
    options = [(each.value, str(present.PERMISSION_WORDS[each])) for each in service.grantable(actor)]
    return render_template("users/token_new.html", actor=actor, form=form, options=options)
