"""Who a participant is: sealed, shown only when asked for, erased when protected.

Only an insats in mode C stores it. Nobody whose identity is protected has any, here or in their remiss, and what
was there is destroyed with its key. Protection is laid by one person and lifted by two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Conflict, Invalid, NotFound
from fyrklang.modules.casework import acts
from fyrklang.modules.casework.attachments.models import Attachment
from fyrklang.modules.casework.consents import in_force
from fyrklang.modules.casework.models import Participant, Referral, Sealed, Stay
from fyrklang.modules.casework.stays import Case, opened
from fyrklang.sdk.audit import record, record_reading
from fyrklang.sdk.insatser import Insats
from fyrklang.sdk.person_numbers import (
    NoPersonNumberError,
    PersonNumber,
    name_index,
    number_index,
    parse_number,
)
from fyrklang.tenancy.session import TenantSession
from fyrklang.tenancy.vault import Vault

IDENTIFIED, PROTECTED, PSEUDONYM = "IDENTIFIED", "PROTECTED", "PSEUDONYM"
STORING = "C"
FIELDS = ("name", "number", "contact")
_BLANK = "Skyddad"


@dataclass(frozen=True)
class Identity:
    """Name, number as forms write it and contact; empty where nothing is known."""

    name: str = ""
    number: str = ""
    contact: str = ""


def has_any(row: Sealed) -> bool:
    """Whether something is sealed in the row."""
    return any(getattr(row, f"{name}_sealed") is not None for name in FIELDS)


def _consents_to_storing(case: Case) -> bool:
    """Whether the insats, the person's protection and their consent let an identity be kept."""
    return (
        case.insats.mode == STORING
        and case.person.identity_mode != PROTECTED
        and any(row.purpose == "FOLLOW_UP_REG" and in_force(row, clock.today()) for row in case.consents)
    )


def erased(actor: Actor, case: Case) -> bool:
    """Whether the participant has been protected, now or before: their key is gone, and nothing is kept again."""
    return Vault(actor.session).erased(case.person.id)


def may_store(actor: Actor, case: Case) -> bool:
    """Whether what names the person may be kept, and can be."""
    return _consents_to_storing(case) and not erased(actor, case)


def reveal(actor: Actor, stay_id: UUID, why: str) -> tuple[Case, Identity]:
    """Show who a participant is. The log is told, with the reason.

    Raises:
        NotFound: there is none that the actor may see.
    """
    case = opened(actor, stay_id, Permission.CASES_UNMASK)
    record_reading(actor, acts.UNMASKED, acts.STAY, [stay_id], why=why)
    return case, _open(actor.session, case.person, "participant")


def reveal_referred(actor: Actor, referral_id: UUID, why: str) -> Identity:
    """Show who a remiss is about. The log is told, with the reason.

    Raises:
        NotFound: there is none that the actor may see.
    """
    actor.require(Permission.CASES_UNMASK)
    row = actor.session.scalars(select(Referral).where(Referral.id == referral_id)).first()
    if row is None:
        raise NotFound
    record_reading(actor, acts.UNMASKED, acts.REFERRAL, [referral_id], why=why)
    return _open(actor.session, row, "referral")


def store(actor: Actor, stay_id: UUID, values: Mapping[str, str]) -> None:
    """Seal who a participant is. `values` as `schemas.IdentityIn` gives them.

    Raises:
        NotFound: there is none that the actor may see.
        Invalid: it may not be stored, the number is none, or another participant of the insats has it.
    """
    case = opened(actor, stay_id)
    if not may_store(actor, case):
        raise Invalid(fields={"": "Namn och personnummer kan inte sparas här."})
    _keep(actor, case.person, values)
    record(actor, acts.IDENTIFIED, acts.STAY, stay_id)


def protect(actor: Actor, stay_id: UUID) -> None:
    """Protect a participant: what names them is destroyed, and no list or search has them from now on.

    Raises:
        NotFound: there is none that the actor may see.
        Conflict: they are protected already.
    """
    person, stay = (case := opened(actor, stay_id)).person, case.stay
    if person.identity_mode == PROTECTED:
        raise Conflict
    # Also without a name: a file may have been sealed with the key.
    Vault(actor.session).shred(person.id)
    actor.session.execute(delete(Attachment).where(Attachment.participant_id == person.id))
    _empty(person)
    person.name_index, person.kommun_code, person.identity_mode = None, None, PROTECTED
    person.version += 1
    if stay.assigned_to is None:
        stay.assigned_to = actor.person_id
    actor.session.flush()
    actor.session.execute(update(Stay).where(Stay.participant_id == person.id).values(kommun_code=None))
    blank = {"code": _BLANK, "own_words": "", "question": "", "answer": "", "birth_year": None}
    actor.session.execute(update(Referral).where(Referral.participant_id == person.id).values(**blank))
    record(actor, acts.PROTECTED, acts.STAY, stay_id)


