"""The HTML door of tasks."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import request, url_for
from werkzeug.wrappers import Response

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Conflict, Invalid
from fyrklang.modules.casework import stays
from fyrklang.modules.casework.doors import render, see
from fyrklang.modules.casework.models import Task
from fyrklang.modules.casework.tasks import present, schemas, service
from fyrklang.sdk.routes import Pages
from fyrklang.web.forms import Form, bind

pages = Pages("tasks", __name__)
READ, WRITE = Permission.CASES_READ, Permission.CASES_WRITE


@pages.route("/uppgifter", permission=READ)
def index(actor: Actor) -> str:
    """Open tasks: one's own, or the whole team's."""
    mine = request.args.get("visa") != "teamet"
    rows = service.open_tasks(actor, mine=mine)
    names = {
        each.person_id: each.name
        for insats in actor.context.interventions
        for each in service.team(actor, insats)
    }
    return render(
        "tasks", actor, table=present.table(actor, rows, names), mine=mine, full=len(rows) == service.SOME
    )


@pages.route("/deltagare/<uuid:stay_id>/uppgift", permission=READ)
def new(actor: Actor, stay_id: UUID) -> str:
    """The form for a new task."""
    case = stays.case_of(actor, stay_id)
    return _form(actor, case, Form.of({"due_on": clock.today(), "assigned_to": actor.person_id}))


@pages.route("/deltagare/<uuid:stay_id>/uppgift", permission=WRITE, methods=("POST",))
def make(actor: Actor, stay_id: UUID) -> Any:
    """Save a new task."""
    case = stays.opened(actor, stay_id)
    form = bind(schemas.TaskIn, request.form)
    if form.ok:
        try:
            service.make(actor, stay_id, form.values)
        except Invalid as fault:
            form.add_errors(fault.fields)
        except Conflict as fault:
            form.add_errors({"": fault.detail})
        else:
            return see(actor, "cases.show", stay_id=stay_id, klart="task")
    return _form(actor, case, form), 422


@pages.route("/uppgifter/<uuid:task_id>", permission=READ)
def edit(actor: Actor, task_id: UUID) -> str:
    """A task, to change, give away or mark as done."""
    row = service.one(actor, task_id)
    stored = {name: getattr(row, name) for name in schemas.TaskIn().fields}
    return _edit(actor, row, Form.of(stored))


@pages.route("/uppgifter/<uuid:task_id>", permission=WRITE, methods=("POST",))
def change(actor: Actor, task_id: UUID) -> Any:
    """Save a changed task."""
    row = service.one(actor, task_id)
    form = bind(schemas.TaskIn, request.form)
    if form.ok:
        try:
            service.change(actor, task_id, form.values)
        except Invalid as fault:
            form.add_errors(fault.fields)
        except Conflict as fault:
            form.add_errors({"": fault.detail})
        else:
            return see(actor, "tasks.index", klart="task")
    return _edit(actor, row, form), 422


@pages.route("/uppgifter/<uuid:task_id>/klar", permission=WRITE, methods=("POST",))
def settle(actor: Actor, task_id: UUID) -> Response:
    """Mark a task as done."""
    service.settle(actor, task_id)
    return see(actor, "tasks.index", klart="settled")


@pages.route("/uppgifter/<uuid:task_id>/oppna", permission=WRITE, methods=("POST",))
def reopen(actor: Actor, task_id: UUID) -> Response:
    """Take back that a task was done."""
    service.reopen(actor, task_id)
    return see(actor, "tasks.edit", task_id=task_id)


def _form(actor: Actor, case: stays.Case, form: Form) -> str:
    back = url_for("cases.show", slug=actor.slug, stay_id=case.stay.id)
    return render(
        "task",
        actor,
        form=form,
        row=None,
        title=case.person.code,
        people=present.takers(case.team),
        back=back,
    )


def _edit(actor: Actor, row: Task, form: Form) -> str:
    people = present.takers(service.team(actor, row.intervention_id))
    back = url_for("tasks.index", slug=actor.slug)
    return render("task", actor, form=form, row=row, title="", people=people, back=back)
