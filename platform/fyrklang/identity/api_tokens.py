"""Tokens of programs: who is behind a request that carries one.

A token is random and stored as its digest alone. It gives the place of the one who made it, and never more
than that person may at this moment.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from flask import Request
from sqlalchemy import text

from fyrklang.identity.grants import read_grants
from fyrklang.identity.visitor import Visitor
from fyrklang.kernel.db import Database

MARK = "fkl_"
PREFIX_CHARS = 10
LEVEL = 2
"""A program cannot log in with an e-identification, so what demands one is never done with a token."""

_BYTES = 32
_CHARS = len(MARK) + 43
_USE = text("SELECT membership_id, person_id, permissions FROM registry.use_token(:hashed)")


def new_token() -> str:
    """A token of 256 random bits, with a mark that scanners for leaked secrets can look for."""
    return MARK + secrets.token_urlsafe(_BYTES)


def digest(token: str) -> str:
    """SHA-256 (hex) of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def bearer(request: Request) -> str | None:
    """What a request to the API carries as its bearer token; None when it carries none."""
    kind, _space, value = request.headers.get("Authorization", "").partition(" ")
    return value.strip() if kind.lower() == "bearer" and request.path.startswith("/api/") else None


def visitor_of(database: Database, token: str, at: datetime) -> Visitor | None:
    """The maker of a token, in the one förbund it is for and with no more than its permissions."""
    if len(token) != _CHARS or not token.startswith(MARK):
        return None
    hashed = digest(token)
    with database.engine("auth").begin() as connection:
        row = connection.execute(_USE, {"hashed": hashed}).one_or_none()
    grants = read_grants(database, row.person_id, at.timestamp()) if row else None
    if row is None or grants is None:
        return None
    places = tuple(place for place in grants.memberships if place.id == row.membership_id)
    if not places:
        return None
    return Visitor(
        person_id=row.person_id,
        name=grants.name,
        memberships=places,
        national_roles=frozenset(),
        csrf_key=b"",
        loa=LEVEL,
        handle=hashed,
        scope=frozenset(row.permissions),
    )
