"""What an employer's directory may do: say who works there. Giving places is the administrators' alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import structlog

from fyrklang.identity import directory
from fyrklang.identity.directory import Directory, Entry, Page, Staff, Told
from fyrklang.identity.sessions import Identity
from fyrklang.modules.scim.schemas import ScimFault, patched

log = structlog.get_logger(__name__)

_TAKEN = "Personen eller användarnamnet finns redan."


def caller(identity: Identity, key: str) -> Directory:
    """The directory whose key this is.

    Raises:
        ScimFault: it is nobody's key.
    """
    found = directory.caller(identity.database, key) if key else None
    if found is None:
        raise ScimFault(401, "Nyckeln saknas, är återkallad eller har gått ut.")
    return found


def find(identity: Identity, asking: Directory, where: tuple[str, str], window: tuple[int, int]) -> Page:
    """Those the directory has told of that fit the filter, in the order they came."""
    return directory.find(identity.database, asking, where, window)


def get(identity: Identity, asking: Directory, user_id: UUID | None) -> Entry:
    """One of them.

    Raises:
        ScimFault: there is no such user in this directory.
    """
    where = ("id", str(user_id))
    found = directory.find(identity.database, asking, where).entries if user_id else ()
    if not found:
        raise ScimFault(404, "Användaren finns inte.")
    return found[0]


def add(identity: Identity, asking: Directory, staff: Staff) -> Entry:
    """Take in somebody.

    Raises:
        ScimFault: the directory has told of the person, or of the user name, before.
    """
    made = directory.add(identity.database, asking, staff)
    if made is None:
        raise ScimFault(409, _TAKEN, "uniqueness")
    _note(asking, "added", made)
    if not staff.active:
        # Told of for the first time as somebody who has left: they may be logged in all the same.
        _write(identity, asking, get(identity, asking, made), staff)
    return get(identity, asking, made)


def put(identity: Identity, asking: Directory, user_id: UUID | None, staff: Staff) -> Entry:
    """Write all anew what the directory says of somebody.

    Raises:
        ScimFault: there is no such user, the user name is taken, or it is another person.
    """
    known = get(identity, asking, user_id)
    if staff.subject != known.staff.subject:
        raise ScimFault(400, "externalId kan inte ändras: det är en annan person då.", "mutability")
    _write(identity, asking, known, staff)
    return get(identity, asking, user_id)


def patch(identity: Identity, asking: Directory, user_id: UUID | None, document: Any) -> Entry:
    """Change some of it.

    Raises:
        ScimFault: as for `put`, or the change cannot be read.
    """
    known = get(identity, asking, user_id)
    _write(identity, asking, known, patched(known.staff, document))
    return get(identity, asking, user_id)


def remove(identity: Identity, asking: Directory, user_id: UUID | None) -> None:
    """Note that somebody works there no more.

    Raises:
        ScimFault: there is no such user.
    """
    known = get(identity, asking, user_id)
    _write(identity, asking, known, known.staff, gone=True)


def _write(identity: Identity, asking: Directory, known: Entry, staff: Staff, *, gone: bool = False) -> None:
    told, person_id = directory.change(identity.database, asking, known.id, staff, gone=gone)
    if told is Told.MISSING:
        raise ScimFault(404, "Användaren finns inte.")
    if told is Told.TAKEN:
        raise ScimFault(409, _TAKEN, "uniqueness")
    out = gone or not staff.active
    if person_id is not None and out:
        identity.sessions.end_from(person_id, asking.organisation_id)
    if person_id is not None:
        identity.sessions.refresh(person_id)
    _note(asking, "ended" if out else "changed", known.id)


def _note(asking: Directory, deed: str, user_id: UUID) -> None:
    """Who it is stays in the database; the log says which row."""
    log.info("directory_told", organisation=str(asking.organisation_id), deed=deed, user=str(user_id))
