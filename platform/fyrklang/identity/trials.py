"""A login made to be looked at: somebody tries their own and sees what came back, and nothing else changes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import redis

from fyrklang.identity.outcomes import Accepted, Refused

KEPT_SECONDS = 600
SHOWN_CLAIMS = 60


@dataclass(frozen=True)
class Trial:
    """What came back. Names of claims and never their values, no token and no code.

    Attributes:
        at: seconds since 1970.
        reason: why it was refused, as `Reason` has it; empty when it was not.
        same: whether it was the person who tried.
    """

    at: float
    issuer_id: str
    issuer: str
    reason: str = ""
    detail: str = ""
    same: bool = False
    acr: str = ""
    level: int = 0
    auth_time: int | None = None
    named: bool = False
    sid: bool = False
    claims: tuple[str, ...] = ()


class Trials:
    """Keeps the latest trial of each session for ten minutes."""

    def __init__(self, valkey: redis.Redis) -> None:
        self._valkey = valkey

    def put(self, handle: str, trial: Trial) -> None:
        """Keep it for the session."""
        self._valkey.set(_key(handle), json.dumps(asdict(trial)), ex=KEPT_SECONDS)

    def get(self, handle: str) -> Trial | None:
        """The latest, while it is kept."""
        raw = self._valkey.get(_key(handle))
        if raw is None:
            return None
        values = json.loads(raw)
        return Trial(**{**values, "claims": tuple(values["claims"])})


def of_refused(refused: Refused, issuer_id: str, at: float) -> Trial:
    """A trial that was refused."""
    return Trial(at, issuer_id, refused.issuer_name, refused.reason.value, refused.detail)


def of_accepted(accepted: Accepted, issuer: str, level: int, at: float, *, same: bool) -> Trial:
    """A trial whose every check held."""
    return Trial(
        at=at,
        issuer_id=accepted.issuer_id,
        issuer=issuer,
        same=same,
        acr=accepted.acr or "",
        level=level,
        auth_time=accepted.auth_time,
        named=bool(accepted.name),
        sid=bool(accepted.sid),
        claims=tuple(sorted(accepted.claims))[:SHOWN_CLAIMS],
    )


def _key(handle: str) -> str:
    return f"login-trial:{handle}"
