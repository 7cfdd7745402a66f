"""The HTML door of remisser: the referrer's five steps and own list, the team's queue and decisions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import request, url_for

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.access.teams import team_of
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Invalid
from fyrklang.modules.casework import identity, intake, present, referrals, schemas, steps, tokens
from fyrklang.modules.casework.doors import render, see
from fyrklang.sdk.insatser import Insats, insatser
from fyrklang.sdk.routes import Pages
from fyrklang.web.forms import Form, bind

pages = Pages("referrals", __name__, prefix="/remisser")


@pages.route("/ny", permission=Permission.REFERRALS_SEND)
def new(actor: Actor) -> str:
    """Step 1: which insats, for whom it is, its places and how long one waits."""
    return _render(
        "choose",
        actor,
        insatser=referrals.to_refer_to(actor),
        waits=referrals.waits(actor.session),
        none_free=referrals.full(actor.session),
    )


@pages.route("/ny/<uuid:intervention_id>", permission=Permission.REFERRALS_SEND)
def person(actor: Actor, intervention_id: UUID) -> str:
    """Step 2, empty."""
    insats = referrals.open_insats(actor, intervention_id)
    return _step(actor, insats, 2, Form())


@pages.route("/ny/<uuid:intervention_id>", permission=Permission.REFERRALS_SEND, methods=("POST",))
def go(actor: Actor, intervention_id: UUID) -> Any:
    """On to the next step, back to the one before, or send; what was written follows along."""
    insats = referrals.open_insats(actor, intervention_id)
    move = steps.read(request.form)
    if move.step is None:
        return _send(actor, insats)
    return _step(actor, insats, move.step, move.form), move.status


@pages.route("/mina", permission=Permission.REFERRALS_OWN)
def mine(actor: Actor) -> str:
    """What one has sent and how it went."""
    return _render("mine", actor, table=present.own_table(actor, referrals.own(actor)))


@pages.route("/mina/<uuid:referral_id>", permission=Permission.REFERRALS_OWN)
def own(actor: Actor, referral_id: UUID) -> str:
    """Receipt and state of one remiss."""
    return _own(actor, referral_id, Form())


@pages.route("/mina/<uuid:referral_id>/svar", permission=Permission.REFERRALS_SEND, methods=("POST",))
def answer(actor: Actor, referral_id: UUID) -> Any:
    """Answer what the team asked."""
    form = bind(schemas.AnswerIn, request.form)
    if not form.ok:
        raise Invalid(fields=form.errors)
    referrals.answer(actor, referral_id, form.values["answer"])
    return see(actor, "referrals.own", klart="answered", referral_id=referral_id)


@pages.route("/mina/<uuid:referral_id>/ta-tillbaka", permission=Permission.REFERRALS_SEND, methods=("POST",))
def take_back(actor: Actor, referral_id: UUID) -> Any:
    """Take back a remiss nobody has decided on."""
    referrals.withdraw(actor, referral_id)
    return see(actor, "referrals.own", klart="withdrawn", referral_id=referral_id)


@pages.route("", permission=Permission.REFERRALS_READ)
def queue(actor: Actor) -> str:
    """Remisser to the actor's insatser."""
    over = request.args.get("visa") == "beslutade"
    rows = referrals.queue(actor, decided=over)
    known = insatser(actor.session, actor.context.interventions)
    return _render(
        "queue",
        actor,
        table=present.queue_table(actor, rows, known),
        rows=rows,
        over=over,
        by_party=present.by_party(rows),
        insatser=[each for each in known.values() if each.follows_people],
        without=[each for each in known.values() if each.follows_people and not each.referral_required],
        form=Form(),
    )


@pages.route("/<uuid:referral_id>", permission=Permission.REFERRALS_READ)
def show(actor: Actor, referral_id: UUID) -> str:
    """One remiss, and what can be decided."""
    return _show(actor, referral_id, Form.of({"started_on": clock.today()}))


@pages.route("/<uuid:referral_id>/identitet", permission=Permission.CASES_UNMASK, methods=("POST",))
def reveal(actor: Actor, referral_id: UUID) -> Any:
    """Show who the remiss is about, this once."""
    form = bind(schemas.RevealIn, request.form)
    if not form.ok:
        return _refused(actor, referral_id, form)
    found = identity.reveal_referred(actor, referral_id, form.values["why"])
    return _show(actor, referral_id, Form.of({"started_on": clock.today()}), found)


