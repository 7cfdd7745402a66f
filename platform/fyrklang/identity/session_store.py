"""Sessions: an opaque 256-bit id in a cookie, everything else on the server.

Valkey holds them under the SHA-256 of the cookie value, so that reading the store does not give anyone a
cookie. What a person may be lies beside the session for at most a minute and is then asked for anew.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import redis
from flask import Request, Response

from fyrklang.identity.grants import Grants
from fyrklang.identity.outcomes import Accepted
from fyrklang.identity.session_index import IssuerIndex, by_session, by_subject
from fyrklang.identity.visitor import Membership, Visitor
from fyrklang.kernel.clock import now
from fyrklang.kernel.config import Config
from fyrklang.kernel.errors import NotFound, NotSignedIn, Unavailable

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=10)
GRANTS_AGE = timedelta(seconds=60)
_BYTES = 32
_IDLE_SECONDS = int(IDLE.total_seconds())
_COOKIE_CHARS = 43

GrantReader = Callable[[UUID, float], Grants | None]


@dataclass(frozen=True)
class Session:
    """One signed-in browser.

    Attributes:
        handle: SHA-256 (hex) of the cookie value; safe to show the person in a list.
        acting: the id of the membership, or the national role, the person has chosen to act in.
        id_token: kept only to end the session at the issuer too.
        sid: what the issuer calls its own session, when it says so.
    """

    handle: str
    person_id: UUID
    issuer_id: str
    subject: str
    created_at: datetime
    csrf_key: bytes = field(repr=False)
    grants: Grants = field(repr=False)
    acting: str | None = None
    organisation_id: UUID | None = None
    acr: str | None = None
    auth_time: int | None = None
    agent: str = ""
    id_token: str = field(default="", repr=False)
    sid: str = field(default="", repr=False)

    @property
    def membership(self) -> Membership | None:
        """The place acted in, if the person still has it."""
        return next((place for place in self.grants.memberships if str(place.id) == self.acting), None)

    @property
    def national_role(self) -> str | None:
        """The national role acted in, if the person still has it."""
        return self.acting if self.acting in self.grants.national_roles else None

    @property
    def choices(self) -> tuple[str, ...]:
        """Everything `acting` may be set to."""
        places = tuple(str(place.id) for place in self.grants.memberships)
        return places + tuple(sorted(self.grants.national_roles))

    def visitor(self, loa: int = 0) -> Visitor:
        """What the session lets through: förbund, or one national role, never both at once.

        `loa` is the login's level of assurance, asked for anew since an agreement may have ended.
        """
        national = self.national_role
        return Visitor(
            person_id=self.person_id,
            name=self.grants.name,
            memberships=() if national or self.membership is None else self._places(self.membership),
            national_roles=frozenset({national} if national else ()),
            csrf_key=self.csrf_key,
            loa=loa,
            handle=self.handle,
        )

    def _places(self, acting: Membership) -> tuple[Membership, ...]:
        """The place acted in, then each other förbund where the person has exactly one place.

        Two places in one förbund may hold roles that must not meet, so the person has to choose.
        """
        others = [place for place in self.grants.memberships if place.tenant_id != acting.tenant_id]
        single = [
            place for place in others if sum(other.tenant_id == place.tenant_id for other in others) == 1
        ]
        return (acting, *single)


@dataclass(frozen=True)
class Listed:
    """A session in the person's own list."""

    handle: str
    created_at: datetime
    last_seen: datetime
    agent: str


