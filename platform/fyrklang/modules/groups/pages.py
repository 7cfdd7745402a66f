"""The HTML door of groups: the list, a new group, one group with its grid, and one meeting's attendance."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID, uuid4

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Conflict, Invalid
from fyrklang.modules.groups import present, schemas, service
from fyrklang.sdk.care import own_interventions
from fyrklang.sdk.routes import Pages
from fyrklang.web.forms import Form, bind
from fyrklang.web.i18n import gettext as _

pages = Pages("groups", __name__, prefix="/grupper")
_MARK = "mark-"


@pages.route("", permission=Permission.CASES_WRITE)
def groups(actor: Actor) -> str:
    """Groups in one's insatser, the one that meets next first."""
    names = own_interventions(actor.session)
    return _render("list", actor, rows=service.list_series(actor), interventions=names)


@pages.route("/ny", permission=Permission.CASES_WRITE)
def new(actor: Actor) -> str:
    """A form filled from the chosen template."""
    code = request.args.get("mall", "")
    template = present.TEMPLATES.get(code, present.TEMPLATES["OWN"])
    start = {
        "template": code if code in present.TEMPLATES else "OWN",
        "name": str(template.words).split(",")[0] if template.themes else "",
        "themes": "\n".join(str(theme) for theme in template.themes),
        "leaders": "\n".join(_("namn, %(profession)s", profession=word) for word in template.professions),
        "every_days": 7,
        "first_on": clock.today(),
    }
    return _new_page(actor, Form.of(start))


@pages.route("/ny", permission=Permission.CASES_WRITE, methods=("POST",))
def create(actor: Actor) -> Any:
    """Save a new group with its meetings."""
    form = bind(schemas.SeriesIn, request.form)
    if form.ok:
        try:
            made = service.create_series(actor, form.values)
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            return _see(actor, "show", series_id=made)
    return _new_page(actor, form), 422


@pages.route("/<uuid:series_id>", permission=Permission.CASES_READ)
def show(actor: Actor, series_id: UUID) -> str:
    """One group: its meetings against those on its list, and who may be put there."""
    return _show_page(actor, series_id, Form())


@pages.route("/<uuid:series_id>/lista", permission=Permission.CASES_WRITE, methods=("POST",))
def change_list(actor: Actor, series_id: UUID) -> Any:
    """Save who is on the list."""
    form = bind(schemas.PlacesIn, request.form)
    if form.ok:
        try:
            service.set_list(actor, series_id, form.values["stay_ids"])
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            return _see(actor, "show", series_id=series_id, klart="lista")
    return _show_page(actor, series_id, form), 422


@pages.route("/traffar/<uuid:meeting_id>", permission=Permission.CASES_READ)
def meeting(actor: Actor, meeting_id: UUID) -> str:
    """One meeting's list, a choice for each."""
    return _meeting_page(actor, meeting_id, None)


@pages.route("/traffar/<uuid:meeting_id>", permission=Permission.CASES_WRITE, methods=("POST",))
def save(actor: Actor, meeting_id: UUID) -> Any:
    """Save who came, from a page without script."""
    form = bind(schemas.HeadsIn, request.form)
    chosen = {name.removeprefix(_MARK): mark for name, mark in request.form.items() if name.startswith(_MARK)}
    status = 422
    if form.ok:
        checked = bind(schemas.HeadsIn, request.form).values
        marks, faults = _marks(chosen)
        form.add_errors(faults)
        if not faults:
            try:
                service.save_attendance(actor, meeting_id, {**checked, "marks": marks})
            except Invalid as fault:
                form.add_errors({"": next(iter(fault.fields.values()), fault.detail)})
            except Conflict as fault:
                form.add_errors({"": fault.detail})
                status = 409
            else:
                return _see(actor, "meeting", meeting_id=meeting_id, klart="sparad")
    return _meeting_page(actor, meeting_id, form, chosen), status


def _marks(chosen: dict[str, str]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    schema = schemas.MarkIn()
    items = [{"stay_id": stay, "mark": mark} for stay, mark in chosen.items()]
    if any(schema.validate(item) for item in items):
        return [], {"": _("Ett av valen gick inte att läsa. Ladda om sidan.")}
    return [schema.load(item) for item in items], {}


def _new_page(actor: Actor, form: Form) -> str:
    options = [(code, template.words) for code, template in present.TEMPLATES.items()]
    names = own_interventions(actor.session)
    return _render("new", actor, form=form, interventions=names, template_options=options)


def _show_page(actor: Actor, series_id: UUID, form: Form) -> str:
    series = service.get_series(actor, series_id)
    meetings = service.meetings_of(actor, series_id)
    lines = service.grid(actor, series, meetings)
    listed = {str(line.person.stay_id) for line in lines}
    options = [(str(each.stay_id), each.code) for each in service.may_join(actor, series)]
    return _render(
        "show",
        actor,
        form=form,
        series=series,
        meetings=meetings,
        lines=lines,
        listed=form.chosen("stay_ids") if form.errors else listed,
        options=options,
        interventions=own_interventions(actor.session),
        facts=present.facts(series),
        legend=present.legend(),
        done=request.args.get("klart", ""),
    )


def _meeting_page(
    actor: Actor, meeting_id: UUID, form: Form | None, chosen: dict[str, str] | None = None
) -> str:
    row, series = service.get_meeting(actor, meeting_id)
    lines = service.attendance(actor, row, series)
    shown = form or Form.of({name: getattr(row, name) for name in present.HEADS})
    marks = {str(line.person.stay_id): line.mark for line in lines} if chosen is None else chosen
    return _render(
        "meeting",
        actor,
        form=shown,
        meeting=row,
        series=series,
        lines=lines,
        marks=marks,
        counts=Counter(mark for mark in marks.values() if mark),
        total=len(service.meetings_of(actor, series.id)),
        key=uuid4(),
        when=present.when(row, series),
        facts=[each for each in present.facts(series) if each[1] != series.place],
        legend=present.legend(),
        done=request.args.get("klart", ""),
    )


def _render(template: str, actor: Actor, **values: Any) -> str:
    return render_template(f"groups/{template}.html", actor=actor, words=present, **values)


def _see(actor: Actor, view: str, **values: Any) -> Response:
    return redirect(url_for(f"groups.{view}", slug=actor.slug, **values), 303)
