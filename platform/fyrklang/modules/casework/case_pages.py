"""The HTML door of deltagare: list, one stay, consent, mapping and notes."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from flask import Response as FlaskResponse
from flask import make_response, request

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.access.teams import parties_of
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Conflict, Invalid, NotFound
from fyrklang.modules.casework import (
    codes,
    consents,
    drawing,
    endings,
    notes,
    plans,
    present,
    printing,
    schemas,
    stays,
)
from fyrklang.modules.casework.attachments import service as attachments
from fyrklang.modules.casework.caseload import listing
from fyrklang.modules.casework.caseload import present as caseload
from fyrklang.modules.casework.caseload import service as assigning
from fyrklang.modules.casework.doors import paper, render, see
from fyrklang.modules.casework.tasks import service as tasks
from fyrklang.sdk.insatser import insatser
from fyrklang.sdk.lists import chosen, list_file, list_tools
from fyrklang.sdk.routes import Pages
from fyrklang.web.forms import Form, bind
from fyrklang.web.tables import Table

pages = Pages("cases", __name__, prefix="/deltagare")
READ, WRITE = Permission.CASES_READ, Permission.CASES_WRITE
MONTHS = (6, 12)


@pages.route("", permission=READ)
def index(actor: Actor) -> Any:
    """Stays in the actor's insatser."""
    wanted = listing.wanted_from(request.args)
    known = insatser(actor.session, actor.context.interventions)
    team = caseload.names(assigning.colleagues(actor))

    def everything() -> Table:
        whole, _total = listing.listing(actor, replace(wanted, page=1), listing.EVERY)
        return caseload.table(actor, whole, known, team)

    if sent := list_file(actor, "deltagare", everything):
        return sent
    rows, total = listing.listing(actor, wanted)
    table = caseload.table(actor, rows, known, team)
    lists = listing.saved(actor)
    return render(
        "cases",
        actor,
        table=chosen(table),
        tools=list_tools(table),
        wanted=wanted,
        address=listing.address_of(wanted),
        narrowed=bool(wanted.who or wanted.need or wanted.insats),
        states=caseload.states(actor, wanted),
        chips=caseload.chips(actor, wanted, known, team),
        lists=caseload.saved_links(actor, wanted, lists),
        batch=request.args.get("batch", type=UUID),
        total=total,
        pager=caseload.pager(actor, wanted, len(rows), total),
    )


@pages.route("/<uuid:stay_id>", permission=READ)
def show(actor: Actor, stay_id: UUID) -> str:
    """One stay with everything the actor may see of it."""
    case = stays.case_of(actor, stay_id)
    months = 12 if request.args.get("manader") == "12" else 6
    sharing = request.args.get("anteckningar", "")
    plan = plans.whole(actor, case.stay)
    measured = stays.measures(actor, case.stay)
    parties = present.parties_here(case)
    return render(
        "show",
        actor,
        case=case,
        plan=plan,
        parties=parties,
        standing={
            each.party: each for each in consents.standings(case.consents, parties, ("INFO_EXCHANGE",))
        },
        measured=measured,
        existing=stays.existing_plans(actor, case.stay),
        notes=notes.notes(actor, case.stay, sharing if sharing in ("OWN", "SHARED") else ""),
        sharing=sharing,
        draft=notes.draft_of(actor, case.stay),
        months=months,
        lanes=drawing.lanes(stays.activities(actor, case.stay), months),
        before_end=present.missing_before_end(case, measured, plan.plan is not None),
        may_undo=endings.may_undo(case.stay),
        tasks=tasks.of_one(actor, stay_id),
        files=attachments.count(actor, case),
        form=Form(),
    )


@pages.route("/<uuid:stay_id>/samtycke", permission=READ)
def consent(actor: Actor, stay_id: UUID) -> str:
    """The ledger, and the form for a new consent."""
    return _consent(actor, stay_id, Form.of({"given_on": clock.today(), "form": "WRITTEN", "language": "sv"}))