class Sessions:
    """Makes, finds, exchanges and ends sessions."""

    def __init__(
        self,
        config: Config,
        valkey: redis.Redis,
        read_grants: GrantReader,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._config = config
        self._valkey = valkey
        self._read_grants = read_grants
        self._clock = clock
        self._index = IssuerIndex(valkey, ABSOLUTE)

    def create(self, accepted: Accepted, person_id: UUID, agent: str) -> tuple[str, Session] | None:
        """A new session after a login, and its cookie value. None when the person has ended.

        Someone with a single place to be is put there at once.
        """
        grants = self._read_grants(person_id, self._seconds())
        if grants is None:
            return None
        cookie = secrets.token_urlsafe(_BYTES)
        session = Session(
            handle=_handle(cookie),
            person_id=person_id,
            issuer_id=accepted.issuer_id,
            subject=accepted.subject,
            created_at=self._clock(),
            csrf_key=secrets.token_bytes(_BYTES),
            grants=grants,
            organisation_id=accepted.organisation_id,
            acr=accepted.acr,
            auth_time=accepted.auth_time,
            agent=agent[:200],
            id_token=accepted.id_token,
            sid=accepted.sid,
        )
        if len(session.choices) == 1:
            session = replace(session, acting=session.choices[0])
        with _answering():
            self._write(session)
        return cookie, session

    def find(self, cookie: str | None) -> Session | None:
        """The session of a cookie, kept alive by the asking. One round trip while the grants are fresh."""
        if cookie is None or len(cookie) != _COOKIE_CHARS:
            return None
        handle = _handle(cookie)
        with _answering():
            pipe = self._valkey.pipeline(transaction=False)
            pipe.getex(_key(handle), ex=_IDLE_SECONDS)
            pipe.get(_grants_key(handle))
            stored, cached = pipe.execute()
        if stored is None:
            return None
        values = json.loads(stored)
        person_id = UUID(values["person_id"])
        if self._clock() - _moment(values["created_at"]) >= ABSOLUTE:
            self.end(person_id, handle)
            return None
        grants = self._fresh(handle, person_id, cached)
        if grants is None:
            self.end_all(person_id)
            return None
        return _session(handle, values, grants)

    def act(self, session: Session, acting: str) -> tuple[str, Session]:
        """Exchange the session for one that acts in another place; the old cookie is worthless after.

        Raises:
            NotFound: the place is not the person's.
            NotSignedIn: the session ended meanwhile.
        """
        if acting not in session.choices:
            raise NotFound
        cookie = secrets.token_urlsafe(_BYTES)
        exchanged = replace(session, handle=_handle(cookie), acting=acting)
        with _answering():
            if not self._valkey.delete(_key(session.handle)):
                raise NotSignedIn
            self._forget(session.person_id, session.handle)
            self._write(exchanged)
        return cookie, exchanged

    def end(self, person_id: UUID, handle: str) -> bool:
        """End one of the person's sessions; false when there was no such session."""
        with _answering():
            if not self._valkey.sismember(_person_key(person_id), handle):
                return False
            ended = bool(self._valkey.delete(_key(handle)))
            self._forget(person_id, handle)
            return ended

    def end_all(self, person_id: UUID) -> int:
        """End every session of a person; the one way all paths of leaving take. Returns how many."""
        with _answering():
            handles = self._handles(person_id)
            keys = [key for handle in handles for key in (_key(handle), _grants_key(handle))]
            self._valkey.delete(_person_key(person_id), *keys)
        return len(handles)

    def end_at_issuer(self, issuer_id: str, subject: str, sid: str) -> int:
        """End what an issuer says has ended: one login of a person, or with no `sid` all. Returns how many."""
        names = ([by_subject(subject)] if subject else []) + ([by_session(sid)] if sid else [])
        ended = 0
        with _answering():
            for handle in self._index.handles(issuer_id, *names):
                stored = self._valkey.get(_key(handle))
                ended += stored is not None and self.end(UUID(json.loads(stored)["person_id"]), handle)
        return ended

    def end_from(self, person_id: UUID, organisation_id: UUID) -> int:
        """End the person's sessions begun from one home organisation. Returns how many."""
        with _answering():
            stored = {handle: self._valkey.get(_key(handle)) for handle in self._handles(person_id)}
        own = [
            h
            for h, raw in stored.items()
            if raw and json.loads(raw)["organisation_id"] == str(organisation_id)
        ]
        return sum(self.end(person_id, handle) for handle in own)

    def refresh(self, person_id: UUID) -> None:
        """Ask for the person's grants anew at their next request, after a change of roles."""
        with _answering():
            keys = [_grants_key(handle) for handle in self._handles(person_id)]
            if keys:
                self._valkey.delete(*keys)

    def all_of(self, person_id: UUID) -> tuple[Listed, ...]:
        """The person's sessions, the most recently used first."""
        with _answering():
            handles = self._handles(person_id)
            pipe = self._valkey.pipeline(transaction=False)
            for handle in handles:
                pipe.get(_key(handle))
                pipe.ttl(_key(handle))
            answers = pipe.execute()
        found = [
            self._listed(handle, json.loads(stored), ttl)
            for handle, stored, ttl in zip(handles, answers[::2], answers[1::2], strict=True)
            if stored is not None
        ]
        return tuple(sorted(found, key=lambda listed: listed.last_seen, reverse=True))

    @property
    def cookie_name(self) -> str:
        """The session cookie's name; with https the prefix makes browsers hold it to this host."""
        return "__Host-sid" if self._config.secure_cookies else "sid"

    def cookie_of(self, request: Request) -> str | None:
        """The session cookie's value in a request."""
        return request.cookies.get(self.cookie_name)

    def set_cookie(self, response: Response, cookie: str) -> None:
        """Hand the cookie to the browser; it lives as long as the browser or the session, whichever ends."""
        response.set_cookie(
            self.cookie_name,
            cookie,
            path="/",
            secure=self._config.secure_cookies,
            httponly=True,
            samesite="Lax",
        )

    def clear_cookie(self, response: Response) -> None:
        """Take the cookie back."""
        response.delete_cookie(
            self.cookie_name, path="/", secure=self._config.secure_cookies, httponly=True, samesite="Lax"
        )

    def _fresh(self, handle: str, person_id: UUID, cached: str | bytes | None) -> Grants | None:
        moment = self._seconds()
        if cached is not None:
            grants = Grants.from_json(cached)
            if moment - grants.read_at < GRANTS_AGE.total_seconds():
                return grants
        read = self._read_grants(person_id, moment)
        if read is not None:
            with _answering():
                self._valkey.set(_grants_key(handle), read.to_json(), ex=GRANTS_AGE)
        return read

    def _write(self, session: Session) -> None:
        pipe = self._valkey.pipeline(transaction=True)
        pipe.set(_key(session.handle), json.dumps(_values(session)), ex=_IDLE_SECONDS)
        pipe.set(_grants_key(session.handle), session.grants.to_json(), ex=GRANTS_AGE)
        pipe.sadd(_person_key(session.person_id), session.handle)
        pipe.expire(_person_key(session.person_id), ABSOLUTE)
        names = [by_subject(session.subject)] + ([by_session(session.sid)] if session.sid else [])
        self._index.note(pipe, session.handle, session.issuer_id, *names)
        pipe.execute()

    def _forget(self, person_id: UUID, handle: str) -> None:
        self._valkey.delete(_grants_key(handle))
        self._valkey.srem(_person_key(person_id), handle)

    def _handles(self, person_id: UUID) -> list[str]:
        return sorted(_text(item) for item in self._valkey.smembers(_person_key(person_id)))

    def _listed(self, handle: str, values: dict[str, Any], ttl: int) -> Listed:
        seen = self._clock() - IDLE + timedelta(seconds=max(ttl, 0))
        return Listed(handle, _moment(values["created_at"]), seen, values["agent"])

    def _seconds(self) -> float:
        return self._clock().timestamp()


@contextmanager
def _answering() -> Iterator[None]:
    """Say in Swedish that the store is away; nobody is let in meanwhile."""
    try:
        yield
    except redis.RedisError as error:
        raise Unavailable from error


def _values(session: Session) -> dict[str, Any]:
    return {
        "person_id": str(session.person_id),
        "issuer_id": session.issuer_id,
        "subject": session.subject,
        "created_at": session.created_at.timestamp(),
        "csrf_key": session.csrf_key.hex(),
        "acting": session.acting,
        "organisation_id": str(session.organisation_id) if session.organisation_id else None,
        "acr": session.acr,
        "auth_time": session.auth_time,
        "agent": session.agent,
        "id_token": session.id_token,
        "sid": session.sid,
    }


def _session(handle: str, values: dict[str, Any], grants: Grants) -> Session:
    home = values["organisation_id"]
    return Session(
        handle=handle,
        person_id=UUID(values["person_id"]),
        issuer_id=values["issuer_id"],
        subject=values["subject"],
        created_at=_moment(values["created_at"]),
        csrf_key=bytes.fromhex(values["csrf_key"]),
        grants=grants,
        acting=values["acting"],
        organisation_id=UUID(home) if home else None,
        acr=values["acr"],
        auth_time=values["auth_time"],
        agent=values["agent"],
        id_token=values["id_token"],
        sid=values["sid"],
    )


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _handle(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()


def _key(handle: str) -> str:
    return f"session:{handle}"


def _grants_key(handle: str) -> str:
    return f"session:{handle}:grants"


def _person_key(person_id: UUID) -> str:
    return f"sessions-of:{person_id}"


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