def lift(actor: Actor, stay_id: UUID) -> bool:
    """Ask to lift somebody's protection, or confirm what a colleague has asked; whether it is lifted now.

    Raises:
        NotFound: there is none that the actor may see.
        Conflict: they are not protected, or the actor is the one who asked.
    """
    person = opened(actor, stay_id).person
    if person.identity_mode != PROTECTED:
        raise Conflict
    if person.unprotect_by is None:
        person.unprotect_by = actor.person_id
    elif person.unprotect_by == actor.person_id:
        raise Conflict("En annan i teamet måste bekräfta att skyddet upphör.")
    else:
        person.identity_mode, person.unprotect_by = PSEUDONYM, None
    person.version += 1
    actor.session.flush()
    lifted = person.identity_mode != PROTECTED
    record(actor, acts.UNPROTECTED if lifted else acts.ASKED_TO_UNPROTECT, acts.STAY, stay_id)
    return lifted


def protected_stay(actor: Actor, code: str) -> UUID | None:
    """The latest stay of the protected participant with exactly this code, if the case is the actor's to open.
    The log is told. Names, numbers and other people's codes are looked for in `finding`.
    """
    actor.require(Permission.CASES_UNMASK)
    query = (
        select(Stay.id)
        .join(Participant, Participant.id == Stay.participant_id)
        .where(
            Participant.code_norm == code.strip().lower(),
            Participant.identity_mode == PROTECTED,
            Stay.status != "MISREG",
        )
        .order_by(Stay.started_on.desc(), Stay.id)
    )
    found = next((each for each in actor.session.scalars(query) if _may_open(actor, each)), None)
    record_reading(actor, acts.LIST_READ, acts.STAY, [found] if found else [])
    return found


def _may_open(actor: Actor, stay_id: UUID) -> bool:
    try:
        opened(actor, stay_id, Permission.CASES_UNMASK)
    except NotFound:
        return False
    return True


def seal_referred(session: TenantSession, insats: Insats, row: Referral, given: Mapping[str, Any]) -> None:
    """Seal who a remiss is about, when the insats stores that and the person agrees.

    Raises:
        Invalid: the insats does not store it, the person has not agreed, or the number is none.
    """
    told = {name: str(given.get(name) or "").strip() for name in FIELDS}
    if not any(told.values()):
        return
    field = next(name for name in FIELDS if told[name])
    if insats.mode != STORING:
        raise Invalid(fields={field: "Insatsen sparar inte vem personen är. Skriv bara er kod."})
    if not given.get("identity_consented"):
        text = "Utan samtycke sparas varken namn, personnummer eller kontakt. Lämna dem tomma."
        raise Invalid(fields={"identity_consented": text})
    _seal(session, row, "referral", told)


def carry_over(session: TenantSession, row: Referral, person: Participant) -> bool:
    """Move what the remiss knows of the person to the participant; whether there was any.

    Raises:
        Invalid: another participant of the insats has the number.
    """
    if not has_any(row) or person.identity_mode == PROTECTED or Vault(session).erased(person.id):
        return False
    found = _open(session, row, "referral")
    _keep_in(session, person, {name: getattr(found, name) for name in FIELDS})
    Vault(session).shred(row.id)
    _empty(row)
    session.flush()
    return True


def _keep(actor: Actor, person: Participant, values: Mapping[str, str]) -> None:
    _keep_in(actor.session, person, values)


def _keep_in(session: TenantSession, person: Participant, values: Mapping[str, str]) -> None:
    vault = Vault(session)
    name = values["name"].strip()
    try:
        with session.begin_nested():
            person.identity_mode = IDENTIFIED
            _seal(session, person, "participant", values)
            person.name_index = name_index(vault, name) if name else None
            person.version += 1
            session.flush()
    except IntegrityError as error:
        text = "En annan deltagare i insatsen har det personnumret. Personen kan ha fått två koder."
        raise Invalid(fields={"number": text}) from error


def _seal(session: TenantSession, row: Any, table: str, values: Mapping[str, str]) -> None:
    vault = Vault(session)
    number = _number(values["number"]) if values["number"].strip() else None
    if number is None and values["number"].strip():
        raise Invalid(fields={"number": "Det är inget giltigt personnummer eller samordningsnummer."})
    plain = {**values, "number": number.digits if number else ""}
    for name in FIELDS:
        text = plain[name].strip()
        column = f"{name}_sealed"
        setattr(row, column, vault.seal(row.id, f"care.{table}.{name}", text) if text else None)
    row.number_index = number_index(vault, number) if number else None


def _open(session: TenantSession, row: Any, table: str) -> Identity:
    vault = Vault(session)
    found = {
        name: vault.open(row.id, f"care.{table}.{name}", sealed) if sealed is not None else ""
        for name in FIELDS
        if (sealed := getattr(row, f"{name}_sealed")) is not None
    }
    if "number" in found:
        found["number"] = PersonNumber(found["number"]).shown
    return Identity(**found)


def _empty(row: Any) -> None:
    for name in FIELDS:
        setattr(row, f"{name}_sealed", None)
    row.number_index = None


def _number(text: str) -> PersonNumber | None:
    try:
        return parse_number(text)
    except NoPersonNumberError:
        return None
