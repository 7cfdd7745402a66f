"""The HTML door of files."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response as FlaskResponse
from flask import request

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel.errors import Invalid
from fyrklang.modules.casework import identity, stays
from fyrklang.modules.casework.attachments import schemas, service
from fyrklang.modules.casework.doors import render, see
from fyrklang.sdk.routes import Pages
from fyrklang.web.forms import Form, bind
from fyrklang.web.uploads import DOCX, JPEG, PDF, PNG, deliver, receive

pages = Pages("attachments", __name__, prefix="/deltagare")
READ, WRITE = Permission.CASES_READ, Permission.CASES_WRITE


@pages.route("/<uuid:stay_id>/bilagor", permission=READ)
def index(actor: Actor, stay_id: UUID) -> str:
    """The files of a stay, and the form for another."""
    return _page(actor, stay_id, Form.of({"sharing": "OWN"}))


@pages.route("/<uuid:stay_id>/bilagor", permission=WRITE, methods=("POST",), takes_file=True)
def attach(actor: Actor, stay_id: UUID) -> Any:
    """Keep a file."""
    stays.opened(actor, stay_id)
    form = bind(schemas.AttachmentIn, request.form)
    if form.ok:
        try:
            sent = receive("file", PDF, JPEG, PNG, DOCX, most=service.MOST_BYTES)
            service.attach(actor, stay_id, form.values, sent)
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            return see(actor, "attachments.index", stay_id=stay_id, klart="attached")
    return _page(actor, stay_id, form), 422


@pages.route("/<uuid:stay_id>/bilagor/<uuid:attachment_id>", permission=READ)
def fetch(actor: Actor, stay_id: UUID, attachment_id: UUID) -> FlaskResponse:
    """One file, to save."""
    return deliver(*service.fetch(actor, stay_id, attachment_id))


@pages.route("/<uuid:stay_id>/bilagor/<uuid:attachment_id>/ta-bort", permission=WRITE)
def before_detaching(actor: Actor, stay_id: UUID, attachment_id: UUID) -> str:
    """Whether one is sure: a file that is taken away is gone."""
    return _sure(actor, stay_id, attachment_id)


@pages.route("/<uuid:stay_id>/bilagor/<uuid:attachment_id>/ta-bort", permission=WRITE, methods=("POST",))
def detach(actor: Actor, stay_id: UUID, attachment_id: UUID) -> Any:
    """Take a file away."""
    if request.form.get("sure") != "1":
        return _sure(actor, stay_id, attachment_id), 422
    service.detach(actor, stay_id, attachment_id)
    return see(actor, "attachments.index", stay_id=stay_id, klart="detached")


def _sure(actor: Actor, stay_id: UUID, attachment_id: UUID) -> str:
    case = stays.case_of(actor, stay_id)
    return render("detach", actor, case=case, file=service.own(actor, stay_id, attachment_id))


def _page(actor: Actor, stay_id: UUID, form: Form) -> str:
    case = stays.case_of(actor, stay_id)
    return render(
        "attachments",
        actor,
        case=case,
        files=service.files(actor, case),
        may_store=case.is_open and identity.may_store(actor, case),
        most=service.MOST_BYTES // 1_000_000,
        form=form,
    )
