"""Which sessions began in which login at the issuer, so that the issuer can end them."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import redis


class IssuerIndex:
    """Handles of sessions by `(issuer, sub)` and by `(issuer, sid)`, hashed: the store names nobody."""

    def __init__(self, valkey: redis.Redis, lifetime: timedelta) -> None:
        self._valkey = valkey
        self._lifetime = lifetime

    def note(self, pipe: redis.client.Pipeline, handle: str, issuer_id: str, *names: str) -> None:
        """Remember a session under each name its issuer knows it by."""
        for name in names:
            key = _key(issuer_id, name)
            pipe.sadd(key, handle)
            pipe.expire(key, self._lifetime)

    def handles(self, issuer_id: str, *names: str) -> set[str]:
        """The sessions known by all of the names; ended ones may still be among them."""
        sets = [self._valkey.smembers(_key(issuer_id, name)) for name in names]
        found = [{item.decode() if isinstance(item, bytes) else item for item in items} for items in sets]
        return set.intersection(*found) if found else set()


def by_subject(subject: str) -> str:
    """The name of a person at the issuer."""
    return f"sub:{subject}"


def by_session(sid: str) -> str:
    """The name of one login at the issuer; empty where it gave none."""
    return f"sid:{sid}"


def _key(issuer_id: str, name: str) -> str:
    return "sessions-at:" + hashlib.sha256(f"{issuer_id}\0{name}".encode()).hexdigest()
