"""Taking somebody in: participant, consents and a stay at once; or a count of somebody nothing is kept of."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Invalid, NotFound
from fyrklang.modules.casework import acts
from fyrklang.modules.casework.consents import in_force
from fyrklang.modules.casework.models import AnonymousEntry, Consent, Participant, Referral, Stay
from fyrklang.modules.casework.referrals import settle, undecided
from fyrklang.sdk.audit import record
from fyrklang.sdk.facts import ask_for_recompute


def accept(actor: Actor, referral_id: UUID, started_on: date) -> Stay:
    """Take the person in: participant, consents and a stay, in one. Who comes back gets a new stay.

    Raises:
        NotFound: there is none that the actor may see.
        Conflict: it is decided already.
        Invalid: the start lies before the remiss or ahead of today, or a stay already goes on.
    """
    row = undecided(actor, referral_id)
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
    return person, stays[0].number + 1 if stays else 1


def _carry_consents(actor: Actor, row: Referral, person: Participant) -> None:
    """The consent given with the remiss becomes lines of the ledger, where none is in force."""
    if row.consent_given_on is None:
        return
    open_rows = select(Consent).where(
        Consent.participant_id == person.id,
        Consent.purpose == "INFO_EXCHANGE",
        Consent.withdrawn_on.is_(None),
    )
    present = {each.party: each for each in actor.session.scalars(open_rows)}
    lapsed = [each for each in present.values() if not in_force(each, clock.today())]
    for each in lapsed:
        each.withdrawn_on, each.withdrawn_by = clock.today(), actor.person_id
    actor.session.flush()
    held = {each.party for each in present.values()} - {each.party for each in lapsed}
    actor.session.add_all(
        Consent(
            **{**_of(person), "owner_party": actor.party},
            purpose="INFO_EXCHANGE",
            party=party,
            text_version=row.consent_text_version,
            language=row.consent_language,
            form=row.consent_form or "WRITTEN",
            reference=row.consent_reference,
            given_on=row.consent_given_on,
            valid_to=row.consent_given_on + timedelta(days=365),
            created_by=actor.person_id,
        )
        for party in row.consent_parties
        if party not in held
    )
    actor.session.flush()


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
