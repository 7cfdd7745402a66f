"""The guard every route wears: tenant, then role, then the view, then one commit.

The order of questions is fixed, and a förbund the visitor has no place in answers exactly as one that
does not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from functools import wraps
from typing import Any, cast

from flask import Flask, Response, current_app, g, make_response, request
from psycopg.errors import InsufficientPrivilege
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from fyrklang.access import audit, terms
from fyrklang.access import lens as lenses
from fyrklang.access.actor import Actor, NationalReader, require
from fyrklang.access.pairs import Where, forbidden, refusal
from fyrklang.access.permissions import NATIONAL_ROLES, PERMISSION_TRAITS, Permission, Role, permissions_of
from fyrklang.access.teams import Standing, standing_of
from fyrklang.identity.visitor import Membership, Visitor
from fyrklang.kernel.db import Database
from fyrklang.kernel.errors import Forbidden, NotFound, NotSignedIn
from fyrklang.tenancy.audit.trail import Origin
from fyrklang.tenancy.session import TenantSession

View = Callable[..., Any]


class Open(Enum):
    """Routes that need no role: anyone, or anyone signed in."""

    PUBLIC = "public"
    SIGNED_IN = "signed-in"


PUBLIC = Open.PUBLIC
SIGNED_IN = Open.SIGNED_IN
Demand = Permission | Open


class Scope(Enum):
    """What a route speaks about, and so which session its view is given."""

    TENANT = "tenant"
    NATIONAL = "national"
    NONE = "none"


def visitor() -> Visitor | None:
    """Who is behind this request; looked up once."""
    if "visitor" not in g:
        g.visitor = cast("Callable[[], Visitor | None]", current_app.extensions["fyrklang.visitor"])()
    return cast("Visitor | None", g.visitor)


def guard(view: View, demand: Demand, scope: Scope) -> View:
    """Wrap a view so that it runs only for those who may, inside one transaction.

    The view is called with an `Actor` (tenant scope), a `NationalReader` (national scope) or nothing
    (no scope) before its other arguments.
    """

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Response:
        if scope is Scope.TENANT:
            return _in_tenant(view, cast("Permission", demand), args, kwargs)
        if scope is Scope.NATIONAL:
            return _in_nation(view, cast("Permission", demand), args, kwargs)
        if demand is not PUBLIC and request.endpoint not in terms.FREE:
            _need_terms(_signed_in())
        elif demand is not PUBLIC:
            _signed_in()
        if isinstance(demand, Permission):
            person = _signed_in()
            require(demand, demand in _everywhere(person), person.loa)
        return make_response(view(*args, **kwargs))

    guarded.__fyrklang_guard__ = (demand, scope)  # type: ignore[attr-defined]
    return guarded


def guard_of(view: View) -> tuple[Demand, Scope] | None:
    """What a registered view demands, or None when it wears no guard."""
    return getattr(view, "__fyrklang_guard__", None)


def refuse_unguarded(app: Flask, exceptions: frozenset[str] = frozenset({"static"})) -> None:
    """Stop start-up when a route was registered without saying who may use it.

    Raises:
        RuntimeError: names the endpoints.
    """
    bare = sorted(
        endpoint
        for endpoint, view in app.view_functions.items()
        if guard_of(view) is None and endpoint not in exceptions
    )
    if bare:
        raise RuntimeError("routes without a declared permission: " + ", ".join(bare))


def _signed_in() -> Visitor:
    present = visitor()
    if present is None:
        raise NotSignedIn
    return present


def _need_terms(person: Visitor) -> None:
    """For what speaks of no single förbund: the platform's terms, and those of the place acted in."""
    acting = person.memberships[0] if person.memberships else None
    terms.require_accepted(_database(), person.person_id, acting)


