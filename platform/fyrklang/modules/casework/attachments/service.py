"""Files of a stay. They are kept where names are: in an insats that stores them, with the person's consent.

Reading follows the consents as notes do. Protecting the person destroys the key, and every file with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel.crypto import UnreadableError
from fyrklang.kernel.errors import Conflict, Invalid, NotFound
from fyrklang.kernel.ids import new_id
from fyrklang.modules.casework import acts, identity
from fyrklang.modules.casework.attachments.models import Attachment
from fyrklang.modules.casework.stays import Case, need_open, of_stay, opened
from fyrklang.sdk.audit import record, record_reading
from fyrklang.tenancy.vault import ErasedError, Vault
from fyrklang.web.uploads import Upload

MOST_BYTES = 10_000_000
MOST_FILES = 30
NAME, CONTENT = "care.attachment.name", "care.attachment.content"


@dataclass(frozen=True)
class File:
    """A file in a list. `name` is empty when its key is destroyed: then nobody can open it again."""

    row: Attachment
    name: str


def files(actor: Actor, case: Case) -> list[File]:
    """The files of a stay that the actor may see, latest first, without their content."""
    query = select(Attachment).where(Attachment.stay_id == case.stay.id)
    rows = actor.session.scalars(query.order_by(Attachment.created_at.desc(), Attachment.id)).all()
    return _named(actor, rows)


def count(actor: Actor, case: Case) -> int:
    """How many files of a stay the actor may see."""
    return actor.session.scalar(_count(case.stay.id)) or 0


def attach(actor: Actor, stay_id: UUID, values: Mapping[str, Any], sent: Upload) -> None:
    """Seal and keep a file that has been looked into. `values` as `schemas.AttachmentIn` gives them.

    Raises:
        NotFound, Conflict: as `stays.opened` and `need_open`.
        Invalid: nothing that names the person may be kept, or there are as many files as there may be.
    """
    case = opened(actor, stay_id)
    need_open(case)
    if not identity.may_store(actor, case):
        raise Invalid(fields={"file": "Bilagor kan inte sparas för den här personen."})
    if count(actor, case) >= MOST_FILES:
        raise Invalid(fields={"file": f"Ett deltagande kan ha högst {MOST_FILES} bilagor."})
    vault, file_id, person = Vault(actor.session), new_id(), case.person.id
    actor.session.add(
        Attachment(
            **of_stay(actor, case.stay),
            **values,
            id=file_id,
            mimetype=sent.kind.mimetype,
            size=len(sent.content),
            name_sealed=vault.seal(person, NAME, sent.name, file_id),
            content_sealed=vault.seal_bytes(person, CONTENT, sent.content, file_id),
            created_by=actor.person_id,
        )
    )
    actor.session.flush()
    record(actor, acts.ATTACHED, acts.STAY, stay_id)


def fetch(actor: Actor, stay_id: UUID, file_id: UUID) -> tuple[str, str, bytes]:
    """Name, kind as mimetype, and content of one file. The log is told.

    Raises:
        NotFound: there is none that the actor may see.
        Conflict: its key is destroyed, and nobody can open it again.
    """
    opened(actor, stay_id, Permission.CASES_READ)
    row = _one(actor, stay_id, file_id)
    vault = Vault(actor.session)
    try:
        name = vault.open(row.participant_id, NAME, row.name_sealed, row.id)
        content = vault.open_bytes(row.participant_id, CONTENT, row.content_sealed, row.id)
    except (ErasedError, UnreadableError) as gone:
        raise Conflict("Bilagan är förstörd och går inte att öppna.") from gone
    record_reading(actor, acts.FILE_READ, acts.STAY, [stay_id])
    return name, row.mimetype, content


def detach(actor: Actor, stay_id: UUID, file_id: UUID) -> None:
    """Take a file of one's own party away for good.

    Raises:
        NotFound: the party has no such file.
    """
    actor.session.delete(own(actor, stay_id, file_id).row)
    actor.session.flush()
    record(actor, acts.DETACHED, acts.STAY, stay_id)


def own(actor: Actor, stay_id: UUID, file_id: UUID) -> File:
    """A file of one's own party.

    Raises:
        NotFound: the party has no such file.
    """
    opened(actor, stay_id)
    row = _one(actor, stay_id, file_id)
    if row.owner_party != actor.party:
        raise NotFound
    return _named(actor, [row])[0]


def _one(actor: Actor, stay_id: UUID, file_id: UUID) -> Attachment:
    query = select(Attachment).where(Attachment.id == file_id, Attachment.stay_id == stay_id)
    row = actor.session.scalars(query).first()
    if row is None:
        raise NotFound
    return row


def _named(actor: Actor, rows: Sequence[Attachment]) -> list[File]:
    vault = Vault(actor.session)
    found = []
    for row in rows:
        try:
            name = vault.open(row.participant_id, NAME, row.name_sealed, row.id)
        except (ErasedError, UnreadableError):
            name = ""
        found.append(File(row, name))
    return found


def _count(stay_id: UUID) -> Any:
    return select(func.count()).select_from(Attachment).where(Attachment.stay_id == stay_id)
