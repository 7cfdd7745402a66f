"""Logout tokens: an issuer's word that somebody has left (OpenID Connect Back-Channel Logout 1.0)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import redis

from fyrklang.identity.network import Deadline
from fyrklang.identity.outcomes import LoginRefused, Reason
from fyrklang.identity.provider import Provider
from fyrklang.identity.tokens import LEEWAY_SECONDS, MAX_SUBJECT_CHARS, verify

EVENT = "http://schemas.openid.net/event/backchannel-logout"
OLDEST_SECONDS = 300
_TYPES = (None, "JWT", "jwt", "logout+jwt", "application/logout+jwt")
_SEEN_SECONDS = OLDEST_SECONDS + 3 * LEEWAY_SECONDS


@dataclass(frozen=True)
class Left:
    """Who left, as the issuer names them: the person, one login of theirs, or both; never neither."""

    subject: str
    sid: str
    jti: str


class LogoutTokens:
    """Judges logout tokens, each of which counts once."""

    def __init__(self, valkey: redis.Redis, clock: Callable[[], float]) -> None:
        self._valkey = valkey
        self._clock = clock

    def judge(self, provider: Provider, token: Any, deadline: Deadline) -> Left:
        """Who left.

        Raises:
            LoginRefused: a check fails (§2.6), or the token was seen before.
        """
        _, claims = verify(provider, token, deadline, _TYPES)
        _check_from(provider, claims)
        self._check_times(claims)
        _check_event(claims)
        left = Left(_word(claims, "sub"), _word(claims, "sid"), _word(claims, "jti"))
        if not left.jti or not (left.subject or left.sid):
            raise LoginRefused(Reason.CLAIM, "jti or both sub and sid are missing")
        digest = hashlib.sha256(f"{provider.issuer.id}\0{left.jti}".encode()).hexdigest()
        if not self._valkey.set(f"logout:{digest}", "1", nx=True, ex=_SEEN_SECONDS):
            raise LoginRefused(Reason.CLAIM, "token was seen before")
        return left

    def _check_times(self, claims: dict[str, Any]) -> None:
        now, issued, expires = self._clock(), _moment(claims, "iat"), _moment(claims, "exp")
        if not now - OLDEST_SECONDS - LEEWAY_SECONDS <= issued <= now + LEEWAY_SECONDS:
            raise LoginRefused(Reason.CLAIM, "iat too long ago or to come")
        if expires < now - LEEWAY_SECONDS:
            raise LoginRefused(Reason.EXPIRED, "exp has passed")


def _check_from(provider: Provider, claims: dict[str, Any]) -> None:
    issuer = provider.issuer
    if claims.get("iss") != issuer.issuer:
        raise LoginRefused(Reason.CLAIM, "iss differs")
    if claims.get("aud") not in (issuer.client_id, [issuer.client_id]):
        raise LoginRefused(Reason.CLAIM, "aud names others")


def _check_event(claims: dict[str, Any]) -> None:
    if "nonce" in claims:
        raise LoginRefused(Reason.NONCE, "a logout token has none; this is another kind of token")
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise LoginRefused(Reason.CLAIM, "not the event of a logout")


def _word(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name, "")
    if (
        not isinstance(value, str)
        or len(value) > MAX_SUBJECT_CHARS
        or not (value == "" or value.isprintable())
    ):
        raise LoginRefused(Reason.CLAIM, f"{name} of unreasonable form")
    return value


def _moment(claims: dict[str, Any], name: str) -> float:
    value = claims.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise LoginRefused(Reason.CLAIM, f"{name} is missing or no number")
    return value
