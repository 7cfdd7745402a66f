"""The HTML door of the search. The form is posted, so that no name or number stands in an address."""

from __future__ import annotations

from typing import Any

from flask import request

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.modules.casework.doors import render
from fyrklang.modules.casework.finding import present, schemas, service
from fyrklang.sdk.insatser import insatser
from fyrklang.sdk.routes import Pages
from fyrklang.web.forms import Form, bind

pages = Pages("finding", __name__, prefix="/sok")


@pages.route("", permission=Permission.CASES_READ)
def ask(actor: Actor) -> str:
    """The search page with nothing asked yet."""
    return _shown(actor, Form.of({}), service.find(actor, ""))


@pages.route("", permission=Permission.CASES_READ, methods=("POST",))
def find(actor: Actor) -> Any:
    """What was found."""
    form = bind(schemas.SearchIn, request.form)
    if not form.ok:
        return _shown(actor, form, service.find(actor, "")), 422
    return _shown(actor, form, service.find(actor, form.values["q"]))


def _shown(actor: Actor, form: Form, found: service.Found) -> str:
    known = insatser(actor.session, actor.context.interventions)
    return render("search", actor, form=form, found=found, table=present.table(actor, found, known))
