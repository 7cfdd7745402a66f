"""The HTML door of files read in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response as FileResponse
from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fyrklang.access.actor import Actor
from fyrklang.access.guard import place
from fyrklang.access.permissions import Permission
from fyrklang.kernel.errors import Conflict, Invalid
from fyrklang.modules.imports import present, service
from fyrklang.sdk.audit import EXPORTED, record
from fyrklang.sdk.jobs import job_view
from fyrklang.sdk.routes import Pages
from fyrklang.sdk.sheets import XLSX as XLSX_TYPE
from fyrklang.sdk.sheets import Sheet, xlsx
from fyrklang.web.forms import Form
from fyrklang.web.uploads import CSV, XLSX, receive

pages = Pages("imports", __name__, prefix="/las-in")
MAY = Permission.INTERVENTIONS_WRITE


@pages.route("", permission=MAY)
def batches(actor: Actor) -> str:
    """What can be read in, and what was."""
    return _render("batches", actor, kinds=service.allowed(actor), found=service.list_batches(actor))


@pages.route("/ny/<kind>", permission=MAY)
def new(actor: Actor, kind: str) -> str:
    """The form for a file of one kind."""
    return _render("new", actor, importer=service.kind_of(actor, kind), form=Form.of())


@pages.route("/ny/<kind>", permission=MAY, methods=("POST",), takes_file=True)
def upload(actor: Actor, kind: str) -> Any:
    """Keep a file's rows for a look."""
    importer = service.kind_of(actor, kind)
    try:
        made = service.stage(actor, kind, receive("file", XLSX, CSV))
    except Invalid as fault:
        return _render("new", actor, importer=importer, form=Form.of().add_errors(fault.fields)), 422
    return _see(actor, "batch", batch_id=made)


@pages.route("/ny/<kind>/mall.xlsx", permission=MAY)
def template(actor: Actor, kind: str) -> FileResponse:
    """An empty sheet with the headings of a kind."""
    importer = service.kind_of(actor, kind)
    header = [str(label) for label in importer.labels.values()]
    return _file(actor, Sheet(str(importer.label), header, ()), f"mall-{kind}")


@pages.route("/<uuid:batch_id>", permission=MAY)
def batch(actor: Actor, batch_id: UUID) -> str:
    """What a file would do or has done: columns, first rows, and rows with faults."""
    return _batch_page(actor, batch_id)


@pages.route("/<uuid:batch_id>/kolumner", permission=MAY, methods=("POST",))
def columns(actor: Actor, batch_id: UUID) -> Any:
    """Say which column means what."""
    row = service.get_batch(actor, batch_id)
    names = service.kind_of(actor, row.kind).labels
    chosen = {name: request.form.get(f"kolumn.{name}", default=-1, type=int) for name in names}
    form = Form(raw=request.form.to_dict(flat=False))
    try:
        service.choose_columns(actor, batch_id, chosen)
    except Invalid as fault:
        form.add_errors({f"kolumn.{name}": sentence for name, sentence in fault.fields.items()})
        return _batch_page(actor, batch_id, form), 422
    except Conflict as fault:
        return _batch_page(actor, batch_id, form.add_errors({"": fault.detail})), 409
    return _see(actor, "batch", batch_id=batch_id)


@pages.route("/<uuid:batch_id>", permission=MAY, methods=("POST",))
def decide(actor: Actor, batch_id: UUID) -> Any:
    """Lay the good rows in, or take them back."""
    deed = service.undo if request.form.get("deed") == "undo" else service.confirm
    try:
        deed(actor, batch_id)
    except Conflict as fault:
        return _batch_page(actor, batch_id, Form.of().add_errors({"": fault.detail})), 409
    return _see(actor, "batch", batch_id=batch_id)


@pages.route("/<uuid:batch_id>/fel.xlsx", permission=MAY)
def faults(actor: Actor, batch_id: UUID) -> FileResponse:
    """The rows with faults as they came, with a column that says why."""
    row = service.get_batch(actor, batch_id)
    importer = service.kind_of(actor, row.kind)
    return _file(actor, present.fault_sheet(importer, row, service.faulty_rows(actor, batch_id)), "fel")


@pages.route("/<uuid:batch_id>/gang", permission=MAY)
def working(actor: Actor, batch_id: UUID) -> FileResponse:
    """How far the work with a large file has come: a fragment, then a reload."""
    row = service.get_batch(actor, batch_id)
    view = job_view(actor, row.job) if row.job else None
    answer = make_response(_render("working", actor, row=row, job=view))
    if view is None or view.settled:
        answer.headers["HX-Refresh"] = "true"
    return answer


def _batch_page(actor: Actor, batch_id: UUID, form: Form | None = None) -> str:
    row = service.get_batch(actor, batch_id)
    importer = service.kind_of(actor, row.kind)
    stored = {f"kolumn.{name}": place for name, place in row.mapping.items()}
    return _render(
        "batch",
        actor,
        row=row,
        importer=importer,
        form=form if form and form.raw else Form.of(stored).add_errors(form.errors if form else {}),
        first=service.first_rows(actor, batch_id) if row.state != "DONE" else (),
        faulty=service.faulty_rows(actor, batch_id, service.SHOWN),
        job=job_view(actor, row.job) if row.job else None,
    )


def _file(actor: Actor, sheet: Sheet, name: str) -> FileResponse:
    here = place()
    invented = here is not None and here.synthetic
    record(actor, EXPORTED)
    answer = FileResponse(xlsx([sheet], synthetic=False), mimetype=XLSX_TYPE)
    mark = "pahittat-" if invented else ""
    answer.headers["Content-Disposition"] = f'attachment; filename="{mark}{actor.slug}-{name}.xlsx"'
    return answer


def _render(name: str, actor: Actor, **values: Any) -> str:
    return render_template(f"imports/{name}.html", actor=actor, present=present, service=service, **values)


def _see(actor: Actor, view: str, **values: Any) -> Response:
    return redirect(url_for(f"imports.{view}", slug=actor.slug, **values), 303)
