"""The HTML door of insatser: portfolio, one insats, its form, its goal and its counts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response as FlaskResponse
from flask import make_response, redirect, render_template, request, url_for
from marshmallow import Schema
from werkzeug.wrappers import Response

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Conflict, Invalid
from fyrklang.modules.interventions import charts, listing, present, schemas, service
from fyrklang.modules.interventions.models import COUNT_FIELDS, on_people
from fyrklang.sdk import codes
from fyrklang.sdk.jobs import job_view
from fyrklang.sdk.lists import chosen, list_file, list_tools
from fyrklang.sdk.measures import MEASURES
from fyrklang.sdk.portfolio import links_of
from fyrklang.sdk.results import measure_series
from fyrklang.sdk.routes import Pages
from fyrklang.web.forms import Form, bind
from fyrklang.web.i18n import gettext as _
from fyrklang.web.tables import Table

pages = Pages("interventions", __name__, prefix="/insatser")

CountForm = Schema.from_dict(
    {f"{sex}_{name}": schemas.count_field(load_default=0) for sex in codes.SEXES for name in COUNT_FIELDS},
    name="CountForm",
)


@pages.route("", permission=Permission.INTERVENTIONS_READ)
def portfolio(actor: Actor) -> Any:
    """Every insats of the förbund with what it reached in one year."""
    wanted = bind(schemas.InterventionFilter, request.args).values or schemas.InterventionFilter().load({})
    years = service.reported_years(actor)
    year = wanted["year"] = wanted["year"] or next(iter(years), clock.today().year)

    def everything() -> Table:
        whole = service.list_interventions(
            actor, service.Filter(**{**wanted, "page": 1, "page_size": service.EVERY})
        )
        return listing.portfolio_table(present.portfolio(actor, whole, years, year), year)

    if sent := list_file(actor, f"insatser-{year}", everything):
        return sent
    found = service.list_interventions(actor, service.Filter(**wanted))
    view = present.portfolio(actor, found, years, year)
    table = listing.portfolio_table(view, year)
    shown: dict[str, Any] = {"table": chosen(table), "tools": list_tools(table, actor)}
    return _render("portfolio", actor, view=view, found=found, wanted=wanted, year=year, **shown)


@pages.route("/<uuid:intervention_id>", permission=Permission.INTERVENTIONS_READ)
def show(actor: Actor, intervention_id: UUID) -> str:
    """Goal and result of one insats."""
    row = service.get_intervention(actor, intervention_id)
    series = measure_series(actor.session, intervention_id, "M1")
    years = series.years()
    year = request.args.get("year", type=int) or (years[-1] if years else clock.today().year)
    may_count = actor.may(Permission.COUNTS_WRITE) and row.direction == "INDIVIDUAL"
    may_count = may_count and not on_people(row, year)
    return _render(
        "show",
        actor,
        row=row,
        years=years,
        year=year,
        view=present.result(actor, row, series, year),
        counts=present.count_table(actor, intervention_id, year) if may_count else None,
        published=service.sourced_facts(actor, intervention_id),
        measure=MEASURES["M1"],
        may_count=may_count,
        may_write=actor.may(Permission.INTERVENTIONS_WRITE),
        job=_job(actor),
        links=links_of(actor, intervention_id),
    )


@pages.route("/ny", permission=Permission.INTERVENTIONS_WRITE)
def new(actor: Actor) -> str:
    """An empty form for an insats."""
    start = {"direction": "INDIVIDUAL", "status": "RUNNING", "follow_up_method": "COUNT_ONLY"}
    return _form_page(actor, Form.of(start), None)


@pages.route("/ny", permission=Permission.INTERVENTIONS_WRITE, methods=("POST",))
def create(actor: Actor) -> Any:
    """Save a new insats."""
    form = bind(schemas.InterventionIn, request.form)
    if form.ok:
        try:
            made = service.create_intervention(actor, form.values)
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            return _see(actor, "show", intervention_id=made)
    return _form_page(actor, form, None), 422


@pages.route("/<uuid:intervention_id>/andra", permission=Permission.INTERVENTIONS_WRITE)
def edit(actor: Actor, intervention_id: UUID) -> str:
    """The form with what is stored."""
    row = service.get_intervention(actor, intervention_id)
    return _form_page(actor, Form.of(row._asdict()), row)


@pages.route("/<uuid:intervention_id>/andra", permission=Permission.INTERVENTIONS_WRITE, methods=("POST",))
def change(actor: Actor, intervention_id: UUID) -> Any:
    """Save an edited insats, unless somebody else did meanwhile."""
    row = service.get_intervention(actor, intervention_id)
    form = bind(schemas.InterventionChange, request.form)
    if form.ok:
        version = form.values.pop("version")
        try:
            service.update_intervention(actor, intervention_id, form.values, version)
        except Invalid as fault:
            form.add_errors(fault.fields)
        except Conflict as fault:
            form.add_errors({"": fault.detail})
            return _form_page(actor, form, row, changed=present.differences(form, row)), 409
        else:
            return _see(actor, "show", intervention_id=intervention_id)
    return _form_page(actor, form, row), 422


@pages.route("/<uuid:intervention_id>/mal", permission=Permission.INTERVENTIONS_WRITE)
def goal(actor: Actor, intervention_id: UUID) -> str:
    """The form for a goal."""
    row = service.get_intervention(actor, intervention_id)
    return _goal_page(actor, row, Form.of({"first_year": clock.today().year, "measure": "M1"}))


@pages.route("/<uuid:intervention_id>/mal", permission=Permission.INTERVENTIONS_WRITE, methods=("POST",))
def save_goal(actor: Actor, intervention_id: UUID) -> Any:
    """Save a goal from a year on."""
    row = service.get_intervention(actor, intervention_id)
    form = bind(schemas.GoalIn, request.form)
    if form.ok:
        permille = round(form.values["target_percent"] * 10)
        service.set_goal(actor, row.id, form.values["measure"], permille, form.values["first_year"])
        return _see(actor, "show", intervention_id=row.id)
    return _goal_page(actor, row, form), 422


@pages.route("/<uuid:intervention_id>/antal", permission=Permission.COUNTS_WRITE)
def count(actor: Actor, intervention_id: UUID) -> str:
    """The form for a quarter's counts, filled with what is stored."""
    row = service.get_intervention(actor, intervention_id)
    year, quarter = _period()
    stored = service.counts_of(actor, row.id, year, quarter)
    flat = {f"{sex}_{name}": value for sex, numbers in stored.items() for name, value in numbers.items()}
    return _count_page(actor, row, Form.of(flat), (year, quarter))


