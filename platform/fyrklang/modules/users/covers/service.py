"""Covers: arranged, listed and ended. Both doors call this; nothing commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from fyrklang.access.actor import Actor
from fyrklang.access.covers import Cover, covering
from fyrklang.access.pairs import Where, forbidden, refusal
from fyrklang.access.permissions import Permission, Role
from fyrklang.access.relations import DELEGATION_DAYS
from fyrklang.access.teams import party_code
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from fyrklang.kernel.ids import new_id
from fyrklang.modules.users import acts
from fyrklang.modules.users.covers.models import CoverRow
from fyrklang.modules.users.models import Place
from fyrklang.sdk.audit import record
from fyrklang.tenancy.audit.trail import names_somebody
from fyrklang.tenancy.registry.models import Organisation

COVERING = (Role.COORDINATOR, Role.CASE_WORKER)
"""Roles that have cases of their own, and so both give and take a cover."""

SHOWN_DAYS = 90
"""How long a cover that is over stays in the list."""

COLLEAGUE = "Välj en kollega från samma myndighet som har ärenden i förbundet."
PERIOD = f"Välj högst {DELEGATION_DAYS} dagar, från i dag och framåt."
OTHERS = "Bara den som är borta, eller förbundets administratör, kan ordna att någon täcker."
_Giver, _Taker = aliased(Place), aliased(Place)


def colleagues(actor: Actor, giver_id: UUID | None = None) -> Sequence[Any]:
    """Places that can cover for the giver's, by name in Swedish order; with no giver, all that have cases."""
    _admit(actor)
    rows = actor.session.execute(
        select(
            Place.id,
            Place.person_id,
            Place.display_name,
            Place.roles,
            Organisation.name.label("organisation"),
            Organisation.kind,
            Organisation.code,
        )
        .join(Organisation, Organisation.id == Place.organisation_id)
        .where(Place.roles.overlap([role.value for role in COVERING]), *_in_force())
        .order_by(text("registry.sv_sort(display_name)"), Place.id)
    ).all()
    if giver_id is None:
        return rows
    giver = next((row for row in rows if row.id == giver_id), None)
    if giver is None:
        return []
    party = party_code(giver.kind, giver.code)
    return [row for row in rows if row.person_id != giver.person_id and _same(row, party)]


def own_place(actor: Actor) -> UUID | None:
    """The actor's own place with cases in the förbund."""
    return next((row.id for row in colleagues(actor) if row.person_id == actor.person_id), None)


def listed(actor: Actor, *, everyone: bool = False) -> Sequence[Any]:
    """Covers now, to come, and lately over, the latest day first: the actor's own, or everyone's.

    Raises:
        Forbidden: everyone's are for the administrator.
    """
    if everyone:
        actor.require(Permission.USERS_READ)
    else:
        actor.require(Permission.COVERS_USE)
    own = or_(_Giver.person_id == actor.person_id, _Taker.person_id == actor.person_id)
    query = _covers().where(CoverRow.last_day >= clock.today() - timedelta(days=SHOWN_DAYS))
    if not everyone:
        query = query.where(own)
    return actor.session.execute(query.order_by(CoverRow.last_day.desc(), CoverRow.id)).all()


def arrange(actor: Actor, values: Mapping[str, Any]) -> UUID:
    """Have a colleague cover; `giver_id` is left out when the actor is the one who is away. Returns its id.

    Raises:
        Forbidden: the actor is neither the one who is away nor an administrator.
        Invalid: the two cannot cover for each other, the days are too many or past, or the reason names somebody.
    """
    _admit(actor)
    giver_id = values.get("giver_id") or own_place(actor)
    known = {row.id: row for row in colleagues(actor)}
    giver = known.get(giver_id) if giver_id else None
    if giver is None:
        raise Invalid(fields={"giver_id": "Välj den som är borta."})
    if giver.person_id != actor.person_id and not actor.may(Permission.USERS_WRITE):
        raise Forbidden(OTHERS)
    taker = next((row for row in colleagues(actor, giver.id) if row.id == values["taker_id"]), None)
    if taker is None or taker.person_id == actor.person_id:
        raise Invalid(fields={"taker_id": COLLEAGUE})
    pair = forbidden({Role(code) for code in (*giver.roles, *taker.roles)}, Where.TENANT)
    if pair is not None:
        raise Invalid(fields={"taker_id": refusal(pair)})
    _check_days(values["first_day"], values["last_day"])
    if names_somebody(values["reason"]):
        raise Invalid(fields={"reason": "Skriv inte personnummer här."})
    row = CoverRow(
        id=new_id(),
        giver_id=giver.id,
        taker_id=taker.id,
        reason=values["reason"],
        first_day=values["first_day"],
        last_day=values["last_day"],
        arranged_by=actor.person_id,
        arranged_at=clock.now(),
    )
    _lay(actor, row)
    days = (row.last_day - row.first_day).days + 1
    record(actor, acts.COVER_ARRANGED, acts.COVER, row.id, giver=giver.person_id, days=days)
    return row.id


