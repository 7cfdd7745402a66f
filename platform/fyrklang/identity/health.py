"""How each issuer has answered of late, told by every process to all of them."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import redis

KEPT_SECONDS = 7 * 24 * 3600
DOWN_SECONDS = 600
"""So long after the last failure an issuer that stopped answering is said to be down."""


@dataclass(frozen=True)
class Standing:
    """What is known of one issuer.

    Attributes:
        metadata_at: when its endpoints were last read and held.
        keys_at: when its keys were last read and held.
        failed_at: when it last gave no usable answer.
        reason: why, as `Reason` has it.
        down: it is left alone for now, or has just been.
    """

    metadata_at: datetime | None = None
    keys_at: datetime | None = None
    failed_at: datetime | None = None
    reason: str = ""
    down: bool = False


class Health:
    """Written by whoever asks an issuer for something, read by the login page and the administrators.

    It is told for information only: a login never fails because this could not be written.
    """

    def __init__(self, valkey: redis.Redis) -> None:
        self._valkey = valkey

    def good(self, issuer_id: str, document: str) -> None:
        """A document, `metadata` or `keys`, was read and held."""
        with suppress(redis.RedisError):
            pipe = self._valkey.pipeline()
            pipe.hset(_key(issuer_id), f"{document}_at", _now())
            pipe.hdel(_key(issuer_id), "down_until")
            pipe.expire(_key(issuer_id), KEPT_SECONDS)
            pipe.execute()

    def failed(self, issuer_id: str, reason: str, *, down: bool) -> None:
        """No usable answer came; `down` when the issuer is now left alone for a while."""
        values: dict[Any, Any] = {"failed_at": _now(), "reason": reason}
        if down:
            values["down_until"] = str(float(_now()) + DOWN_SECONDS)
        with suppress(redis.RedisError):
            pipe = self._valkey.pipeline()
            pipe.hset(_key(issuer_id), mapping=values)
            pipe.expire(_key(issuer_id), KEPT_SECONDS)
            pipe.execute()

    def of(self, issuer_ids: Iterable[str]) -> dict[str, Standing]:
        """What is known of each; nothing where Valkey does not answer."""
        ids = list(dict.fromkeys(issuer_ids))
        try:
            pipe = self._valkey.pipeline(transaction=False)
            for issuer_id in ids:
                pipe.hgetall(_key(issuer_id))
            told = pipe.execute()
        except redis.RedisError:
            told = [{} for _ in ids]
        return {issuer_id: _standing(values) for issuer_id, values in zip(ids, told, strict=True)}


def _standing(values: dict[str, str]) -> Standing:
    def moment(name: str) -> datetime | None:
        return datetime.fromtimestamp(float(values[name]), UTC) if name in values else None

    return Standing(
        metadata_at=moment("metadata_at"),
        keys_at=moment("keys_at"),
        failed_at=moment("failed_at"),
        reason=values.get("reason", ""),
        down=float(values.get("down_until", 0)) > float(_now()),
    )


def _now() -> str:
    return str(datetime.now(UTC).timestamp())


def _key(issuer_id: str) -> str:
    return f"issuer-health:{issuer_id}"