@pages.route("/<uuid:stay_id>/samtycke", permission=WRITE, methods=("POST",))
def give(actor: Actor, stay_id: UUID) -> Any:
    """Register consent."""
    case = stays.opened(actor, stay_id)
    form = bind(schemas.ConsentIn, request.form)
    if form.ok:
        try:
            consents.give(actor, case.stay, form.values)
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            return see(actor, "cases.consent", stay_id=stay_id, klart="consent")
    return _consent(actor, stay_id, form), 422


@pages.route("/<uuid:stay_id>/samtycke/blankett.pdf", permission=READ)
def consent_form(actor: Actor, stay_id: UUID) -> FlaskResponse:
    """The text of one purpose on paper, to sign."""
    case = stays.case_of(actor, stay_id)
    purpose = request.args.get("andamal", "INFO_EXCHANGE")
    if purpose not in codes.PURPOSES:
        raise NotFound
    return paper("samtycke", stay_id, partial(printing.consent_pdf, case, purpose))


@pages.route("/<uuid:stay_id>/samtycke/<uuid:consent_id>/aterkalla", permission=READ)
def before_withdrawal(actor: Actor, stay_id: UUID, consent_id: UUID) -> str:
    """What a withdrawal would do, before it is done."""
    case = stays.case_of(actor, stay_id)
    row = consents.one(actor, case.stay, consent_id)
    return render("withdraw", actor, case=case, row=row, effect=consents.effect(actor, row))


@pages.route("/<uuid:stay_id>/samtycke/<uuid:consent_id>/aterkalla", permission=WRITE, methods=("POST",))
def withdraw(actor: Actor, stay_id: UUID, consent_id: UUID) -> Any:
    """Withdraw, from now on."""
    case = stays.opened(actor, stay_id)
    own = consents.one(actor, case.stay, consent_id).party == actor.party != case.person.owner_party
    consents.withdraw(actor, case.stay, consent_id)
    if own:  # The actor's own party has just lost sight of the person.
        return see(actor, "cases.index", klart="revoked")
    return see(actor, "cases.consent", stay_id=stay_id, klart="revoked")


@pages.route("/<uuid:stay_id>/kartlaggning", permission=READ)
def mapping(actor: Actor, stay_id: UUID) -> str:
    """The form of the mapping, filled with what is stored."""
    case = stays.case_of(actor, stay_id)
    stored: dict[str, object] = {}
    start = case.situations.get("START")
    if start is not None:
        stored = {name: getattr(start, name) for name in schemas.SituationIn().fields}
    for area, moments in stays.measures(actor, case.stay).items():
        stored |= {f"{area}_{moment}": score for moment, score in moments.items()}
    return render("mapping", actor, case=case, form=Form.of(stored))


@pages.route("/<uuid:stay_id>/kartlaggning", permission=WRITE, methods=("POST",))
def map_out(actor: Actor, stay_id: UUID) -> Any:
    """Save the mapping."""
    case = stays.opened(actor, stay_id)
    form = bind(schemas.MappingIn, request.form)
    if not form.ok:
        return render("mapping", actor, case=case, form=form), 422
    scores = {
        (area, moment): form.values[f"{area}_{moment}"]
        for area in codes.AREAS
        for moment in codes.MOMENTS
        if form.values.get(f"{area}_{moment}") is not None
    }
    stays.map_out(actor, stay_id, form.values, scores)
    return see(actor, "cases.show", stay_id=stay_id, klart="mapped")


@pages.route("/<uuid:stay_id>/befintlig-plan", permission=WRITE, methods=("POST",))
def add_existing_plan(actor: Actor, stay_id: UUID) -> Any:
    """Tell of a plan a party has already."""
    form = _bound(schemas.ExistingPlanIn)
    stays.add_existing_plan(actor, stay_id, form.values)
    return see(actor, "cases.show", stay_id=stay_id, klart="mapped")


@pages.route("/<uuid:stay_id>/aktivitet", permission=WRITE, methods=("POST",))
def add_activity(actor: Actor, stay_id: UUID) -> Any:
    """Put something on the timeline."""
    form = _bound(schemas.ActivityIn)
    stays.add_activity(actor, stay_id, form.values)
    return see(actor, "cases.show", stay_id=stay_id, klart="plan")


