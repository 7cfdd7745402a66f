"""Inviting an official without an account to send one remiss: a link that is used once and lapses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.access.teams import parties_of, team_of
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Conflict, Invalid, NotFound
from fyrklang.modules.casework import acts
from fyrklang.modules.casework.models import ReferralInvitation
from fyrklang.modules.casework.tokens import digest, new_token
from fyrklang.sdk.audit import record
from fyrklang.sdk.insatser import Insats, insatser
from fyrklang.sdk.members import member_parties

DAYS = 14
MOST_OPEN = 20
"""Invitations to one insats that nobody has used yet."""


@dataclass(frozen=True)
class Invited:
    """A new invitation; the token is in nobody's hands but the caller's from here on."""

    token: str
    expires_at: datetime


def open_to(actor: Actor) -> list[Insats]:
    """Insatser of the actor's that a remiss can be sent to, by name."""
    actor.require(Permission.CASES_WRITE)
    known = insatser(actor.session, actor.context.interventions).values()
    return [each for each in known if each.follows_people and each.takes_referrals]


def invite(actor: Actor, values: Mapping[str, Any]) -> Invited:
    """Invite an official of a party. `values` as `schemas.InviteIn` gives them.

    Raises:
        Invalid: the insats takes no remisser, the party is no member, or too many invitations wait.
    """
    insats = next((each for each in open_to(actor) if each.id == values["intervention_id"]), None)
    if insats is None:
        raise Invalid(
            fields={"intervention_id": "Välj en insats som du arbetar i och som tar emot remisser."}
        )
    if values["party"] not in member_parties(actor.session):
        raise Invalid(fields={"party": "Välj en av förbundets medlemmar."})
    if _waiting(actor, insats.id) >= MOST_OPEN:
        text = f"{MOST_OPEN} inbjudningar till insatsen väntar redan. Återkalla dem som inte behövs."
        raise Invalid(fields={"intervention_id": text})
    token, expires_at = new_token(), clock.now() + timedelta(days=DAYS)
    others = set(parties_of(team_of(actor.session, insats.id))) - {actor.party}
    row = ReferralInvitation(
        intervention_id=insats.id,
        owner_party=actor.party,
        visible_to=sorted(others),
        token_hash=digest(token),
        party=values["party"],
        name=values["name"].strip(),
        expires_at=expires_at,
        created_by=actor.person_id,
    )
    actor.session.add(row)
    actor.session.flush()
    record(actor, acts.INVITED, acts.INVITATION, row.id, party=values["party"])
    return Invited(token, expires_at)


def listing(actor: Actor) -> Sequence[ReferralInvitation]:
    """Invitations to the actor's insatser from the last months, latest first."""
    since = clock.now() - timedelta(days=90)
    query = select(ReferralInvitation).where(ReferralInvitation.created_at >= since)
    return actor.session.scalars(query.order_by(ReferralInvitation.created_at.desc()).limit(100)).all()


def revoke(actor: Actor, invitation_id: UUID) -> None:
    """Call an invitation back, from now on.

    Raises:
        NotFound: there is none that the actor may see.
        Conflict: it is used or called back already.
    """
    actor.require(Permission.CASES_WRITE)
    query = select(ReferralInvitation).where(ReferralInvitation.id == invitation_id)
    row = actor.session.scalars(query).first()
    if row is None:
        raise NotFound
    if row.used_at is not None or row.revoked_at is not None:
        raise Conflict
    row.revoked_at = clock.now()
    actor.session.flush()
    record(actor, acts.UNINVITED, acts.INVITATION, row.id)


def state_of(row: ReferralInvitation) -> str:
    """USED, REVOKED, EXPIRED or OPEN."""
    if row.used_at is not None:
        return "USED"
    if row.revoked_at is not None:
        return "REVOKED"
    return "OPEN" if row.expires_at > clock.now() else "EXPIRED"


def _waiting(actor: Actor, intervention_id: UUID) -> int:
    query = select(func.count()).where(
        ReferralInvitation.intervention_id == intervention_id,
        ReferralInvitation.used_at.is_(None),
        ReferralInvitation.revoked_at.is_(None),
        ReferralInvitation.expires_at > clock.now(),
    )
    return actor.session.scalars(query).one()
