"""Rounds of review: opened every half year, decided role by role, signed. Both doors call this; nothing commits."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, all_, func, or_, select
from sqlalchemy.exc import IntegrityError

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission, Role
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Conflict, Invalid, NotFound
from fyrklang.kernel.ids import new_id
from fyrklang.modules.users import acts, service
from fyrklang.modules.users.models import Place
from fyrklang.modules.users.rounds.models import Round, RoundItem
from fyrklang.sdk.audit import HasSession, record
from fyrklang.tenancy.registry.models import Organisation
from fyrklang.tenancy.session import TenantSession

PERIOD = timedelta(days=182)
"""From one round to the next."""

TIME_TO_DO = timedelta(days=30)
OPEN_ALREADY = "Det finns redan en öppen genomgång. Gör klart den först."
NOBODY = "Det finns ingen att gå igenom än."
SIGNED = "Genomgången är signerad och kan inte ändras."
OWN = "Dina egna roller går en annan administratör igenom."


def list_rounds(actor: Actor) -> Sequence[Any]:
    """Every round, the latest first, with how many roles there are, are decided and were taken away."""
    actor.require(Permission.USERS_READ)
    return actor.session.execute(_rounds().order_by(Round.opened_on.desc(), Round.id)).all()


def get_round(actor: Actor, round_id: UUID) -> Any:
    """One round.

    Raises:
        NotFound: it does not exist in this förbund.
    """
    actor.require(Permission.USERS_READ)
    row = actor.session.execute(_rounds().where(Round.id == round_id)).first()
    if row is None:
        raise NotFound
    return row


def items_of(actor: Actor, round_id: UUID) -> Sequence[Any]:
    """The roles of a round by name in Swedish order, then role; `gone` says that nothing is left to decide."""
    actor.require(Permission.USERS_READ)
    logins = func.registry.logins().table_valued("person_id", "last_login_at", "issuers")
    gone = or_(Place.ended_at.is_not(None), RoundItem.role != all_(Place.roles))
    return actor.session.execute(
        select(
            RoundItem.id,
            RoundItem.role,
            RoundItem.decision,
            RoundItem.decided_by,
            RoundItem.membership_id,
            Place.person_id,
            Place.display_name,
            Organisation.name.label("organisation"),
            logins.c.last_login_at,
            gone.label("gone"),
        )
        .join(Place, (Place.tenant_id == RoundItem.tenant_id) & (Place.id == RoundItem.membership_id))
        .join(Organisation, Organisation.id == Place.organisation_id)
        .outerjoin(logins, logins.c.person_id == Place.person_id)
        .where(RoundItem.review_id == round_id)
        .order_by(func.registry.sv_sort(Place.display_name), RoundItem.membership_id, RoundItem.role)
    ).all()


def is_left(actor: Actor, item: Any) -> bool:
    """Whether the actor has something to decide about it."""
    return item.decision is None and not item.gone and item.person_id != actor.person_id


def open_round(actor: Actor) -> UUID:
    """Begin a round now, before its time.

    Raises:
        Conflict: one is open, or nobody has a place.
    """
    actor.require(Permission.USERS_WRITE)
    if _open_one(actor.session) is not None:
        raise Conflict(OPEN_ALREADY)
    made = _begin(actor)
    if made is None:
        raise Conflict(NOBODY)
    return made


def open_if_due(source: HasSession) -> UUID | None:
    """Begin a round when half a year has gone since the last, or since the förbund's first place."""
    session = source.session
    if _open_one(session) is not None:
        return None
    last = session.scalar(select(func.max(Round.opened_on)))
    first = session.scalar(select(func.min(Place.valid_from)).where(*_in_force()))
    since = last or first
    if since is None or since + PERIOD > clock.today():
        return None
    return _begin(source)


