"""Remisser: sent by a party, read by those the person let them go to, decided by the team of the insats."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.access.teams import parties_of, referrer_tag, team_of
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Conflict, Invalid, NotFound
from fyrklang.kernel.ids import new_id
from fyrklang.modules.casework import acts, codes, identity, tokens
from fyrklang.modules.casework.models import Participant, Referral, Stay
from fyrklang.sdk.audit import record, record_reading
from fyrklang.sdk.facts import Cell
from fyrklang.sdk.insatser import Insats, insatser
from fyrklang.tenancy.session import TenantSession

ANSWER_DAYS = 14
_NOT_COLUMNS = {"consent_parties", "consented", "identity_consented", *identity.FIELDS}
_FULL = text("SELECT * FROM care.full_interventions()")
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True)
class Sender:
    """Who sends a remiss: a person with an account, or an invitation that stands for one without."""

    id: UUID
    name: str
    party: str


@dataclass(frozen=True)
class Wait:
    """Days from remiss to start, the latest year anything is known: the median, and of how many."""

    year: int
    days: int
    stays: int


def to_refer_to(actor: Actor) -> list[Insats]:
    """Insatser a remiss can be sent to, by name."""
    actor.require(Permission.REFERRALS_SEND)
    return [each for each in insatser(actor.session).values() if each.follows_people and each.takes_referrals]


def waits(session: TenantSession) -> dict[UUID, Wait]:
    """The latest known wait of each insats, from counted cells."""
    query = select(Cell.intervention_id, Cell.year, Cell.numerator, Cell.denominator).where(
        Cell.measure == "M10", Cell.quarter == 0, Cell.sex == "T"
    )
    rows = session.execute(query.order_by(Cell.year))
    return {row.intervention_id: Wait(row.year, row.numerator, row.denominator) for row in rows}


def full(session: TenantSession) -> set[UUID]:
    """Insatser without a place free: those that say how many they have. Only whether, so that no count gets out."""
    return set(session.scalars(_FULL))


def open_insats(actor: Actor, intervention_id: UUID) -> Insats:
    """The insats a remiss is meant for.

    Raises:
        NotFound: it does not exist here or takes no remisser.
    """
    found = next((each for each in to_refer_to(actor) if each.id == intervention_id), None)
    if found is None:
        raise NotFound
    return found


def receiving_parties(session: TenantSession, intervention_id: UUID) -> list[str]:
    """The parties in the team, which the person is asked to let the remiss go to."""
    return parties_of(team_of(session, intervention_id))


def send(actor: Actor, intervention_id: UUID, values: Mapping[str, Any]) -> Referral:
    """Send a remiss. `values` as `schemas.ReferralIn` gives them.

    Raises:
        NotFound: no such insats takes remisser.
        Invalid: consent is missing, or the actor comes from none of the four parties.
    """
    insats = open_insats(actor, intervention_id)
    if actor.party is None or actor.person_id is None:
        raise Invalid(fields={"": "Bara den som arbetar hos en av de fyra parterna kan skicka remiss."})
    row = lay(actor.session, insats, Sender(actor.person_id, actor.name, actor.party), values)
    record(actor, acts.SENT, acts.REFERRAL, row.id)
    return row


def lay(session: TenantSession, insats: Insats, sender: Sender, values: Mapping[str, Any]) -> Referral:
    """Lay a remiss in the queue of an insats.

    Raises:
        Invalid: consent is missing, or dated ahead of today.
    """
    _check_consent(values)
    parties = sorted({*values["consent_parties"], sender.party})
    row = Referral(
        **{name: value for name, value in values.items() if name not in _NOT_COLUMNS},
        id=new_id(),
        consent_parties=parties,
        consent_text_version=codes.TEXT_VERSION,
        intervention_id=insats.id,
        owner_party=sender.party,
        visible_to=[*(party for party in parties if party != sender.party), referrer_tag(sender.id)],
        reference=_reference(),
        referring_party=codes.party_kind(sender.party),
        referred_by=sender.id,
        referrer_name=sender.name,
        received_on=clock.today(),
        answer_by=clock.today() + timedelta(days=ANSWER_DAYS),
        created_by=sender.id,
    )
    identity.seal_referred(session, insats, row, values)
    row.status_hash = tokens.digest(tokens.of_referral(session, row.id))
    session.add(row)
    session.flush()
    return row


def own(actor: Actor) -> Sequence[Referral]:
    """What the actor has sent, latest first."""
    actor.require(Permission.REFERRALS_OWN)
    query = select(Referral).where(Referral.referred_by == actor.person_id)
    rows = actor.session.scalars(query.order_by(Referral.received_on.desc(), Referral.id.desc())).all()
    record_reading(actor, acts.OWN_READ, acts.REFERRAL, [row.id for row in rows])
    return rows


def own_one(actor: Actor, referral_id: UUID) -> Referral:
    """One remiss the actor has sent.

    Raises:
        NotFound: there is none.
    """
    actor.require(Permission.REFERRALS_OWN)
    row = _sent(actor, referral_id)
    record_reading(actor, acts.OWN_READ, acts.REFERRAL, [row.id])
    return row


def answer(actor: Actor, referral_id: UUID, text: str) -> None:
    """Answer what the team asked for; the remiss stands in the queue again.

    Raises:
        NotFound: the actor has sent no such remiss.
        Conflict: nothing is asked.
    """
    actor.require(Permission.REFERRALS_SEND)
    _answered(actor, _sent(actor, referral_id), text)


def take_down_answer(actor: Actor, referral_id: UUID, text: str) -> None:
    """Write down what the referrer answered by telephone or letter.

    Raises:
        NotFound: there is none that the actor may see.
        Conflict: nothing is asked.
    """
    actor.require(Permission.CASES_WRITE)
    _answered(actor, _one(actor, referral_id), text)


def withdraw(actor: Actor, referral_id: UUID) -> None:
    """Take a remiss back that nobody has decided on.

    Raises:
        NotFound: the actor has sent no such remiss.
        Conflict: it is decided.
    """
    actor.require(Permission.REFERRALS_SEND)
    row = _sent(actor, referral_id)
    if row.status not in codes.OPEN_STATES:
        raise Conflict
    row.status = "WITHDRAWN"
    row.version += 1
    actor.session.flush()
    record(actor, acts.DECIDED, acts.REFERRAL, row.id, status="WITHDRAWN")


def queue(actor: Actor, *, decided: bool = False) -> Sequence[Referral]:
    """Remisser to the insatser the actor works in, oldest first; with `decided` those that are over."""
    actor.require(Permission.REFERRALS_READ)
    is_open = Referral.status.in_(codes.OPEN_STATES)
    query = select(Referral).where(~is_open if decided else is_open)
    order = Referral.decided_on.desc() if decided else Referral.received_on
    rows = actor.session.scalars(query.order_by(order, Referral.id).limit(200)).all()
    record_reading(actor, acts.QUEUE_READ, acts.REFERRAL, [row.id for row in rows])
    return rows


def get(actor: Actor, referral_id: UUID) -> Referral:
    """One remiss in the queue.

    Raises:
        NotFound: there is none that the actor may see.
    """
    actor.require(Permission.REFERRALS_READ)
    row = _one(actor, referral_id)
    record_reading(actor, acts.QUEUE_READ, acts.REFERRAL, [row.id])
    return row


def duplicates(actor: Actor, referral: Referral) -> Sequence[Any]:
    """Earlier and present stays of the same code or number in the insatser the actor works in."""
    same = Participant.code_norm == func.lower(func.btrim(referral.code))
    if referral.number_index is not None:
        same |= Participant.number_index == referral.number_index
    query = (
        select(Stay.id, Stay.intervention_id, Stay.status, Stay.started_on, Stay.ended_on)
        .join(
            Participant, (Participant.tenant_id == Stay.tenant_id) & (Participant.id == Stay.participant_id)
        )
        .where(same, Participant.identity_mode != "PROTECTED", Stay.status != "MISREG")
    )
    return actor.session.execute(query.order_by(Stay.started_on.desc())).all()


def ask(actor: Actor, referral_id: UUID, question: str, missing: Sequence[str]) -> None:
    """Ask the referrer to complete the remiss.

    Raises:
        NotFound: there is none that the actor may see.
        Conflict: it is decided already.
    """
    row = undecided(actor, referral_id)
    row.status, row.question, row.missing = "COMPLETION", question, list(missing)
    settle(actor, row)


def put_in_queue(actor: Actor, referral_id: UUID) -> None:
    """Say that the person fits and waits for a place.

    Raises:
        NotFound: there is none that the actor may see.
        Conflict: it is decided, or stands in the queue already.
    """
    row = undecided(actor, referral_id)
    if row.status == "QUEUED":
        raise Conflict
    row.status = "QUEUED"
    settle(actor, row)


def decline(actor: Actor, referral_id: UUID, reason: str, suggested_id: UUID | None = None) -> None:
    """Say no, with a reason; with `suggested_id` another insats is suggested instead.

    Raises:
        NotFound: there is none that the actor may see.
        Conflict: it is decided already.
        Invalid: the suggested insats takes no remisser, or is this one.
    """
    row = undecided(actor, referral_id)
    if suggested_id is not None:
        other = insatser(actor.session, {suggested_id}).get(suggested_id)
        if other is None or not other.takes_referrals or other.id == row.intervention_id:
            raise Invalid(fields={"suggested_id": "Välj en annan insats som tar emot remisser."})
    row.status = "DECLINED" if suggested_id is None else "REDIRECTED"
    row.decision_reason, row.suggested_id = reason, suggested_id
    row.decided_by, row.decided_on = actor.person_id, clock.today()
    settle(actor, row)


def undecided(actor: Actor, referral_id: UUID) -> Referral:
    """A remiss nobody has decided on, to decide.

    Raises:
        NotFound: there is none that the actor may see.
        Conflict: it is decided already.
    """
    actor.require(Permission.CASES_WRITE)
    row = _one(actor, referral_id)
    if row.status not in codes.OPEN_STATES:
        raise Conflict
    return row


def settle(actor: Actor, row: Referral) -> None:
    """Save what was decided and tell the log."""
    row.version += 1
    actor.session.flush()
    record(actor, acts.DECIDED, acts.REFERRAL, row.id, status=row.status, why=row.decision_reason or "")


def _answered(actor: Actor, row: Referral, text: str) -> None:
    if row.status != "COMPLETION":
        raise Conflict
    row.answer, row.status = text, "SENT"
    row.version += 1
    actor.session.flush()
    record(actor, acts.ANSWERED, acts.REFERRAL, row.id)


def _one(actor: Actor, referral_id: UUID) -> Referral:
    row = actor.session.scalars(select(Referral).where(Referral.id == referral_id)).first()
    if row is None:
        raise NotFound
    return row


def _sent(actor: Actor, referral_id: UUID) -> Referral:
    row = _one(actor, referral_id)
    if row.referred_by != actor.person_id:
        raise NotFound
    return row


def _check_consent(values: Mapping[str, Any]) -> None:
    if not values["consented"]:
        text = "Utan samtycke skickas ingen remiss. Ring teamet, så räknas personen utan personuppgifter."
        raise Invalid(fields={"consented": text})
    if values["consent_given_on"] > clock.today():
        raise Invalid(fields={"consent_given_on": "Samtycket kan inte vara daterat efter i dag."})


def _reference() -> str:
    letters = "".join(secrets.choice(_ALPHABET) for _place in range(6))
    return f"R-{clock.today().year}-{letters}"
