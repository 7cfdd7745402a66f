"""The JSON door of casework: remisser, deltaganden, samtycken and avslut."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.modules.casework import consents, endings, intake, plans, referrals, schemas, stays
from fyrklang.modules.casework.caseload import listing
from fyrklang.sdk.routes import Api
from fyrklang.sdk.serialise import compiled, json_response

api = Api("casework", __name__, prefix="/casework", text="Remisser, deltaganden, samtycken, plan och avslut.")
READ, WRITE = Permission.CASES_READ, Permission.CASES_WRITE


@api.route("/referrals/to/<uuid:intervention_id>", permission=Permission.REFERRALS_SEND, methods=("POST",))
@api.arguments(schemas.ReferralIn)
@api.response(201, schemas.CaseMade)
def send_referral(actor: Actor, values: dict[str, Any], intervention_id: UUID) -> Response:
    """Skicka en remiss."""
    return json_response({"id": referrals.send(actor, intervention_id, values).id}, 201)


@api.route("/referrals", permission=Permission.REFERRALS_READ)
@api.response(200, schemas.ReferralRow(many=True))
def referral_queue(actor: Actor) -> Response:
    """Remisser att ta ställning till, äldst först."""
    dump = compiled(schemas.ReferralRow)
    return json_response([dump(row) for row in referrals.queue(actor)])


@api.route("/referrals/<uuid:referral_id>/accept", permission=WRITE, methods=("POST",))
@api.arguments(schemas.AcceptIn)
@api.response(201, schemas.CaseMade)
def accept_referral(actor: Actor, values: dict[str, Any], referral_id: UUID) -> Response:
    """Ta emot en remiss; svaret är det nya deltagandet."""
    return json_response({"id": intake.accept(actor, referral_id, values["started_on"]).id}, 201)


@api.route("/referrals/<uuid:referral_id>/decline", permission=WRITE, methods=("POST",))
@api.arguments(schemas.DeclineIn)
@api.response(204)
def decline_referral(actor: Actor, values: dict[str, Any], referral_id: UUID) -> Response:
    """Tacka nej till en remiss, eller föreslå en annan insats."""
    referrals.decline(actor, referral_id, values["reason"], values["suggested_id"])
    return Response(status=204)


@api.route("/stays", permission=READ)
@api.response(200, schemas.StayRow(many=True))
def list_stays(actor: Actor) -> Response:
    """Pågående deltaganden, senaste start först; de första 50."""
    rows, _total = listing.listing(actor, listing.Wanted())
    dump = compiled(schemas.StayRow)
    return json_response([dump(row) for row in rows])


@api.route("/stays/<uuid:stay_id>/consents", permission=WRITE, methods=("POST",))
@api.arguments(schemas.ConsentIn)
@api.response(204)
def give_consent(actor: Actor, values: dict[str, Any], stay_id: UUID) -> Response:
    """Registrera samtycke för ett ändamål och flera parter."""
    consents.give(actor, stays.opened(actor, stay_id).stay, values)
    return Response(status=204)


@api.route("/stays/<uuid:stay_id>/consents/<uuid:consent_id>", permission=WRITE, methods=("DELETE",))
@api.response(204)
def withdraw_consent(actor: Actor, stay_id: UUID, consent_id: UUID) -> Response:
    """Återkalla ett samtycke."""
    consents.withdraw(actor, stays.opened(actor, stay_id).stay, consent_id)
    return Response(status=204)


@api.route("/stays/<uuid:stay_id>/commitments", permission=WRITE, methods=("POST",))
@api.arguments(schemas.CommitmentIn)
@api.response(201, schemas.CaseMade)
def add_commitment(actor: Actor, values: dict[str, Any], stay_id: UUID) -> Response:
    """Lägg till ett åtagande i planen."""
    return json_response({"id": plans.commit(actor, stay_id, values).id}, 201)


@api.route("/stays/<uuid:stay_id>/ending", permission=WRITE, methods=("PUT",))
@api.arguments(schemas.EndingIn)
@api.response(204)
def end_stay(actor: Actor, values: dict[str, Any], stay_id: UUID) -> Response:
    """Avsluta ett deltagande med utfall och överlämnade åtaganden."""
    handed = {each["commitment_id"]: each for each in values.pop("commitments")}
    endings.end(actor, stay_id, endings.Ending(**values, handed=handed))
    return Response(status=204)


@api.route("/stays/<uuid:stay_id>/ending", permission=WRITE, methods=("DELETE",))
@api.response(204)
def undo_ending(actor: Actor, stay_id: UUID) -> Response:
    """Ångra ett avslut inom sju dagar."""
    endings.undo(actor, stay_id)
    return Response(status=204)