def decide(actor: Actor, round_id: UUID, decisions: Mapping[UUID, str]) -> int:
    """Keep or take away roles, named by item; bites at each person's next request. Returns how many.

    Raises:
        NotFound: no such round in this förbund, or no such item in it.
        Conflict: it is signed.
        Invalid: one of them is the actor's own.
    """
    actor.require(Permission.USERS_WRITE)
    if get_round(actor, round_id).state != "OPEN":
        raise Conflict(SIGNED)
    items = {item.id: item for item in items_of(actor, round_id)}
    if not decisions.keys() <= items.keys():
        raise NotFound
    if any(items[item_id].person_id == actor.person_id for item_id in decisions):
        raise Invalid(OWN, {"": OWN})
    done = 0
    for item_id, decision in decisions.items():
        if is_left(actor, items[item_id]):
            _decide(actor, items[item_id], decision)
            done += 1
    return done


def sign(actor: Actor, round_id: UUID) -> None:
    """Close the round for good; the log keeps the tally and a digest of every decision.

    Raises:
        NotFound: no such round in this förbund.
        Conflict: it is signed, or roles are left to decide.
    """
    actor.require(Permission.USERS_WRITE)
    row = actor.session.scalars(select(Round).where(Round.id == round_id).with_for_update()).first()
    if row is None:
        raise NotFound
    if row.state != "OPEN":
        raise Conflict(SIGNED)
    items = items_of(actor, round_id)
    left = sum(is_left(actor, item) for item in items)
    if left:
        raise Conflict(f"{left} av {len(items)} roller är inte bedömda än.")
    row.state = "SIGNED"
    try:
        with actor.session.begin_nested():
            actor.session.flush()
    except IntegrityError as error:
        raise Conflict from error
    tally = {code.lower(): sum(item.decision == code for item in items) for code in ("KEEP", "TAKE")}
    record(
        actor, acts.ROUND_SIGNED, acts.ROUND, round_id, content=digest_of(items), roles=len(items), **tally
    )


def waiting(actor: Actor) -> tuple[UUID, date, int] | None:
    """The open round, the day it should be done, and how many roles are left for the actor to decide."""
    found = _open_one(actor.session)
    if found is None:
        return None
    left = sum(is_left(actor, item) for item in items_of(actor, found.id))
    return found.id, found.due_on, left


def digest_of(items: Sequence[Any]) -> str:
    """A digest of every decision: what was signed (SHA-256, hex)."""
    lines = sorted(f"{each.membership_id} {each.role} {each.decision} {each.decided_by}" for each in items)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _decide(actor: Actor, item: Any, decision: str) -> None:
    row = actor.session.scalars(select(RoundItem).where(RoundItem.id == item.id).with_for_update()).one()
    row.decision = decision
    actor.session.flush()
    if decision == "TAKE":
        service.take_role(actor, item.membership_id, Role(item.role))
    record(actor, acts.ROUND_DECIDED, acts.USER, item.membership_id, role=item.role, decision=decision)


def _begin(source: HasSession) -> UUID | None:
    session, today = source.session, clock.today()
    places = session.execute(select(Place.id, Place.roles).where(*_in_force())).all()
    if not places:
        return None
    row = Round(id=new_id(), opened_on=today, due_on=today + TIME_TO_DO)
    session.add(row)
    session.flush()
    session.add_all(
        RoundItem(id=new_id(), review_id=row.id, membership_id=place.id, role=role)
        for place in places
        for role in place.roles
    )
    session.flush()
    record(source, acts.ROUND_OPENED, acts.ROUND, row.id, places=len(places))
    return row.id


def _open_one(session: TenantSession) -> Round | None:
    return session.scalars(select(Round).where(Round.state == "OPEN")).first()


def _in_force() -> tuple[Any, ...]:
    return Place.ended_at.is_(None), or_(Place.valid_to.is_(None), Place.valid_to >= clock.today())


def _rounds() -> Select[*tuple[Any, ...]]:
    counted = (
        select(
            RoundItem.review_id,
            func.count().label("roles"),
            func.count(RoundItem.decision).label("decided"),
            func.count().filter(RoundItem.decision == "TAKE").label("taken"),
        )
        .group_by(RoundItem.review_id)
        .subquery()
    )
    return select(
        Round.id,
        Round.opened_on,
        Round.due_on,
        Round.state,
        Round.signed_at,
        Round.signed_by,
        func.coalesce(counted.c.roles, 0).label("roles"),
        func.coalesce(counted.c.decided, 0).label("decided"),
        func.coalesce(counted.c.taken, 0).label("taken"),
    ).outerjoin(counted, counted.c.review_id == Round.id)
