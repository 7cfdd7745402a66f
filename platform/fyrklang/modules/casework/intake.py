"""Taking somebody in: participant, consents and a stay at once; or a count of somebody nothing is kept of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.access.teams import PARTY_KINDS
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Invalid, NotFound
from fyrklang.modules.casework import acts, identity
from fyrklang.modules.casework.models import AnonymousEntry, Consent, Participant, Referral, Stay
from fyrklang.modules.casework.referrals import Sender, lay, settle, undecided
from fyrklang.sdk.audit import record
from fyrklang.sdk.facts import ask_for_recompute
from fyrklang.sdk.insatser import Insats, insatser

NEEDS_PARTY = "Insatsen tar bara emot den som en av de fyra parterna har remitterat."
OF_ONE_STAY = ("INFO_EXCHANGE", "HEALTH_INFO")
CONSENT_DAYS = 365


def accept(actor: Actor, referral_id: UUID, started_on: date) -> Stay:
    """Take the person in: participant, consents and a stay, in one. Who comes back gets a new stay.

    Raises:
        NotFound: there is none that the actor may see.
        Conflict: it is decided already.
        Invalid: the start lies before the remiss or ahead of today, a stay already goes on, or the insats takes
            nobody without a remiss from one of the four parties.
    """
    row = undecided(actor, referral_id)
    _need_party(actor, row)
    if not row.received_on <= started_on <= clock.today():
        text = f"Starten kan inte vara före remissen ({row.received_on}) eller efter i dag."
        raise Invalid(fields={"started_on": text})
    person, number = _participant(actor, row)
    row.participant_id, row.status = person.id, "ACCEPTED"
    row.decided_by, row.decided_on = actor.person_id, clock.today()
    stay = Stay(
        **_of(person),
        referral_id=row.id,
        number=number,
        started_on=started_on,
        assigned_to=actor.person_id,
        referring_party=row.referring_party,
        referred_on=row.received_on,
        sex=person.sex,
        birth_year=person.birth_year,
        need_groups=row.need_groups,
        problem_areas=row.problem_areas,
        created_by=actor.person_id,
    )
    actor.session.add(stay)
    settle(actor, row)
    record(actor, acts.STARTED, acts.STAY, stay.id)
    ask_for_recompute(actor.session, stay.intervention_id, started_on.year)
    return stay


def start_without_party(actor: Actor, intervention_id: UUID, values: Mapping[str, Any]) -> Stay:
    """Take in somebody who came by themselves, where the insats lets people do that. `values` as
    `schemas.DirectIn` gives them.

    Raises:
        NotFound: the actor does not work in such an insats.
        Invalid: the insats demands a remiss, consent is missing, or as `accept`.
    """
    insats = own_insats(actor, intervention_id)
    if insats.referral_required:
        raise Invalid(fields={"": NEEDS_PARTY})
    if actor.party is None or actor.person_id is None:
        raise NotFound
    sent = {name: value for name, value in values.items() if name not in ("came_by", "started_on")}
    row = lay(actor.session, insats, Sender(actor.person_id, actor.name, actor.party), sent)
    row.referring_party = values["came_by"]
    row.received_on = min(row.received_on, values["started_on"])
    actor.session.flush()
    record(actor, acts.SENT, acts.REFERRAL, row.id)
    return accept(actor, row.id, values["started_on"])


def own_insats(actor: Actor, intervention_id: UUID) -> Insats:
    """An insats the actor works in, that follows people.

    Raises:
        NotFound: there is none.
    """
    actor.require(Permission.CASES_WRITE)
    here = intervention_id in actor.context.interventions
    insats = insatser(actor.session, {intervention_id}).get(intervention_id) if here else None
    if insats is None or not insats.follows_people:
        raise NotFound
    return insats


def count_without_name(actor: Actor, intervention_id: UUID, sex: str, reason: str) -> None:
    """Count somebody of whom nothing may be kept: legal sex and quarter, nothing else.

    Raises:
        NotFound: the actor does not work in such an insats.
    """
    actor.require(Permission.CASES_WRITE)
    if intervention_id not in actor.context.interventions or actor.party is None:
        raise NotFound
    today = clock.today()
    entry = AnonymousEntry(
        intervention_id=intervention_id,
        owner_party=actor.party,
        visible_to=[],
        sharing="OWN",
        year=today.year,
        quarter=(today.month + 2) // 3,
        sex=sex,
        reason=reason,
        created_by=None,
    )
    actor.session.add(entry)
    actor.session.flush()
    record(actor, acts.COUNTED, "intervention", intervention_id)
    ask_for_recompute(actor.session, intervention_id, today.year)


def _need_party(actor: Actor, row: Referral) -> None:
    insats = insatser(actor.session, {row.intervention_id})[row.intervention_id]
    if insats.referral_required and row.referring_party not in PARTY_KINDS:
        raise Invalid(fields={"": NEEDS_PARTY})


def _participant(actor: Actor, row: Referral) -> tuple[Participant, int]:
    """The person of the code in this insats, made if new, and the number of the stay that begins."""
    person = actor.session.scalars(
        select(Participant).where(
            Participant.intervention_id == row.intervention_id,
            Participant.code_norm == func.lower(func.btrim(row.code)),
        )
    ).first()
    if person is None:
        person = Participant(
            intervention_id=row.intervention_id,
            owner_party=actor.party,
            visible_to=[],
            code=row.code.strip(),
            sex=row.sex,
            birth_year=row.birth_year,
            language=row.consent_language,
            created_by=actor.person_id,
        )
        _add_unseen(actor, person)
    earlier = select(Stay.number, Stay.status).where(Stay.participant_id == person.id)
    stays = actor.session.execute(earlier.order_by(Stay.number.desc())).all()
    if any(stay.status in ("ACTIVE", "PAUSED") for stay in stays):
        raise Invalid(
            fields={"": "Personen deltar redan i insatsen. Avböj remissen eller tala med remittenten."}
        )
    _carry_consents(actor, row, person)
    if identity.carry_over(actor.session, row, person):
        _agree_to_register(actor, row, person)
    return person, stays[0].number + 1 if stays else 1


def _carry_consents(actor: Actor, row: Referral, person: Participant) -> None:
    """The consent given with the remiss becomes lines of the ledger. Each stay asks anew: what an earlier stay
    was consented to is over, but for what concerns its own following up."""
    if row.consent_given_on is None:
        return
    # In one statement: the actor's own party may be among those whose sight of the person ends and begins.
    actor.session.execute(
        update(Consent)
        .where(
            Consent.participant_id == person.id,
            Consent.purpose.in_(OF_ONE_STAY),
            Consent.withdrawn_on.is_(None),
        )
        .values(withdrawn_on=clock.today(), withdrawn_by=actor.person_id)
        .execution_options(synchronize_session=False)
    )
    actor.session.add_all(
        Consent(**_consent_of(actor, row, person), purpose="INFO_EXCHANGE", party=party)
        for party in row.consent_parties
    )
    actor.session.flush()


def _agree_to_register(actor: Actor, row: Referral, person: Participant) -> None:
    """The remiss says that the person lets their name be kept: a line of the ledger for the controller."""
    held = select(Consent.id).where(
        Consent.participant_id == person.id,
        Consent.purpose == "FOLLOW_UP_REG",
        Consent.party == person.owner_party,
        Consent.withdrawn_on.is_(None),
    )
    if actor.session.scalars(held).first() is None:
        actor.session.add(
            Consent(**_consent_of(actor, row, person), purpose="FOLLOW_UP_REG", party=person.owner_party)
        )
        actor.session.flush()


def _consent_of(actor: Actor, row: Referral, person: Participant) -> dict[str, Any]:
    given_on = row.consent_given_on or row.received_on
    return {
        **_of(person),
        "owner_party": actor.party,
        "text_version": row.consent_text_version,
        "language": row.consent_language,
        "form": row.consent_form or "WRITTEN",
        "reference": row.consent_reference,
        "given_on": given_on,
        "valid_to": given_on + timedelta(days=CONSENT_DAYS),
        "created_by": actor.person_id,
    }


def _add_unseen(actor: Actor, person: Participant) -> None:
    """Add a participant whose code nobody in the insats has, not even a party the actor cannot read."""
    try:
        with actor.session.begin_nested():
            actor.session.add(person)
    except IntegrityError as error:
        text = "Koden finns redan hos en part vars uppgifter du inte har samtycke att läsa. Tala med teamet."
        raise Invalid(fields={"": text}) from error


def _of(person: Participant) -> dict[str, Any]:
    return {
        "intervention_id": person.intervention_id,
        "owner_party": person.owner_party,
        "visible_to": [],
        "participant_id": person.id,
    }
