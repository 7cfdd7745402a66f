"""The HTML door of the portfolio: time, needs and money over all insatser, and the life of one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response as FileResponse
from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fyrklang.access.actor import Actor
from fyrklang.access.guard import place
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Conflict, Invalid, NotFound
from fyrklang.modules.portfolio import present, protocol, schemas, service
from fyrklang.sdk import codes
from fyrklang.sdk.audit import EXPORTED, record
from fyrklang.sdk.insatser import insatser
from fyrklang.sdk.portfolio import one_insats
from fyrklang.sdk.routes import Pages
from fyrklang.web.forms import Form, bind
from fyrklang.web.uploads import DOCX, PDF, deliver, receive

pages = Pages("portfolio", __name__, prefix="/portfolj")
MOST_PAPER = 10_000_000


@pages.route("", permission=Permission.ECONOMY_READ)
def overview(actor: Actor) -> str:
    """Decisions, money and staff of every insats of a year."""
    year = _year()
    lines = service.overview(actor, year)
    return _render("overview", actor, lines=lines, year=year, waiting=service.waiting(actor), view="overview")


@pages.route("/tidslinje", permission=Permission.INTERVENTIONS_READ)
def timeline(actor: Actor) -> str:
    """When each insats runs."""
    return _render(
        "timeline", actor, found=list(insatser(actor.session).values()), today=clock.today(), view="timeline"
    )


@pages.route("/malgrupper", permission=Permission.INTERVENTIONS_READ)
def matrix(actor: Actor) -> str:
    """Which needs are met in which forms, and where nothing runs."""
    return _render("matrix", actor, found=list(insatser(actor.session).values()), view="matrix")


@pages.route("/<uuid:intervention_id>", permission=Permission.INTERVENTIONS_READ)
def life(actor: Actor, intervention_id: UUID) -> str:
    """The life of one insats, and the next steps."""
    return _life_page(actor, intervention_id)


@pages.route("/<uuid:intervention_id>/steg/<step>", permission=Permission.INTERVENTIONS_WRITE)
def step_form(actor: Actor, intervention_id: UUID, step: str) -> str:
    """The form for a step."""
    insats = one_insats(actor.session, intervention_id)
    start = {"on_date": clock.today()}
    if step == "DECIDE":
        start["first_day"] = insats.starts_on
    return _step_page(actor, intervention_id, step, Form.of(start))


@pages.route(
    "/<uuid:intervention_id>/steg/<step>", permission=Permission.INTERVENTIONS_WRITE, methods=("POST",)
)
def take_step(actor: Actor, intervention_id: UUID, step: str) -> Any:
    """Take a step."""
    form = bind(schemas.StepForm, request.form)
    if form.ok:
        try:
            service.take_step(actor, intervention_id, step, form.values)
        except Invalid as fault:
            form.add_errors(fault.fields)
        except Conflict as fault:
            return _life_page(actor, intervention_id, fault.detail), 409
        else:
            return _see(actor, "life", intervention_id=intervention_id)
    return _step_page(actor, intervention_id, step, form), 422


@pages.route(
    "/<uuid:intervention_id>/angra/<uuid:step_id>",
    permission=Permission.INTERVENTIONS_WRITE,
    methods=("POST",),
)
def undo(actor: Actor, intervention_id: UUID, step_id: UUID) -> Any:
    """Take back the latest step."""
    try:
        if request.form.get("sure"):
            service.undo_step(actor, intervention_id, step_id)
    except Conflict as fault:
        return _life_page(actor, intervention_id, fault.detail), 409
    return _see(actor, "life", intervention_id=intervention_id)


@pages.route("/<uuid:intervention_id>/ansokan", permission=Permission.INTERVENTIONS_WRITE)
def application(actor: Actor, intervention_id: UUID) -> str:
    """The application under its headings."""
    row = service.application_of(actor, intervention_id)
    stored = {name: getattr(row, name) for name in (*protocol.PARTS, "version")}
    return _application_page(actor, intervention_id, Form.of(stored))


@pages.route("/<uuid:intervention_id>/ansokan", permission=Permission.INTERVENTIONS_WRITE, methods=("POST",))
def save_application(actor: Actor, intervention_id: UUID) -> Any:
    """Keep the application, unless somebody else wrote in it meanwhile."""
    form = bind(schemas.ApplicationForm, request.form)
    if not form.ok:
        return _application_page(actor, intervention_id, form), 422
    version = form.values.pop("version")
    try:
        service.write_application(actor, intervention_id, form.values, version)
    except Conflict as fault:
        form.add_errors({"": fault.detail})
        return _application_page(actor, intervention_id, form), 409
    return _see(actor, "life", intervention_id=intervention_id)


@pages.route("/<uuid:intervention_id>/underlag.pdf", permission=Permission.ECONOMY_READ)
def paper(actor: Actor, intervention_id: UUID) -> FileResponse:
    """The decision paper: application, preparation and money, for the board."""
    insats = one_insats(actor.session, intervention_id)
    here = place()
    invented = here is not None and here.synthetic
    content = present.paper(
        insats,
        service.application_of(actor, intervention_id),
        service.steps_of(actor, intervention_id),
        service.money_of(actor, intervention_id),
        (here.tenant_name if here else actor.slug, invented),
    )
    record(actor, EXPORTED)
    answer = FileResponse(content, content_type="application/pdf")
    mark = "pahittat-" if invented else ""
    answer.headers["Content-Disposition"] = f'attachment; filename="{mark}{actor.slug}-beslutsunderlag.pdf"'
    return answer


@pages.route(
    "/<uuid:intervention_id>/handlingar",
    permission=Permission.INTERVENTIONS_WRITE,
    methods=("POST",),
    takes_file=True,
)
def attach(actor: Actor, intervention_id: UUID) -> Any:
    """Keep a document."""
    try:
        service.attach(actor, intervention_id, receive("file", PDF, DOCX, most=MOST_PAPER))
    except Invalid as fault:
        return _life_page(actor, intervention_id, form=Form.of().add_errors(fault.fields)), 422
    return _see(actor, "life", intervention_id=intervention_id)


@pages.route("/<uuid:intervention_id>/handlingar/<uuid:paper_id>", permission=Permission.INTERVENTIONS_READ)
def document(actor: Actor, intervention_id: UUID, paper_id: UUID) -> FileResponse:
    """One document, to save."""
    found = service.get_paper(actor, intervention_id, paper_id)
    record(actor, EXPORTED)
    return deliver(found.name, found.mimetype, found.content)


@pages.route(
    "/<uuid:intervention_id>/handlingar/<uuid:paper_id>",
    permission=Permission.INTERVENTIONS_WRITE,
    methods=("POST",),
)
def detach(actor: Actor, intervention_id: UUID, paper_id: UUID) -> Any:
    """Take a document away."""
    if request.form.get("sure"):
        service.detach(actor, intervention_id, paper_id)
    return _see(actor, "life", intervention_id=intervention_id)


def _year() -> int:
    """The year the address names, else this one."""
    year = request.args.get("year", default=0, type=int)
    return year if 2000 <= year <= 2100 else clock.today().year


def _life_page(actor: Actor, intervention_id: UUID, fault: str = "", form: Form | None = None) -> str:
    insats = one_insats(actor.session, intervention_id)
    reads_money = actor.may(Permission.ECONOMY_READ)
    return _render(
        "life",
        actor,
        insats=insats,
        steps=service.steps_of(actor, intervention_id),
        application=service.application_of(actor, intervention_id),
        money=service.money_of(actor, intervention_id) if reads_money else None,
        next_steps=protocol.possible(insats.status),
        fault=fault,
        form=form or Form.of(),
        papers=service.papers_of(actor, intervention_id),
    )


def _step_page(actor: Actor, intervention_id: UUID, code: str, form: Form) -> str:
    insats = one_insats(actor.session, intervention_id)
    kind = protocol.STEPS.get(code)
    if kind is None:
        raise NotFound
    return _render("step", actor, insats=insats, code=code, kind=kind, form=form)


def _application_page(actor: Actor, intervention_id: UUID, form: Form) -> str:
    return _render("application", actor, insats=one_insats(actor.session, intervention_id), form=form)


def _render(name: str, actor: Actor, **values: Any) -> str:
    return render_template(
        f"portfolio/{name}.html",
        actor=actor,
        present=present,
        protocol=protocol,
        codes=codes,
        tabs=present.tabs(actor, values.get("view", "")),
        may_write=actor.may(Permission.INTERVENTIONS_WRITE),
        **values,
    )


def _see(actor: Actor, view: str, **values: Any) -> Response:
    return redirect(url_for(f"portfolio.{view}", slug=actor.slug, **values), 303)
