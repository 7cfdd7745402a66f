"""Users, invitations and the review of who still needs to get in. Both doors call this; nothing commits."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.exc import IntegrityError

from fyrklang.access.actor import Actor
from fyrklang.access.afterwards import when_saved
from fyrklang.access.pairs import Where, forbidden, refusal
from fyrklang.access.permissions import Permission, Role
from fyrklang.identity.invitations import digest, new_code
from fyrklang.identity.sessions import installed
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Conflict, Invalid, NotFound
from fyrklang.kernel.ids import new_id
from fyrklang.modules.users import acts
from fyrklang.modules.users.models import ISSUER, ORGANISATION_ISSUER, Invitation, Place
from fyrklang.sdk.audit import record
from fyrklang.tenancy.registry.models import Member, Organisation

INVITATION_DAYS = 14
QUIET_DAYS = 90
"""After so many days without a login somebody has to say whether the person still needs the place."""

OWN_PLACE = "Du kan inte ändra dina egna roller. Be en annan administratör i förbundet."
LAST_ADMIN = (
    "Du är förbundets sista administratör. Ge någon annan rollen först, så att någon kan sköta användarna."
)
ENDED = "Platsen är redan avslutad. Bjud in personen på nytt om den behövs igen."


@dataclass(frozen=True)
class Invited:
    """A new invitation with the code in the clear, which is stored nowhere."""

    id: UUID
    code: str
    expires_at: datetime


def list_users(actor: Actor, state: str = "current") -> Sequence[Any]:
    """Everyone with a place in the förbund (`current`) or who has had one (`ended`), in Swedish order."""
    actor.require(Permission.USERS_READ)
    return actor.session.execute(_users().where(_in_force() if state == "current" else ~_in_force())).all()


def get_user(actor: Actor, place_id: UUID) -> Any:
    """One place in the förbund.

    Raises:
        NotFound: it does not exist in this förbund.
    """
    actor.require(Permission.USERS_READ)
    row = actor.session.execute(_users().where(Place.id == place_id)).first()
    if row is None:
        raise NotFound
    return row


def change_user(actor: Actor, place_id: UUID, values: Mapping[str, Any], version: int) -> None:
    """Change roles, share of time, mission and last day. Bites at the person's next request.

    Raises:
        NotFound: no such place in this förbund.
        Conflict: someone changed it in between, or it is ended.
        Invalid: it is one's own, roles may not meet, or the last day is before the first.
    """
    actor.require(Permission.USERS_WRITE)
    row = _place(actor, place_id)
    if row.person_id == actor.person_id:
        raise Invalid(OWN_PLACE, {"roles": OWN_PLACE})
    if row.version != version:
        raise Conflict
    _check_roles(values["roles"])
    _check_beside(actor, row, values)
    _check_days(row.valid_from, values["valid_to"])
    before = sorted(row.roles)
    for name in ("roles", "percent", "mission", "valid_to"):
        setattr(row, name, values[name])
    row.version += 1
    with _apart(actor):
        actor.session.flush()
    record(actor, acts.CHANGED, acts.USER, row.id, before=before, roles=sorted(row.roles))
    _tell_sessions(actor, [row.person_id])


def take_role(actor: Actor, place_id: UUID, role: Role) -> None:
    """Take one role away; a place with none left is ended. Bites at the person's next request.

    Raises:
        NotFound: no such place in this förbund.
        Conflict: it is ended already.
        Invalid: it is one's own, or the förbund would be left without an administrator.
    """
    actor.require(Permission.USERS_WRITE)
    row = _place(actor, place_id)
    if row.person_id == actor.person_id:
        raise Invalid(OWN_PLACE, {"": OWN_PLACE})
    left = sorted(set(row.roles) - {role.value})
    if not left:
        _end(actor, [row])
        return
    before, row.roles = sorted(row.roles), left
    row.version += 1
    actor.session.flush()
    record(actor, acts.CHANGED, acts.USER, row.id, before=before, roles=left)
    _tell_sessions(actor, [row.person_id])


def end_user(actor: Actor, place_id: UUID) -> None:
    """End a place now; the person's open sessions see nothing of the förbund from the next request on.

    Raises:
        NotFound: no such place in this förbund.
        Conflict: it is ended already.
        Invalid: the förbund would be left without an administrator.
    """
    actor.require(Permission.USERS_WRITE)
    row = _place(actor, place_id)
    _end(actor, [row])


def log_out_user(actor: Actor, place_id: UUID) -> None:
    """End every session the person has, in every förbund; they may log in again.

    Raises:
        NotFound: no such place in this förbund.
        Conflict: it is ended, so the person is nothing of ours any more.
    """
    actor.require(Permission.USERS_WRITE)
    row = _place(actor, place_id)
    record(actor, acts.LOGGED_OUT, acts.USER, row.id)
    actor.session.flush()
    person_id = row.person_id
    when_saved(actor.session, lambda: installed().sessions.end_all(person_id))


def quiet_users(actor: Actor) -> Sequence[Any]:
    """Those whom nobody has seen or confirmed for 90 days, the actor apart."""
    actor.require(Permission.USERS_READ)
    since = clock.now() - timedelta(days=QUIET_DAYS)
    logins = func.registry.logins().table_valued("person_id", "last_login_at", "issuers")
    seen = func.greatest(logins.c.last_login_at, Place.granted_at, Place.reviewed_at)
    query = _users(logins).where(_in_force(), seen < since, Place.person_id != actor.person_id)
    return actor.session.execute(query).all()


def chosen_users(actor: Actor, ids: Collection[UUID]) -> Sequence[Any]:
    """The places chosen in a review, for the preview.

    Raises:
        Invalid: one of them is not in this förbund, is ended, or is the actor's own.
    """
    actor.require(Permission.USERS_WRITE)
    rows = actor.session.execute(_users().where(Place.id.in_(list(ids)), _in_force())).all()
    if len(rows) != len(set(ids)) or any(row.person_id == actor.person_id for row in rows):
        raise Invalid(fields={"ids": "Listan har ändrats. Välj igen bland dem som visas."})
    return rows


def review_users(actor: Actor, ids: Collection[UUID], deed: str) -> int:
    """Note that the places are still needed (`KEEP`), or end them (`END`); returns how many.

    Raises:
        Invalid: one of them is not in this förbund, is ended, or is the actor's own.
    """
    chosen = [row.id for row in chosen_users(actor, ids)]
    rows = actor.session.scalars(select(Place).where(Place.id.in_(chosen)).with_for_update()).all()
    if deed == "END":
        _end(actor, rows)
        return len(rows)
    for row in rows:
        row.reviewed_at, row.reviewed_by = clock.now(), actor.person_id
        record(actor, acts.KEPT, acts.USER, row.id)
    actor.session.flush()
    return len(rows)


def homes(actor: Actor) -> Sequence[Any]:
    """Organisations a user can come from, the members and the office, with the issuer they log in at.

    One that has both a login of its own (`kind` OIDC) and accounts of ours (LOCAL) is there twice.
    """
    actor.require(Permission.USERS_READ)
    today = clock.today()
    members = select(Member.organisation_id).where(
        or_(Member.valid_from.is_(None), Member.valid_from <= today),
        or_(Member.valid_to.is_(None), Member.valid_to >= today),
    )
    office = (Organisation.kind == "ASSOCIATION") & (Organisation.code == actor.slug)
    return actor.session.execute(
        select(
            Organisation.id,
            Organisation.name,
            ISSUER.c.kind,
            func.min(ISSUER.c.id).label("issuer_id"),
            func.min(ISSUER.c.name).label("issuer_name"),
        )
        .join(ORGANISATION_ISSUER, ORGANISATION_ISSUER.c.organisation_id == Organisation.id)
        .join(ISSUER, ISSUER.c.id == ORGANISATION_ISSUER.c.issuer_id)
        .where(ISSUER.c.enabled, or_(Organisation.id.in_(members), office))
        .group_by(Organisation.id, Organisation.name, ISSUER.c.kind)
        .order_by(func.registry.sv_sort(Organisation.name), ISSUER.c.kind.desc())
    ).all()


def list_invitations(actor: Actor) -> Sequence[Any]:
    """Invitations nobody has used or called back, the latest first."""
    actor.require(Permission.USERS_READ)
    columns = (Invitation.id, Invitation.name, Invitation.roles, Invitation.created_at, Invitation.expires_at)
    return actor.session.execute(
        select(*columns, Organisation.name.label("organisation"))
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .where(Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
        .order_by(Invitation.created_at.desc())
    ).all()


def invite(actor: Actor, values: Mapping[str, Any]) -> Invited:
    """Make an invitation for someone at a home organisation; the code in the answer is shown once.

    Raises:
        Invalid: roles may not meet, days are in the wrong order, or nobody can log in from the organisation.
    """
    actor.require(Permission.USERS_WRITE)
    asked = dict(values)
    home = _home(actor, asked["organisation_id"], asked.pop("way"))
    _check_roles(values["roles"])
    first_day = values["valid_from"] or clock.today()
    _check_days(first_day, values["valid_to"])
    code, stamp = new_code(), clock.now()
    row = Invitation(
        id=new_id(),
        issuer_id=home.issuer_id,
        code_hash=digest(code),
        created_by=actor.person_id,
        created_at=stamp,
        expires_at=stamp + timedelta(days=INVITATION_DAYS),
        **{**asked, "valid_from": first_day},
    )
    actor.session.add(row)
    actor.session.flush()
    record(actor, acts.INVITED, acts.INVITATION, row.id, roles=sorted(row.roles))
    return Invited(row.id, code, row.expires_at)


def revoke_invitation(actor: Actor, invitation_id: UUID) -> None:
    """Call an invitation back; its code opens nothing any more. Once more changes nothing.

    Raises:
        NotFound: no such invitation in this förbund.
        Conflict: it has been used.
    """
    actor.require(Permission.USERS_WRITE)
    query = select(Invitation).where(Invitation.id == invitation_id).with_for_update()
    row = actor.session.scalars(query).first()
    if row is None:
        raise NotFound
    if row.accepted_at is not None:
        raise Conflict("Inbjudan är redan använd. Avsluta användaren i stället.")
    if row.revoked_at is None:
        row.revoked_at = clock.now()
        record(actor, acts.REVOKED, acts.INVITATION, row.id)
    actor.session.flush()


def _home(actor: Actor, organisation_id: UUID, way: str) -> Any:
    ways = [each for each in homes(actor) if each.id == organisation_id]
    if not ways:
        raise Invalid(fields={"organisation_id": "Välj en organisation i listan."})
    home = next((each for each in ways if each.kind == way), None)
    if home is None:
        raise Invalid(fields={"way": f"Därifrån går det bara att logga in med {ways[0].issuer_name}."})
    return home


def _users(logins: Any = None) -> Select[*tuple[Any, ...]]:
    if logins is None:
        logins = func.registry.logins().table_valued("person_id", "last_login_at", "issuers")
    return (
        select(
            Place.id,
            Place.person_id,
            Place.display_name,
            Place.roles,
            Place.percent,
            Place.mission,
            Place.valid_from,
            Place.valid_to,
            Place.ended_at,
            Place.source,
            Place.version,
            Organisation.name.label("organisation"),
            logins.c.last_login_at,
            logins.c.issuers,
        )
        .join(Organisation, Organisation.id == Place.organisation_id)
        .outerjoin(logins, logins.c.person_id == Place.person_id)
        .order_by(func.registry.sv_sort(Place.display_name), Place.id)
    )


def _in_force() -> ColumnElement[bool]:
    """Places that are neither ended nor past their last day; those that begin later count."""
    return Place.ended_at.is_(None) & or_(Place.valid_to.is_(None), Place.valid_to >= clock.today())


def _place(actor: Actor, place_id: UUID) -> Place:
    row = actor.session.scalars(select(Place).where(Place.id == place_id).with_for_update()).first()
    if row is None:
        raise NotFound
    if row.ended_at is not None:
        raise Conflict(ENDED)
    return row


def _end(actor: Actor, rows: Sequence[Place]) -> None:
    _keep_an_admin(actor, rows)
    for row in rows:
        row.ended_at, row.ended_by = clock.now(), actor.person_id
        row.version += 1
        record(actor, acts.ENDED, acts.USER, row.id)
    actor.session.flush()
    _tell_sessions(actor, [row.person_id for row in rows])


def _keep_an_admin(actor: Actor, ending: Sequence[Place]) -> None:
    """Locks the administrators' places, so that two of them cannot end each other at once."""
    if not any(Role.TENANT_ADMIN in row.roles for row in ending):
        return
    gone = {row.id for row in ending}
    query = (
        select(Place.id)
        .where(Place.roles.contains([Role.TENANT_ADMIN.value]), _in_force())
        .where(Place.valid_from <= clock.today())
        .order_by(Place.id)
        .with_for_update()
    )
    if not set(actor.session.scalars(query)) - gone:
        raise Invalid(LAST_ADMIN, {"": LAST_ADMIN})


