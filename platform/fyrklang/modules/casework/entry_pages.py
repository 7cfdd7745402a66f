"""The HTML door of other ways in: inviting somebody without an account, and who comes without a remiss."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import request, url_for

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Invalid
from fyrklang.modules.casework import intake, invites, present, referrals, schemas
from fyrklang.modules.casework.doors import render, see
from fyrklang.sdk.insatser import insatser
from fyrklang.sdk.members import member_parties
from fyrklang.sdk.routes import Pages
from fyrklang.web.forms import Form, bind

pages = Pages("entries", __name__, prefix="/remisser")
WRITE = Permission.CASES_WRITE


@pages.route("/inbjudningar", permission=WRITE)
def invitations(actor: Actor) -> str:
    """Who is invited, and an invitation to make."""
    return _invitations(actor, Form())


@pages.route("/inbjudningar", permission=WRITE, methods=("POST",))
def invite(actor: Actor) -> Any:
    """Make an invitation and show its link, this once."""
    form = bind(schemas.InviteIn, request.form)
    if form.ok:
        try:
            made = invites.invite(actor, form.values)
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            link = url_for("outside.begin", slug=actor.slug, token=made.token, _external=True)
            return render("invitation", actor, made=made, link=link, invited=form.values["name"])
    return _invitations(actor, form), 422


@pages.route("/inbjudningar/<uuid:referral_invitation_id>/aterkalla", permission=WRITE, methods=("POST",))
def uninvite(actor: Actor, referral_invitation_id: UUID) -> Any:
    """Call an invitation back."""
    invites.revoke(actor, referral_invitation_id)
    return see(actor, "entries.invitations", klart="uninvited")


@pages.route("/utan/<uuid:intervention_id>", permission=WRITE)
def direct(actor: Actor, intervention_id: UUID) -> str:
    """Somebody who comes without a remiss, where the insats lets people do that."""
    today = clock.today()
    parties = referrals.receiving_parties(actor.session, intervention_id)
    start = {"came_by": "SELF", "started_on": today, "consent_given_on": today, "consent_parties": parties}
    return _direct(actor, intervention_id, Form.of(start))


@pages.route("/utan/<uuid:intervention_id>", permission=WRITE, methods=("POST",))
def start(actor: Actor, intervention_id: UUID) -> Any:
    """Take the person in."""
    intake.own_insats(actor, intervention_id)
    form = bind(schemas.DirectIn, request.form)
    if form.ok:
        try:
            stay = intake.start_without_party(actor, intervention_id, form.values)
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            return see(actor, "cases.show", klart="accepted", stay_id=stay.id)
    return _direct(actor, intervention_id, form), 422


def _invitations(actor: Actor, form: Form) -> str:
    known = insatser(actor.session, actor.context.interventions)
    return render(
        "invitations",
        actor,
        form=form,
        rows=[(row, invites.state_of(row)) for row in invites.listing(actor)],
        known=known,
        insatser=invites.open_to(actor),
        members=list(member_parties(actor.session).items()),
        days=invites.DAYS,
    )


def _direct(actor: Actor, intervention_id: UUID, form: Form) -> str:
    insats = intake.own_insats(actor, intervention_id)
    parties = present.party_options(referrals.receiving_parties(actor.session, insats.id))
    return render("direct", actor, insats=insats, form=form, parties=parties)
