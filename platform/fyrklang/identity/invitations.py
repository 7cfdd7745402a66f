"""One-time codes that turn someone who has signed in into a user of a förbund.

A code is handed over by the administrator, shown once and stored only as its digest. It works for one
person, at the issuer and home organisation it was made for.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import text

from fyrklang.identity.session_store import Session
from fyrklang.kernel.db import Database
from fyrklang.kernel.ids import new_id

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Digits and letters that are not taken for one another when read aloud."""
GROUPS, GROUP_SIGNS = 4, 4

_ACCEPT = text(
    "SELECT outcome, slug, home FROM registry.accept_invitation(:person, :issuer, :organisation, :code, :place)"
)


class Outcome(StrEnum):
    """How the use of a code ended."""

    ACCEPTED = "ACCEPTED"
    UNKNOWN = "UNKNOWN"
    EXPIRED = "EXPIRED"
    ELSEWHERE = "ELSEWHERE"
    ALREADY = "ALREADY"
    APART = "APART"
    OWN = "OWN"


@dataclass(frozen=True)
class Answer:
    """The outcome, the förbund's place in addresses and the home organisation the code was made for."""

    outcome: Outcome
    slug: str
    home: str


def new_code() -> str:
    """A code of 79 random bits, as `ABCD-EFGH-JKMN-PQRS`."""
    groups = ("".join(secrets.choice(ALPHABET) for _sign in range(GROUP_SIGNS)) for _group in range(GROUPS))
    return "-".join(groups)


def digest(code: str) -> str:
    """SHA-256 (hex) of a code however it was typed: small letters, spaces and hyphens do not matter."""
    plain = "".join(sign for sign in code.upper() if sign in ALPHABET)
    return hashlib.sha256(plain.encode()).hexdigest()


def accept(database: Database, session: Session, code: str) -> Answer:
    """Use a code as the person signed in. Committed here, since no förbund's transaction is open yet."""
    values = {
        "person": session.person_id,
        "issuer": session.issuer_id,
        "organisation": session.organisation_id,
        "code": digest(code),
        "place": new_id(),
    }
    with database.engine("auth").begin() as connection:
        row = connection.execute(_ACCEPT, values).one()
    return Answer(Outcome(row.outcome), row.slug or "", row.home or "")