@pages.route("/<uuid:intervention_id>/antal", permission=Permission.COUNTS_WRITE, methods=("POST",))
def save_count(actor: Actor, intervention_id: UUID) -> Any:
    """Save a quarter's counts and show the insats while its figures are counted anew."""
    row = service.get_intervention(actor, intervention_id)
    year, quarter = _period()
    form = bind(CountForm, request.form)
    if form.ok:
        numbers = {sex: {name: form.values[f"{sex}_{name}"] for name in COUNT_FIELDS} for sex in codes.SEXES}
        try:
            job_id = service.register_counts(actor, row.id, (year, quarter), numbers)
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            return _see(actor, "show", intervention_id=row.id, year=year, job=job_id)
    return _count_page(actor, row, form, (year, quarter)), 422


@pages.route("/raknas/<uuid:job_id>", permission=Permission.INTERVENTIONS_READ)
def counting(actor: Actor, job_id: UUID) -> FlaskResponse:
    """How far the recount has come: a fragment the page asks for until it is done, then a reload."""
    job = job_view(actor, job_id)
    answer = make_response(_render("counting", actor, job=job))
    if job.settled:
        answer.headers["HX-Refresh"] = "true"
    return answer


def _job(actor: Actor) -> Any:
    job_id = request.args.get("job", type=UUID)
    return job_view(actor, job_id) if job_id else None


def _period() -> tuple[int, int]:
    """The quarter the address names, else the last one that has ended."""
    usual = service.latest_open_quarter(clock.today())
    year = request.args.get("year", default=usual[0], type=int)
    quarter = request.args.get("quarter", default=usual[1], type=int)
    if not (2000 <= year <= 2100 and 1 <= quarter <= 4):
        return usual
    return year, quarter


def _form_page(actor: Actor, form: Form, row: Any, changed: Any = ()) -> str:
    return _render("form", actor, form=form, row=row, changed=changed)


def _goal_page(actor: Actor, row: Any, form: Form) -> str:
    choices = [(code, MEASURES[code].name) for code in schemas.SHARES]
    goals = service.list_goals(actor, row.id)
    return _render("goal", actor, row=row, form=form, choices=choices, goals=goals)


def _count_page(actor: Actor, row: Any, form: Form, period: tuple[int, int]) -> str:
    labels = {
        "started": _("Startade"),
        "ongoing": _("Pågick vid kvartalets slut"),
        "ended": _("Avslutade"),
        "known_outcome": _("Avslutade med känt utfall"),
        "ended_work_study": _("Till arbete eller studier"),
    }
    return _render(
        "count",
        actor,
        row=row,
        form=form,
        year=period[0],
        quarter=period[1],
        labels=labels,
        sexes=codes.SEXES,
        this_year=clock.today().year,
    )


def _render(name: str, actor: Actor, **values: Any) -> str:
    helpers = {"listing": listing, "charts": charts, "codes": codes, "measures": MEASURES}
    return render_template(f"interventions/{name}.html", actor=actor, **helpers, **values)


def _see(actor: Actor, view: str, **values: Any) -> Response:
    return redirect(url_for(f"interventions.{view}", slug=actor.slug, **values), 303)
