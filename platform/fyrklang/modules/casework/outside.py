"""What opens without a login: a remiss by invitation, and how it goes for one that was sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text

from fyrklang.access.teams import referrer_tag
from fyrklang.kernel.db import Database
from fyrklang.kernel.errors import NotFound
from fyrklang.modules.casework import acts
from fyrklang.modules.casework.referrals import Sender, lay
from fyrklang.modules.casework.tokens import digest, of_referral
from fyrklang.sdk.audit import record
from fyrklang.sdk.insatser import Insats, insatser
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.session import TenantSession, tenant_session

_INVITATION = text("SELECT * FROM care.referral_invitation_of(:slug, :hashed)")
_USE = text("SELECT care.use_referral_invitation(:hashed, :made)")
_STATUS = text("SELECT * FROM care.referral_status(:slug, :hashed)")


@dataclass(frozen=True)
class Status:
    """How it goes for a remiss. Nothing of the person it is about; `place` is where it stands in the queue."""

    reference: str
    status: str
    received_on: date
    answer_by: date | None
    intervention: str
    forbund: str
    synthetic: bool
    place: int | None


@dataclass(frozen=True)
class Door:
    """An invitation that has been opened: to what, from whom, and a session that sees what its sender sends."""

    session: TenantSession
    insats: Insats
    sender: Sender
    forbund: str
    synthetic: bool


@dataclass(frozen=True)
class Receipt:
    """What the sender keeps: the reference, and the token of the status link."""

    reference: str
    token: str
    answer_by: date | None


@contextmanager
def opened(database: Database, slug: str, token: str) -> Iterator[Door]:
    """Open an invitation for one transaction, committed when the block ends well.

    Raises:
        NotFound: there is no such invitation, or it is used, called back or lapsed.
    """
    with database.engine("app").connect() as connection:
        row = connection.execute(_INVITATION, {"slug": slug, "hashed": digest(token)}).one_or_none()
    if row is None:
        raise NotFound
    context = TenantContext(
        row.tenant_id,
        slug,
        actor_id=row.invitation_id,
        party=referrer_tag(row.invitation_id),
        interventions=(row.intervention_id,),
    )
    with tenant_session(database, context) as session:
        insats = insatser(session, {row.intervention_id}).get(row.intervention_id)
        if insats is None or not (insats.follows_people and insats.takes_referrals):
            raise NotFound
        yield Door(
            session, insats, Sender(row.invitation_id, row.name, row.party), row.forbund, row.synthetic
        )


def send(door: Door, token: str, values: Mapping[str, Any]) -> Receipt:
    """Send the remiss the invitation is for; the link opens nothing from then on.

    Raises:
        NotFound: somebody used the invitation meanwhile.
        Invalid: consent is missing.
    """
    row = lay(door.session, door.insats, door.sender, values)
    made: dict[str, str | UUID] = {"hashed": digest(token), "made": row.id}
    if not door.session.execute(_USE, made).scalar_one():
        raise NotFound
    record(door, acts.SENT, acts.REFERRAL, row.id, by_invitation=True)
    return Receipt(row.reference, of_referral(door.session, row.id), row.answer_by)


def status_of(database: Database, slug: str, token: str) -> Status:
    """How it goes for the remiss of a status link.

    Raises:
        NotFound: there is no such link.
    """
    with database.engine("app").connect() as connection:
        row = connection.execute(_STATUS, {"slug": slug, "hashed": digest(token)}).one_or_none()
    if row is None:
        raise NotFound
    return Status(*row)