@pages.route("/<uuid:referral_id>/ta-emot", permission=Permission.CASES_WRITE, methods=("POST",))
def accept(actor: Actor, referral_id: UUID) -> Any:
    """Take the person in."""
    form = bind(schemas.AcceptIn, request.form)
    if form.ok:
        try:
            stay = intake.accept(actor, referral_id, form.values["started_on"])
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            return see(actor, "cases.show", klart="accepted", stay_id=stay.id)
    return _refused(actor, referral_id, form)


@pages.route("/<uuid:referral_id>/komplettera", permission=Permission.CASES_WRITE, methods=("POST",))
def ask(actor: Actor, referral_id: UUID) -> Any:
    """Ask the referrer for more."""
    form = bind(schemas.QuestionIn, request.form)
    if not form.ok:
        return _refused(actor, referral_id, form)
    referrals.ask(actor, referral_id, form.values["question"], form.values["missing"])
    return see(actor, "referrals.queue", klart="asked")


@pages.route("/<uuid:referral_id>/svar", permission=Permission.CASES_WRITE, methods=("POST",))
def take_down_answer(actor: Actor, referral_id: UUID) -> Any:
    """Write down an answer that came by telephone or letter."""
    form = bind(schemas.AnswerIn, request.form)
    if not form.ok:
        return _refused(actor, referral_id, form)
    referrals.take_down_answer(actor, referral_id, form.values["answer"])
    return see(actor, "referrals.show", klart="taken_down", referral_id=referral_id)


@pages.route("/<uuid:referral_id>/ko", permission=Permission.CASES_WRITE, methods=("POST",))
def put_in_queue(actor: Actor, referral_id: UUID) -> Any:
    """Let the person wait for a place."""
    referrals.put_in_queue(actor, referral_id)
    return see(actor, "referrals.queue", klart="queued")


@pages.route("/<uuid:referral_id>/tacka-nej", permission=Permission.CASES_WRITE, methods=("POST",))
def decline(actor: Actor, referral_id: UUID) -> Any:
    """Say no, or suggest another insats."""
    form = bind(schemas.DeclineIn, request.form)
    if form.ok:
        try:
            referrals.decline(actor, referral_id, form.values["reason"], form.values["suggested_id"])
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            return see(actor, "referrals.queue", klart="declined")
    return _refused(actor, referral_id, form)


@pages.route("/rakna", permission=Permission.CASES_WRITE, methods=("POST",))
def count(actor: Actor) -> Any:
    """Count somebody of whom nothing is kept."""
    form = bind(schemas.CountIn, request.form)
    if not form.ok:
        raise Invalid(fields=form.errors)
    intake.count_without_name(actor, **form.values)
    return see(actor, "referrals.queue", klart="counted")


def _send(actor: Actor, insats: Insats) -> Any:
    form = bind(schemas.ReferralIn, request.form)
    if form.ok:
        try:
            row = referrals.send(actor, insats.id, form.values)
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            return see(actor, "referrals.own", klart="sent", referral_id=row.id)
    return _step(actor, insats, steps.wrong_step(form), form), 422


def _step(actor: Actor, insats: Insats, step: int, form: Form) -> str:
    parties = referrals.receiving_parties(actor.session, insats.id)
    steps.propose_parties(form, step, parties)
    return _render(
        "refer",
        actor,
        insats=insats,
        step=step,
        form=form,
        carried=steps.carried(request.form, step),
        parties=parties,
        team=team_of(actor.session, insats.id),
        summary=present.summary(form, insats) if step == steps.LAST else (),
    )


def _own(actor: Actor, referral_id: UUID, form: Form) -> str:
    row = referrals.own_one(actor, referral_id)
    ids = {row.intervention_id, row.suggested_id} - {None}
    known = insatser(actor.session, {each for each in ids if each is not None})
    token = tokens.of_referral(actor.session, row.id)
    held = row.status_hash == tokens.digest(token)
    link = url_for("outside.status", slug=actor.slug, token=token, _external=True) if held else ""
    return _render("own", actor, row=row, insatser=known, form=form, link=link)


def _refused(actor: Actor, referral_id: UUID, form: Form) -> Any:
    form.raw.setdefault("started_on", [str(clock.today())])
    return _show(actor, referral_id, form), 422


def _show(actor: Actor, referral_id: UUID, form: Form, found: identity.Identity | None = None) -> str:
    row = referrals.get(actor, referral_id)
    known = insatser(actor.session)
    others = [each for each in known.values() if each.takes_referrals and each.id != row.intervention_id]
    return _render(
        "referral",
        actor,
        row=row,
        insats=known.get(row.intervention_id),
        others=others,
        earlier=present.earlier(referrals.duplicates(actor, row), known),
        form=form,
        found=found,
        has_any=identity.has_any(row),
    )


_render = render
