"""What happens when someone comes back from their issuer, chooses a role, or leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import structlog

from fyrklang.access.permissions import ROLE_NAMES, Role
from fyrklang.identity.directory import has_left
from fyrklang.identity.grants import sign_in
from fyrklang.identity.issuers import Issuer, level_of, ways_to
from fyrklang.identity.oidc import Wish
from fyrklang.identity.organisations import HomeOrganisation
from fyrklang.identity.outcomes import Accepted, Reason, Refused
from fyrklang.identity.session_store import Session
from fyrklang.identity.sessions import Identity

log = structlog.get_logger(__name__)

CHOOSE = "/valj"
DOWN_NAMES = 5
FRESH_SECONDS = 3600
"""How long ago a person may have shown who they are at the issuer when a stronger login is asked for."""


@dataclass(frozen=True)
class Choice:
    """A role someone may act in, as a card. `value` is what the form sends back."""

    value: str
    role: str
    place: str
    note: str
    current: bool
    synthetic: bool = False


@dataclass(frozen=True)
class Down:
    """An issuer that does not answer, organisations that log in there, and how many more there are."""

    issuer: str
    names: tuple[str, ...]
    more: int


@dataclass(frozen=True)
class Entered:
    """A finished login: the cookie to hand over, and where to go."""

    cookie: str
    target: str


def enter(identity: Identity, accepted: Accepted, old: Session | None, agent: str) -> Entered | None:
    """Make a session for an accepted login; None when the person has ended.

    Whatever session the browser had before ends here, so that nobody goes on in one planted there.
    """
    signed_in = sign_in(identity.database, accepted.issuer_id, accepted.subject, accepted.name)
    if old is not None:
        identity.sessions.end(old.person_id, old.handle)
    employed = not has_left(identity.database, signed_in.person_id, accepted.organisation_id)
    let_in = signed_in.active and employed
    made = identity.sessions.create(accepted, signed_in.person_id, agent) if let_in else None
    if made is None:
        return None
    cookie, session = made
    if old is not None and _still_acts(old, session):
        # A stronger login is a new session, but the person goes on in the role they had.
        cookie, session = identity.sessions.act(session, cast("str", old.acting))
    target = accepted.target if accepted.target != "/" else start_of(session)
    return Entered(cookie, target if session.acting else CHOOSE)


def choices(session: Session) -> list[Choice]:
    """Everything the person may act as: places first, then national roles."""
    places = [
        Choice(
            value=str(place.id),
            role=_roles(place.roles),
            place=place.tenant_name,
            note=_note(place.organisation_name, place.percent),
            current=str(place.id) == session.acting,
            synthetic=place.synthetic,
        )
        for place in session.grants.memberships
    ]
    national = [
        Choice(
            value=code,
            role=ROLE_NAMES[Role(code)],
            place="",
            note="",
            current=code == session.acting,
        )
        for code in sorted(session.grants.national_roles)
    ]
    return places + national


def start_of(session: Session) -> str:
    """The start page of the role acted in."""
    if session.membership is not None:
        return f"/f/{session.membership.slug}/"
    return "/" if session.national_role is not None else CHOOSE


def farewell(identity: Identity, session: Session) -> str | None:
    """End the session here; returns where it can be ended at the issuer too."""
    identity.sessions.end(session.person_id, session.handle)
    issuer = identity.issuers.get(session.issuer_id)
    if issuer is None or issuer.local:
        return None
    back = f"{identity.config.base_url}/logga-in"
    return identity.client.logout_url(issuer, session.id_token or None, back)


def level(identity: Identity, session: Session) -> int:
    """The level of assurance the session was signed in at."""
    return level_of(identity.issuers.get(session.issuer_id), session.acr)


def down(identity: Identity, offered: Sequence[HomeOrganisation]) -> tuple[Down, ...]:
    """The issuers that do not answer just now, with some of the organisations that log in there."""
    standing = identity.health.of(organisation.issuer.id for organisation in offered)
    found = []
    for issuer_id in (key for key, known in standing.items() if known.down):
        homes = [organisation for organisation in offered if organisation.issuer.id == issuer_id]
        names = tuple(organisation.name for organisation in homes[:DOWN_NAMES])
        found.append(Down(homes[0].issuer.name, names, len(homes) - len(names)))
    return tuple(found)


def stronger(identity: Identity, session: Session, wanted: int, target: str) -> tuple[Issuer, Wish] | None:
    """Where to log in at a wanted level, and as what; None where the organisation has no such way."""
    issuer = identity.issuers.get(session.issuer_id)
    ways = ways_to(issuer, wanted) if issuer else ()
    if issuer is None or not ways:
        return None
    return issuer, Wish(session.organisation_id, target, acr=ways, max_age=FRESH_SECONDS)


def end_one(identity: Identity, session: Session, handle: str) -> None:
    """End one of the person's own sessions; ending one that has ended changes nothing."""
    identity.sessions.end(session.person_id, handle)


def end_others(identity: Identity, session: Session) -> int:
    """End every session of the person but this one; returns how many."""
    others = [one for one in identity.sessions.all_of(session.person_id) if one.handle != session.handle]
    return sum(identity.sessions.end(session.person_id, one.handle) for one in others)


def left(identity: Identity, issuer: Issuer, token: str) -> int | Refused:
    """End what an issuer says has ended; returns how many sessions did."""
    told = identity.client.left(issuer, token, identity.logouts)
    if isinstance(told, Refused):
        return told
    return identity.sessions.end_at_issuer(issuer.id, told.subject, told.sid)


def ended(issuer: Issuer) -> Refused:
    """The refusal of someone whose account is ended."""
    return Refused(Reason.ENDED, issuer.name)


def note_refusal(issuer: Issuer, refused: Refused) -> None:
    """Write the reason to the log; it never holds a token, a code or who the person is."""
    log.warning("login_refused", issuer=issuer.id, reason=refused.reason.value, detail=refused.detail)


def _still_acts(old: Session, new: Session) -> bool:
    return new.acting is None and old.person_id == new.person_id and old.acting in new.choices


def _roles(codes: frozenset[str]) -> str:
    names = [ROLE_NAMES[role] for role in Role if role.value in codes]
    return " och ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def _note(organisation: str, percent: int | None) -> str:
    return f"{organisation}, {percent} %" if percent else organisation
