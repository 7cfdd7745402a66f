"""What an employer's directory says of its staff, kept beside who has signed in.

A directory speaks for one home organisation and one issuer. It can say that somebody works there or does
not; it can give nobody a place in a förbund.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Connection, text

from fyrklang.kernel.db import Database
from fyrklang.kernel.ids import new_id

_CALLER = text("SELECT organisation_id, issuer_id FROM registry.directory_of(:hashed)")
_USERS = text("SELECT * FROM registry.directory_users(:organisation, :field, :wanted, :skipped, :most)")
_ADD = text("SELECT registry.directory_add(:id, :organisation, :issuer, :sub, :login, :called, :working)")
_CHANGE = text(
    "SELECT outcome, person FROM registry.directory_change(:id, :organisation, :login, :called, :working, :gone)"
)
_HAS_LEFT = text("SELECT registry.has_left(:person, :organisation)")
_NEW_KEY = text(
    "INSERT INTO registry.directory_key (id, organisation_id, issuer_id, key_hash, expires_at) "
    "VALUES (:id, :organisation, :issuer, :hashed, now() + make_interval(days => :days))"
)
_REVOKE = text(
    "UPDATE registry.directory_key SET revoked_at = now() "
    "WHERE organisation_id = :organisation AND revoked_at IS NULL"
)


@dataclass(frozen=True)
class Directory:
    """A directory that has shown its key, and what it speaks for."""

    organisation_id: UUID
    issuer_id: str


@dataclass(frozen=True)
class Staff:
    """What a directory says of one person. `subject` is who they are at the issuer, and never changes."""

    subject: str
    user_name: str
    display_name: str
    active: bool


@dataclass(frozen=True)
class Entry:
    """One person as the directory last told."""

    id: UUID
    staff: Staff
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True)
class Page:
    """Some of the directory's people, and how many fit the question in all."""

    entries: tuple[Entry, ...]
    total: int


class Told(StrEnum):
    """How a change ended."""

    SAVED = "SAVED"
    MISSING = "MISSING"
    TAKEN = "TAKEN"


def caller(database: Database, key: str) -> Directory | None:
    """The directory whose key this is; None when the key is unknown, revoked or past its day."""
    with database.engine("auth").connect() as connection:
        row = connection.execute(_CALLER, {"hashed": _digest(key)}).one_or_none()
    return Directory(row.organisation_id, row.issuer_id) if row is not None else None


def find(
    database: Database,
    directory: Directory,
    where: tuple[str, str] = ("", ""),
    window: tuple[int, int] = (0, 1),
) -> Page:
    """People the directory has told of, the earliest first.

    Args:
        where: a field (`id`, `externalid`, `username`, `displayname` or `active`) and its value; empty is all.
        window: how many to skip, and the most to give.
    """
    values = {"organisation": directory.organisation_id, "field": where[0], "wanted": where[1]}
    with database.engine("auth").connect() as connection:
        rows = connection.execute(_USERS, {**values, "skipped": window[0], "most": window[1]}).all()
        total = rows[0].total if rows else 0
        if not rows:
            # Past the end or none asked for: the count stands on no row.
            first = connection.execute(_USERS, {**values, "skipped": 0, "most": 1}).first()
            total = first.total if first else 0
    entries = (
        Entry(
            row.id,
            Staff(row.sub, row.user_name, row.display_name, row.active),
            row.created_at,
            row.changed_at,
        )
        for row in rows
    )
    return Page(tuple(entries), total)


def add(database: Database, directory: Directory, staff: Staff) -> UUID | None:
    """Take in somebody the directory tells of; None when it has told of them, or of the user name, before."""
    values = {
        "id": new_id(),
        "organisation": directory.organisation_id,
        "issuer": directory.issuer_id,
        "sub": staff.subject,
        **_said(staff),
    }
    with database.engine("auth").begin() as connection:
        made = connection.execute(_ADD, values).scalar_one()
    return made if made is None else UUID(str(made))


def change(
    database: Database, directory: Directory, user_id: UUID, staff: Staff, *, gone: bool = False
) -> tuple[Told, UUID | None]:
    """Write what the directory says now, or that it has removed somebody; the person, if they ever signed in."""
    values = {"id": user_id, "organisation": directory.organisation_id, "gone": gone, **_said(staff)}
    with database.engine("auth").begin() as connection:
        row = connection.execute(_CHANGE, values).one()
    return Told(row.outcome), row.person


def has_left(database: Database, person_id: UUID, organisation_id: UUID | None) -> bool:
    """Whether the organisation's directory says that the person does not work there."""
    if organisation_id is None:
        return False
    with database.engine("auth").connect() as connection:
        asked = {"person": person_id, "organisation": organisation_id}
        return bool(connection.execute(_HAS_LEFT, asked).scalar_one())


def new_key(connection: Connection, directory: Directory, days: int) -> str:
    """A key of 256 random bits, stored as its digest only. The connection is the migrator's."""
    key = secrets.token_urlsafe(32)
    connection.execute(
        _NEW_KEY,
        {
            "id": new_id(),
            "organisation": directory.organisation_id,
            "issuer": directory.issuer_id,
            "hashed": _digest(key),
            "days": days,
        },
    )
    return key


def revoke_keys(connection: Connection, organisation_id: UUID) -> int:
    """Make every key of the organisation worthless; returns how many. The connection is the migrator's."""
    return connection.execute(_REVOKE, {"organisation": organisation_id}).rowcount


def _said(staff: Staff) -> dict[str, object]:
    return {"login": staff.user_name, "called": staff.display_name, "working": staff.active}


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