def _in_tenant(view: View, permission: Permission, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Response:
    person = _signed_in()
    place = person.membership(kwargs.pop("slug"))
    if place is None:
        raise NotFound
    terms.require_accepted(_database(), person.person_id, place)
    g.place = place
    looking = request.cookies.get(lenses.COOKIE)
    reach = PERMISSION_TRAITS[permission].reach
    standing = standing_of(_database(), place, person.person_id, reach, looking)
    g.lens = standing.lens
    origin = audit.origin_of(person, place, standing.lens)
    audit.note_entrance(_database(), standing.context, origin)
    try:
        return _answer_in_tenant(view, permission, (standing, origin), args, kwargs)
    except Forbidden:
        audit.note_refusal(_database(), standing.context, origin, permission, kwargs)
        raise


def _answer_in_tenant(
    view: View,
    permission: Permission,
    whence: tuple[Standing, Origin],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Response:
    standing, origin = whence
    person, place = _signed_in(), cast("Membership", g.place)
    roles = frozenset(Role(code) for code in place.roles)
    _keep_apart(roles | {Role(code) for code in person.national_roles})
    granted = permissions_of(roles) & standing.lens.allows if standing.lens else permissions_of(roles)
    with _transaction(TenantSession(_database(), standing.context)) as finish, _walled(standing):
        session = cast("TenantSession", finish.session)
        audit.follow(session, origin)
        actor = Actor(
            session=session,
            context=standing.context,
            person_id=person.person_id,
            name=person.name,
            roles=roles,
            permissions=_within(person, granted),
            loa=person.loa,
            party=standing.party,
            teams=standing.teams,
            covers=tuple(each.relation for each in standing.covers),
        )
        actor.require(permission)
        g.actor = actor
        response = make_response(view(actor, *args, **kwargs))
        if response.status_code < 400:
            audit.demand_reading(session, permission)
        return finish(response)


def _in_nation(view: View, permission: Permission, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Response:
    person = _signed_in()
    _need_terms(person)
    with _transaction(Session(_database().engine("council"))) as finish:
        reader = NationalReader(
            session=finish.session,
            person_id=person.person_id,
            name=person.name,
            permissions=_everywhere(person),
            own_slugs=frozenset(place.slug for place in person.memberships),
            loa=person.loa,
        )
        reader.require(permission)
        return finish(make_response(view(reader, *args, **kwargs)))


def _keep_apart(roles: frozenset[Role]) -> None:
    """The last of three refusals of roles that must not meet: grant, database, use.

    Raises:
        Forbidden: two of them are such a pair.
    """
    pair = forbidden(roles, *Where) if len(roles) > 1 else None
    if pair is not None:
        raise Forbidden(refusal(pair))


THROUGH_A_LENS = (
    "Det går inte att göra det här när du ser en kollegas ärenden. Gå tillbaka till dina egna först."
)


@contextmanager
def _walled(standing: Standing) -> Iterator[None]:
    """Say in words what the database refuses of what is tried through a lens.

    Raises:
        Forbidden: a row was written that the lens does not reach.
    """
    try:
        yield
    except ProgrammingError as error:
        if standing.lens is None or not isinstance(error.orig, InsufficientPrivilege):
            raise
        raise Forbidden(THROUGH_A_LENS) from error


class _Finish:
    """Commits when the answer is a success, so that an error page never follows a half-done save."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def __call__(self, response: Response) -> Response:
        if response.status_code < 400:
            self.session.commit()
        return response


@contextmanager
def _transaction(session: Session) -> Iterator[_Finish]:
    with session:
        yield _Finish(session)


def _everywhere(person: Visitor) -> frozenset[Permission]:
    """What a person may do outside any one förbund: by national role, or by reading right at home."""
    codes = set(person.national_roles)
    for place in person.memberships:
        _keep_apart(frozenset(Role(code) for code in person.national_roles | place.roles))
        codes |= place.roles
    granted = permissions_of(frozenset(Role(code) for code in codes))
    national = permissions_of(frozenset(Role(code) for code in person.national_roles) & NATIONAL_ROLES)
    return _within(person, national | (granted & {Permission.NATIONAL_READ}))


def _within(person: Visitor, granted: frozenset[Permission]) -> frozenset[Permission]:
    """A program's token gives no more than it was made for, nor than its maker has."""
    return granted if person.scope is None else frozenset(each for each in granted if each in person.scope)


def _database() -> Database:
    return cast("Database", current_app.extensions["fyrklang.database"])


def lens() -> lenses.Lens | None:
    """What the present request looks through, when it looks through something."""
    return cast("lenses.Lens | None", g.get("lens"))


def place() -> Membership | None:
    """The förbund the present request speaks about, when it speaks about one."""
    return cast("Membership | None", g.get("place"))
