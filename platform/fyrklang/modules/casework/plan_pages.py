"""The HTML door of the joint plan."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from flask import Response as FlaskResponse
from flask import request

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Conflict, Invalid
from fyrklang.modules.casework import acts, codes, plans, present, printing, schemas, stays
from fyrklang.modules.casework.doors import paper, render, see
from fyrklang.sdk.audit import record
from fyrklang.sdk.routes import Pages
from fyrklang.web.forms import Form, bind

pages = Pages("plans", __name__, prefix="/deltagare")
READ, WRITE = Permission.CASES_READ, Permission.CASES_WRITE
NOW = present.NOW


@pages.route("/<uuid:stay_id>/plan", permission=READ)
def plan(actor: Actor, stay_id: UUID) -> str:
    """Goal and commitments, to change; also what is shown at a meeting."""
    return _plan(actor, stays.case_of(actor, stay_id), Form())


@pages.route("/<uuid:stay_id>/plan/mal", permission=WRITE, methods=("POST",))
def goal(actor: Actor, stay_id: UUID) -> Any:
    """Save the goal."""
    form = bind(schemas.GoalIn, request.form)
    if form.ok:
        try:
            plans.set_goal(actor, stay_id, **form.values)
        except Conflict as fault:
            form.add_errors({"goal": fault.detail})
        else:
            return see(actor, "plans.plan", stay_id=stay_id, klart="plan")
    return _plan(actor, stays.opened(actor, stay_id), form), 422


@pages.route("/<uuid:stay_id>/plan/atagande", permission=WRITE, methods=("POST",))
def commit(actor: Actor, stay_id: UUID) -> Any:
    """Add a commitment."""
    case = stays.opened(actor, stay_id)
    form = bind(schemas.CommitmentIn, request.form)
    if form.ok:
        try:
            plans.commit(actor, stay_id, form.values)
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            return see(actor, "plans.plan", stay_id=stay_id, klart="plan")
    return _plan(actor, case, form), 422


@pages.route("/<uuid:stay_id>/plan/atagande/<uuid:commitment_id>", permission=READ)
def commitment(actor: Actor, stay_id: UUID, commitment_id: UUID) -> str:
    """One commitment, to change."""
    case = stays.case_of(actor, stay_id)
    row = plans.one(actor, stay_id, commitment_id)
    stored = {
        name: getattr(row, name) for name in ("party", "what", "responsible", "due_on", "state", "version")
    }
    return _commitment(actor, case, row, Form.of(stored))


@pages.route("/<uuid:stay_id>/plan/atagande/<uuid:commitment_id>", permission=WRITE, methods=("POST",))
def change(actor: Actor, stay_id: UUID, commitment_id: UUID) -> Any:
    """Save a changed commitment; if somebody was first, theirs is shown beside."""
    case = stays.opened(actor, stay_id)
    row = plans.one(actor, stay_id, commitment_id)
    form = bind(schemas.CommitmentChange, request.form)
    if not form.ok:
        return _commitment(actor, case, row, form), 422
    values = {name: value for name, value in form.values.items() if name != "version"}
    try:
        plans.change(actor, stay_id, commitment_id, values, form.values["version"])
    except Conflict:
        return _commitment(actor, case, row, form, theirs=True), 409
    return see(actor, "plans.plan", stay_id=stay_id, klart="plan")


@pages.route("/<uuid:stay_id>/plan/mote", permission=WRITE, methods=("POST",))
def meet(actor: Actor, stay_id: UUID) -> Any:
    """Keep the plan as agreed at a meeting."""
    case = stays.opened(actor, stay_id)
    form = bind(schemas.MeetingIn, request.form)
    if form.ok:
        try:
            plans.meet(actor, stay_id, form.values["met_on"])
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            return see(actor, "plans.plan", stay_id=stay_id, klart="met")
    return _plan(actor, case, form), 422


@pages.route("/<uuid:stay_id>/plan.pdf", permission=READ)
def pdf(actor: Actor, stay_id: UUID) -> FlaskResponse:
    """The plan on one page."""
    return _print(actor, stays.case_of(actor, stay_id), printing.pdf)


@pages.route("/<uuid:stay_id>/plan/versioner", permission=READ)
def versions(actor: Actor, stay_id: UUID) -> str:
    """The plan as it stood after each meeting, and what changed between two of them or since."""
    case = stays.case_of(actor, stay_id)
    kept = plans.versions(actor, case.stay)
    pictures = {row.number: row.content for row in kept} | {NOW: plans.picture(plans.whole(actor, case.stay))}
    latest = kept[0].number if kept else NOW
    first = request.args.get("fran", latest, type=int)
    last = request.args.get("till", NOW, type=int)
    known = first in pictures and last in pictures
    return render(
        "plan_versions",
        actor,
        case=case,
        plans=plans,
        versions=kept,
        options=present.version_options(kept),
        first=first if known else latest,
        last=last if known else NOW,
        changes=plans.between(pictures[first if known else latest], pictures[last if known else NOW]),
        form=Form(),
    )


@pages.route("/<uuid:stay_id>/ta-hem", permission=READ)
def take_home(actor: Actor, stay_id: UUID) -> str:
    """The plan in plain words: for the participant, and for the case worker's own system."""
    case = stays.case_of(actor, stay_id)
    found = plans.whole(actor, case.stay)
    return render(
        "take_home",
        actor,
        case=case,
        letter=printing.letter(case, found),
        summary=printing.summary(case, found),
        form=Form(),
    )


@pages.route("/<uuid:stay_id>/ta-hem.pdf", permission=READ)
def letter(actor: Actor, stay_id: UUID) -> FlaskResponse:
    """The plan in plain words, as a letter to the participant."""
    return _print(actor, stays.case_of(actor, stay_id), printing.letter_pdf)


def _print(actor: Actor, case: stays.Case, make: Callable[..., bytes]) -> FlaskResponse:
    answer = paper("plan", case.stay.id, partial(make, case, plans.whole(actor, case.stay)))
    record(actor, acts.PRINTED, acts.STAY, case.stay.id)
    return answer


def _plan(actor: Actor, case: stays.Case, form: Form) -> str:
    return render(
        "plan",
        actor,
        case=case,
        plan=plans.whole(actor, case.stay),
        parties=present.parties_here(case),
        form=form,
        today=clock.today(),
        big=request.args.get("lage") == "mote",
    )


def _commitment(actor: Actor, case: stays.Case, row: Any, form: Form, *, theirs: bool = False) -> str:
    parties = [codes.PERSON, *present.parties_here(case)]
    return render("commitment", actor, case=case, row=row, form=form, parties=parties, theirs=theirs)