def end(actor: Actor, cover_id: UUID) -> None:
    """End a cover now; it opens nothing from the next request on. Once more changes nothing.

    Raises:
        NotFound: there is none that the actor has to do with.
    """
    row = actor.session.scalars(select(CoverRow).where(CoverRow.id == cover_id).with_for_update()).first()
    if row is None or not (actor.may(Permission.USERS_WRITE) or _is_part(actor, row)):
        raise NotFound
    if row.ended_at is None:
        row.ended_at, row.ended_by = clock.now(), actor.person_id
        actor.session.flush()
        record(actor, acts.COVER_ENDED, acts.COVER, row.id)


def look(actor: Actor, cover_id: UUID) -> Cover:
    """The cover the actor begins to look through.

    Raises:
        NotFound: the actor does not cover by it today.
    """
    actor.require(Permission.COVERS_USE)
    found = next((each for each in covering(actor.session, actor.person_id) if each.id == cover_id), None)
    if found is None:
        raise NotFound
    record(actor, acts.COVER_BEGUN, acts.COVER, cover_id)
    return found


def _admit(actor: Actor) -> None:
    if not actor.may(Permission.USERS_READ):
        actor.require(Permission.COVERS_USE)


def _is_part(actor: Actor, row: CoverRow) -> bool:
    query = select(Place.id).where(
        Place.id.in_((row.giver_id, row.taker_id)), Place.person_id == actor.person_id
    )
    return actor.may(Permission.COVERS_USE) and actor.session.scalars(query).first() is not None


def _lay(actor: Actor, row: CoverRow) -> None:
    """Say in words what the database refuses when a place changed meanwhile."""
    try:
        with actor.session.begin_nested():
            actor.session.add(row)
            actor.session.flush()
    except IntegrityError as error:
        if "cover_right" not in str(error.orig) and "between two people" not in str(error.orig):
            raise Conflict from error
        raise Invalid(fields={"taker_id": COLLEAGUE}) from error


def _check_days(first: date, last: date) -> None:
    if first < clock.today():
        raise Invalid(fields={"first_day": "Första dagen kan inte ha varit."})
    if last < first:
        raise Invalid(fields={"last_day": "Sista dagen kan inte vara före första dagen."})
    if last - first >= timedelta(days=DELEGATION_DAYS):
        raise Invalid(fields={"last_day": PERIOD})


def _same(row: Any, party: str | None) -> bool:
    return party is not None and party_code(row.kind, row.code) == party


def _in_force() -> tuple[ColumnElement[bool], ...]:
    today = clock.today()
    return (
        Place.ended_at.is_(None),
        Place.valid_from <= today,
        or_(Place.valid_to.is_(None), Place.valid_to >= today),
    )


def _covers() -> Any:
    return (
        select(
            CoverRow.id,
            CoverRow.first_day,
            CoverRow.last_day,
            CoverRow.reason,
            CoverRow.ended_at,
            CoverRow.arranged_by,
            _Giver.display_name.label("giver"),
            _Giver.person_id.label("giver_person"),
            _Taker.display_name.label("taker"),
            _Taker.person_id.label("taker_person"),
        )
        .join(_Giver, (_Giver.tenant_id == CoverRow.tenant_id) & (_Giver.id == CoverRow.giver_id))
        .join(_Taker, (_Taker.tenant_id == CoverRow.tenant_id) & (_Taker.id == CoverRow.taker_id))
    )
