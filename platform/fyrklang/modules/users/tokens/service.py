"""Tokens for programs: made, listed and called back. Both doors call this; nothing commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import PERMISSION_TRAITS, Permission, Reach
from fyrklang.identity.api_tokens import LEVEL, PREFIX_CHARS, digest, new_token
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Invalid, NotFound
from fyrklang.kernel.ids import new_id
from fyrklang.modules.users import acts
from fyrklang.modules.users.models import ApiToken, Place
from fyrklang.sdk.audit import record

LONGEST_DAYS = 365
FOR_PROGRAMS = frozenset(
    permission
    for permission, traits in PERMISSION_TRAITS.items()
    if traits.reach is Reach.TENANT and traits.loa <= LEVEL and not traits.reads_person
)
"""What a token may hold: nothing about participants, and nothing that takes an e-identification."""


@dataclass(frozen=True)
class Made:
    """A new token in the clear, which is stored nowhere."""

    id: UUID
    token: str
    expires_at: datetime


def grantable(actor: Actor) -> list[Permission]:
    """What the actor may give a token: what programs may hold and the actor has."""
    return [permission for permission in Permission if permission in FOR_PROGRAMS & actor.permissions]


def list_tokens(actor: Actor) -> Sequence[Any]:
    """Every token of the förbund, the newest first; those called back or past their last day too."""
    actor.require(Permission.TOKENS_WRITE)
    return actor.session.execute(
        select(
            ApiToken.id,
            ApiToken.name,
            ApiToken.prefix,
            ApiToken.permissions,
            ApiToken.created_at,
            ApiToken.expires_at,
            ApiToken.last_used_at,
            ApiToken.revoked_at,
            Place.display_name.label("maker"),
        )
        .join(Place, Place.id == ApiToken.membership_id)
        .order_by(ApiToken.created_at.desc(), ApiToken.id)
    ).all()


def make_token(actor: Actor, values: Mapping[str, Any]) -> Made:
    """Make a token that acts as the actor, with some of the actor's permissions, to the end of a day.

    Raises:
        Invalid: a permission the actor cannot give, or a last day that is past or over a year away.
    """
    actor.require(Permission.TOKENS_WRITE)
    if not set(values["permissions"]) <= set(grantable(actor)):
        raise Invalid(fields={"permissions": "Välj bland behörigheterna i listan."})
    today, last = clock.today(), values["last_day"]
    if not today <= last <= today + timedelta(days=LONGEST_DAYS):
        raise Invalid(fields={"last_day": "Välj en dag från i dag och högst ett år framåt."})
    token = new_token()
    row = ApiToken(
        id=new_id(),
        name=values["name"],
        membership_id=_own_place(actor),
        person_id=actor.person_id,
        prefix=token[:PREFIX_CHARS],
        token_hash=digest(token),
        permissions=sorted(values["permissions"]),
        created_at=clock.now(),
        expires_at=datetime.combine(last + timedelta(days=1), time(), clock.STOCKHOLM),
    )
    actor.session.add(row)
    actor.session.flush()
    record(actor, acts.TOKEN_MADE, acts.TOKEN, row.id, permissions=row.permissions)
    return Made(row.id, token, row.expires_at)


def revoke_token(actor: Actor, token_id: UUID) -> None:
    """Call a token back; it opens nothing from the next request on. Once more changes nothing.

    Raises:
        NotFound: no such token in this förbund.
    """
    actor.require(Permission.TOKENS_WRITE)
    row = actor.session.scalars(select(ApiToken).where(ApiToken.id == token_id).with_for_update()).first()
    if row is None:
        raise NotFound
    if row.revoked_at is None:
        row.revoked_at = clock.now()
        record(actor, acts.TOKEN_REVOKED, acts.TOKEN, row.id)
    actor.session.flush()


def _own_place(actor: Actor) -> UUID:
    """The actor's place that gives the most; a person may have one at each of several organisations."""
    today = clock.today()
    query = select(Place).where(
        Place.person_id == actor.person_id, Place.ended_at.is_(None), Place.valid_from <= today
    )
    held = [row for row in actor.session.scalars(query) if row.valid_to is None or row.valid_to >= today]
    for row in held:
        if actor.roles <= set(row.roles):
            return row.id
    raise Invalid(fields={"": "Du har ingen plats i förbundet att göra nyckeln för."})