@pages.route("/<uuid:stay_id>/anteckning", permission=READ)
def note(actor: Actor, stay_id: UUID) -> str:
    """A new note, empty or under a template's headings, or the draft that waits."""
    case = stays.case_of(actor, stay_id)
    draft = notes.draft_of(actor, case.stay)
    kind = request.args.get("mall", "")
    start: dict[str, object] = {
        "happened_on": clock.today(),
        "kind": kind if kind in codes.NOTE_KINDS else "CONTACT",
        "sharing": "OWN",
        "body": codes.NOTE_TEMPLATES.get(kind, ""),
    }
    if draft is not None:
        start = {
            "happened_on": draft.happened_on,
            "kind": draft.kind,
            "sharing": draft.sharing,
            "body": draft.body,
        }
    return render("note", actor, case=case, form=Form.of(start), draft=draft)


@pages.route("/<uuid:stay_id>/anteckning", permission=WRITE, methods=("POST",))
def write(actor: Actor, stay_id: UUID) -> Any:
    """Save the note; the draft becomes it."""
    case = stays.opened(actor, stay_id)
    form = bind(schemas.NoteIn, request.form)
    if form.ok:
        try:
            notes.publish(actor, stay_id, form.values)
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            return see(actor, "cases.show", stay_id=stay_id, klart="noted")
    return render("note", actor, case=case, form=form, draft=None), 422


@pages.route("/<uuid:stay_id>/utkast", permission=WRITE, methods=("POST",))
def save_draft(actor: Actor, stay_id: UUID) -> FlaskResponse:
    """Keep what is being written: asked by the page a second after the last key."""
    form = bind(schemas.DraftIn, request.form)
    row = notes.save_draft(actor, stay_id, form.values) if form.ok else None
    return make_response(render("draft", actor, draft=row, fault=next(iter(form.errors.values()), "")))


@pages.route("/<uuid:stay_id>/anteckning/<uuid:note_id>", permission=READ)
def edit_note(actor: Actor, stay_id: UUID, note_id: UUID) -> str:
    """A note of one's own, to change."""
    case = stays.case_of(actor, stay_id)
    row = notes.own(actor, stay_id, note_id)
    stored = {name: getattr(row, name) for name in ("happened_on", "kind", "sharing", "body")}
    return render("note", actor, case=case, form=Form.of(stored), draft=None, row=row)


@pages.route("/<uuid:stay_id>/anteckning/<uuid:note_id>", permission=WRITE, methods=("POST",))
def change_note(actor: Actor, stay_id: UUID, note_id: UUID) -> Any:
    """Save a changed note; if it was changed meanwhile, both wordings are shown."""
    case = stays.opened(actor, stay_id)
    row = notes.own(actor, stay_id, note_id)
    form = bind(schemas.NoteIn, request.form)
    if form.ok:
        try:
            notes.change(actor, stay_id, note_id, form.values, request.form.get("version", 0, type=int))
        except Conflict:
            return render("note", actor, case=case, form=form, draft=None, row=row, conflict=row.body), 409
        return see(actor, "cases.show", stay_id=stay_id, klart="noted")
    return render("note", actor, case=case, form=form, draft=None, row=row), 422


def _bound(schema: Any) -> Form:
    """A small form that stands on a page of other things.

    Raises:
        Invalid: something in it needs mending.
    """
    form = bind(schema, request.form)
    if not form.ok:
        raise Invalid(fields=form.errors)
    return form


def _consent(actor: Actor, stay_id: UUID, form: Form) -> str:
    case = stays.case_of(actor, stay_id)
    parties = present.parties_here(case)
    return render(
        "consent",
        actor,
        case=case,
        form=form,
        parties=parties,
        standings=consents.standings(case.consents, parties, tuple(codes.PURPOSES)),
        text_of=consents.text_of,
        spoken=case.person.language,
        team=parties_of(case.team),
    )
