"""What happens when someone comes back from their issuer, chooses a role, or leaves."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from fyrklang.access.permissions import ROLE_NAMES, Role
from fyrklang.identity.grants import sign_in
from fyrklang.identity.issuers import Issuer
from fyrklang.identity.outcomes import Accepted, Reason, Refused
from fyrklang.identity.session_store import Session
from fyrklang.identity.sessions import Identity

log = structlog.get_logger(__name__)

CHOOSE = "/valj"


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
    made = identity.sessions.create(accepted, signed_in.person_id, agent) if signed_in.active else None
    if made is None:
        return None
    cookie, session = made
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
    if issuer is None:
        return None
    back = f"{identity.config.base_url}/logga-in"
    return identity.client.logout_url(issuer, session.id_token or None, back)


def ended(issuer: Issuer) -> Refused:
    """The refusal of someone whose account is ended."""
    return Refused(Reason.ENDED, issuer.name)


def note_refusal(issuer: Issuer, refused: Refused) -> None:
    """Write the reason to the log; it never holds a token, a code or who the person is."""
    log.warning("login_refused", issuer=issuer.id, reason=refused.reason.value, detail=refused.detail)


def _roles(codes: frozenset[str]) -> str:
    names = [ROLE_NAMES[role] for role in Role if role.value in codes]
    return " och ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def _note(organisation: str, percent: int | None) -> str:
    return f"{organisation}, {percent} %" if percent else organisation
