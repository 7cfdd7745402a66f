"""A login that has begun and not ended: kept in Valkey, tied to one browser, good for one answer."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import asdict, dataclass
from uuid import UUID

import redis

from fyrklang.identity.outcomes import LoginRefused, Reason
from fyrklang.kernel.config import Config

LIFETIME_SECONDS = 600
_BYTES = 32


@dataclass(frozen=True)
class Started:
    """What must come back unchanged. `binding` is the SHA-256 of the browser's pre-login cookie.

    `trial` says that the login is made to be looked at and logs nobody in.
    """

    issuer_id: str
    nonce: str
    verifier: str
    redirect_uri: str
    binding: str
    organisation_id: str | None
    target: str
    acr: tuple[str, ...] = ()
    max_age: int | None = None
    trial: bool = False

    @property
    def organisation(self) -> UUID | None:
        """The home organisation chosen on the login page."""
        return UUID(self.organisation_id) if self.organisation_id else None


class PreLogins:
    """Stores and takes back begun logins."""

    def __init__(self, valkey: redis.Redis) -> None:
        self._valkey = valkey

    def put(self, started: Started) -> str:
        """Keep it for ten minutes; returns the `state` that fetches it back."""
        state = secrets.token_urlsafe(_BYTES)
        self._valkey.set(_key(state), json.dumps(asdict(started)), ex=LIFETIME_SECONDS)
        return state

    def take(self, state: str, cookie: str | None) -> Started:
        """The begun login, which is gone after this whatever the answer was.

        Raises:
            LoginRefused: the state is unknown, used, too old, or another browser's.
        """
        raw = self._valkey.getdel(_key(state))
        if raw is None:
            raise LoginRefused(Reason.STATE_UNKNOWN, "state unknown, used or expired")
        values = json.loads(raw)
        started = Started(**{**values, "acr": tuple(values["acr"])})
        if cookie is None or not hmac.compare_digest(fingerprint(cookie), started.binding):
            raise LoginRefused(Reason.STATE_FOREIGN, "state belongs to another browser")
        return started


def cookie_name(config: Config) -> str:
    """The pre-login cookie's name; the prefix makes browsers refuse one set from another host name."""
    return "__Host-inloggning" if config.secure_cookies else "inloggning"


def new_cookie() -> str:
    """A fresh value, 256 bits."""
    return secrets.token_urlsafe(_BYTES)


def fingerprint(cookie: str) -> str:
    """What is stored of a cookie value."""
    return hashlib.sha256(cookie.encode()).hexdigest()


def _key(state: str) -> str:
    return "login:" + fingerprint(state)
