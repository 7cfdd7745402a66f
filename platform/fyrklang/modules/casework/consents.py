"""Samtycken: a ledger per purpose and party. What is written here the database turns into who may read."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Conflict, Invalid, NotFound
from fyrklang.modules.casework import acts, codes
from fyrklang.modules.casework.models import Consent, Stay
from fyrklang.sdk.audit import record

SOON_DAYS = 30
Text = Sequence[str]
"""Paragraphs."""
_WOULD_LOSE = text("SELECT kind, rows FROM care.would_lose(:person, :party)")


@dataclass(frozen=True)
class Standing:
    """How one party stands for one purpose. `state`: consent, expiring, revoked or missing."""

    purpose: str
    party: str
    state: str
    row: Consent | None = None


def ledger(actor: Actor, participant_id: UUID) -> Sequence[Consent]:
    """Every consent of a participant, latest first."""
    query = select(Consent).where(Consent.participant_id == participant_id)
    return actor.session.scalars(query.order_by(Consent.given_on.desc(), Consent.id.desc())).all()


def standings(rows: Sequence[Consent], parties: Sequence[str], purposes: Sequence[str]) -> list[Standing]:
    """Purpose by purpose, how each party stands today."""
    return [_standing(rows, purpose, party) for purpose in purposes for party in parties]


def in_force(row: Consent, day: date) -> bool:
    """Whether a consent holds on a day."""
    return (
        row.given_on <= day
        and (row.valid_to is None or row.valid_to >= day)
        and (row.withdrawn_on is None or row.withdrawn_on > day)
    )


def give(actor: Actor, stay: Stay, values: Mapping[str, Any]) -> list[Consent]:
    """Register consent for one purpose and several parties. `values` as `schemas.ConsentIn` gives them.

    Raises:
        Invalid: the dates do not fit, or a party has consent already.
    """
    actor.require(Permission.CASES_WRITE)
    _check(actor, stay, values)
    shared = {name: value for name, value in values.items() if name != "parties"}
    rows = [
        Consent(
            **shared,
            party=party,
            text_version=codes.TEXT_VERSION,
            intervention_id=stay.intervention_id,
            owner_party=actor.party,
            visible_to=[],
            participant_id=stay.participant_id,
            created_by=actor.person_id,
        )
        for party in dict.fromkeys(values["parties"])
    ]
    actor.session.add_all(rows)
    actor.session.flush()
    record(actor, acts.CONSENT_GIVEN, acts.STAY, stay.id, purpose=values["purpose"], parties=len(rows))
    return rows


def effect(actor: Actor, consent: Consent) -> list[tuple[str, int]]:
    """What a party stops seeing if this consent is withdrawn: kind of row and how many."""
    if consent.purpose != "INFO_EXCHANGE":
        return []
    found = actor.session.execute(_WOULD_LOSE, {"person": consent.participant_id, "party": consent.party})
    return [(row.kind, row.rows) for row in found]


def withdraw(actor: Actor, stay: Stay, consent_id: UUID) -> None:
    """Withdraw a consent from today on; the party's next request is refused.

    Raises:
        NotFound: the participant has no such consent.
        Conflict: it is withdrawn already.
    """
    actor.require(Permission.CASES_WRITE)
    row = one(actor, stay, consent_id)
    if row.withdrawn_on is not None:
        raise Conflict
    record(actor, acts.CONSENT_WITHDRAWN, acts.STAY, stay.id, purpose=row.purpose)
    row.withdrawn_on, row.withdrawn_by = clock.today(), actor.person_id
    actor.session.flush()


def one(actor: Actor, stay: Stay, consent_id: UUID) -> Consent:
    """A consent of the stay's participant.

    Raises:
        NotFound: there is none.
    """
    query = select(Consent).where(Consent.id == consent_id, Consent.participant_id == stay.participant_id)
    row = actor.session.scalars(query).first()
    if row is None:
        raise NotFound
    return row


def _standing(rows: Sequence[Consent], purpose: str, party: str) -> Standing:
    own = [row for row in rows if row.purpose == purpose and row.party == party]
    today = clock.today()
    held = next((row for row in own if in_force(row, today)), None)
    if held is not None:
        soon = held.valid_to is not None and (held.valid_to - today).days <= SOON_DAYS
        return Standing(purpose, party, "expiring" if soon else "consent", held)
    latest = own[0] if own else None
    if latest is not None and latest.withdrawn_on is not None:
        return Standing(purpose, party, "revoked", latest)
    return Standing(purpose, party, "expired" if latest else "missing", latest)


def _check(actor: Actor, stay: Stay, values: Mapping[str, Any]) -> None:
    faults: dict[str, str] = {}
    today = clock.today()
    if values["given_on"] > today:
        faults["given_on"] = "Samtycket kan inte vara daterat efter i dag."
    if values["valid_to"] is not None and values["valid_to"] < values["given_on"]:
        faults["valid_to"] = f"Sista dagen kan inte vara före den dag samtycket gavs ({values['given_on']})."
    if values["form"] == "PAPER" and not values["reference"].strip():
        faults["reference"] = "Skriv var pappret finns, till exempel ett diarienummer."
    taken = {
        row.party
        for row in ledger(actor, stay.participant_id)
        if row.purpose == values["purpose"] and row.withdrawn_on is None
    }
    twice = sorted(taken & set(values["parties"]))
    if twice:
        names = ", ".join(codes.party_word(party) for party in twice)
        faults["parties"] = f"Det finns redan ett samtycke för {names}. Återkalla det först om det ska bytas."
    if faults:
        raise Invalid(fields=faults)


def text_of(purpose: str, language: str, version: str = codes.TEXT_VERSION) -> Text | None:
    """What a participant agrees to, word for word, or None when there is no text in that language.

    Raises:
        KeyError: there is no such version or purpose.
    """
    return _texts()[version][purpose].get(language)


@cache
def _texts() -> Mapping[str, Mapping[str, Mapping[str, Text]]]:
    source = Path(__file__).with_name("consent_texts.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))