def _check_roles(roles: Collection[str]) -> None:
    pair = forbidden([Role(code) for code in roles], Where.TENANT, Where.ANYWHERE)
    if pair is not None:
        raise Invalid(fields={"roles": refusal(pair)})


def _check_beside(actor: Actor, row: Place, values: Mapping[str, Any]) -> None:
    """Roles the person has through other home organisations in the same förbund count too."""
    others = select(Place.roles).where(
        Place.person_id == row.person_id,
        Place.id != row.id,
        _in_force(),
        or_(Place.valid_to.is_(None), Place.valid_to >= row.valid_from),
        *([Place.valid_from <= values["valid_to"]] if values["valid_to"] else []),
    )
    for held in actor.session.scalars(others):
        _check_roles({*held, *values["roles"]})


def _check_days(first: date, last: date | None) -> None:
    if last is not None and last < first:
        raise Invalid(fields={"valid_to": f"Sista dagen kan inte vara före första dagen ({first})."})
    if last is not None and last < clock.today():
        raise Invalid(fields={"valid_to": "Sista dagen har varit. Avsluta användaren i stället."})


@contextmanager
def _apart(actor: Actor) -> Any:
    """Say in words what the database refuses when two grants cross."""
    try:
        with actor.session.begin_nested():
            yield
    except IntegrityError as error:
        if "roles_apart" not in str(error.orig):
            raise
        text = "Personen har nyss fått en roll som inte kan höra ihop med de här. Ladda om sidan."
        raise Invalid(fields={"roles": text}) from error


def _tell_sessions(actor: Actor, people: Sequence[UUID]) -> None:
    """Have the people's grants asked for anew; should this fail, they are within a minute anyway."""

    def tell() -> None:
        for person_id in people:
            installed().sessions.refresh(person_id)

    when_saved(actor.session, tell)
