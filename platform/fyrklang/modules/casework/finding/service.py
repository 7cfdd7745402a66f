"""Looking for participants one may read about. A number and a name go through the keyed index, a code plainly.

Somebody with protected identity is found by nothing here. The log is told who was found, how many, and
a keyed hash of what was asked, by which two searches for the same can be seen to be so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.modules.casework import acts
from fyrklang.modules.casework.models import Participant, Stay
from fyrklang.sdk.audit import record_reading
from fyrklang.sdk.care import PROTECTED
from fyrklang.sdk.person_numbers import NoPersonNumberError, name_index, number_index, parse_number
from fyrklang.tenancy.vault import Vault

LONGEST = 60
MOST = 20
IDENTIFIED = "IDENTIFIED"


@dataclass(frozen=True)
class Found:
    """What a search found: at most twenty stays, whether there are more, and how it was asked for.

    `way` is number or words; empty when nothing was asked. Each row says in `by_name` whether the name led to it.
    """

    way: str
    rows: Sequence[Any] = ()
    more: bool = False


def find(actor: Actor, asked: str) -> Found:
    """Stays of whoever has the code, the name or the number, those that go on first.

    A personal number must be whole. Of a name each word must be whole, in any order; case and accents are
    no matter. A code may be any part of it.
    """
    actor.require(Permission.CASES_READ)
    text = asked.strip()[:LONGEST]
    if not text:
        record_reading(actor, acts.SEARCHED, acts.STAY, [])
        return Found("")
    vault = Vault(actor.session)
    way, condition = _condition(vault, text)
    rows = actor.session.execute(_query(condition, _name(vault, text) if way == "words" else None)).all()
    shown = rows[:MOST]
    trace = vault.index("search", text.casefold()).hex()[:16]
    record_reading(actor, acts.SEARCHED, acts.STAY, [row.id for row in shown], asked=f"h-{trace}", way=way)
    return Found(way, shown, len(rows) > MOST)


def _condition(vault: Vault, text: str) -> tuple[str, ColumnElement[bool]]:
    try:
        number = parse_number(text)
    except NoPersonNumberError:
        code = Participant.code_norm.contains(text.lower(), autoescape=True)
        name = _name(vault, text)
        return "words", code if name is None else or_(code, name)
    return "number", _identified(Participant.number_index == number_index(vault, number))


def _name(vault: Vault, text: str) -> ColumnElement[bool] | None:
    words = name_index(vault, text)
    return _identified(Participant.name_index.contains(words)) if words else None


def _identified(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return condition & (Participant.identity_mode == IDENTIFIED)


def _query(condition: ColumnElement[bool], name: ColumnElement[bool] | None) -> Any:
    by_name = case((name, True), else_=False) if name is not None else case((condition, False), else_=False)
    return (
        select(
            Stay.id,
            Participant.code,
            Stay.intervention_id,
            Stay.status,
            Stay.started_on,
            Stay.ended_on,
            by_name.label("by_name"),
        )
        .join(Participant, Participant.id == Stay.participant_id)
        .where(condition, Participant.identity_mode != PROTECTED, Stay.status != "MISREG")
        .order_by(Stay.ended_on.is_not(None), func.length(Participant.code), Participant.code_norm, Stay.id)
        .limit(MOST + 1)
    )
