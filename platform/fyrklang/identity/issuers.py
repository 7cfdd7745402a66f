"""The registry of issuers the platform trusts. Nobody but the platform's operator writes it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, text

from fyrklang.identity.network import LOOPBACK
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database

CACHE_SECONDS = 30
UNAGREED_LEVEL = 2
SWEDISH_LEVELS = {f"http://id.elegnamnden.se/loa/1.0/loa{level}": level for level in (2, 3, 4)}
"""Sweden's levels of assurance as the profile for OpenID Connect writes them."""
LOCAL_ID = "lokal"
LOCAL_ACR = "urn:fyrklang:acr:password-totp"
LOCAL_MOST = 2
"""Two factors, but nobody has checked a document: never the level that participants take, whatever is registered."""
_NONCE_BYTES = 12

_COLUMNS = (
    "id, name, hint, issuer, client_id, auth_method, secret_sealed, secret_file, algorithms, scopes, "
    "userinfo, claim_map, loa_map, required_acr, timeout_ms, synthetic, enabled, kind"
)


@dataclass(frozen=True)
class Issuer:
    """One trusted issuer, exactly as registered.

    Attributes:
        issuer: the issuer's exact identifier; compared character by character.
        algorithms: JWS algorithms accepted from it, asymmetric only.
        userinfo: NONE, PLAIN (signed is verified when it comes signed) or SIGNED (nothing else will do).
        claim_map: what we call a claim to what the issuer calls it, e.g. `{"name": "displayName"}`.
        loa_map: the issuer's acr value to our level 1-4, by written agreement; "*" is any other login.
        kind: OIDC, or LOCAL for the accounts we keep ourselves, which nobody is sent away to log in at.
        required_acr: when not empty, the ID token's acr must be one of these.
    """

    id: str
    name: str
    issuer: str
    client_id: str
    hint: str = ""
    auth_method: str = "client_secret_basic"
    algorithms: tuple[str, ...] = ("RS256", "PS256", "ES256")
    scopes: tuple[str, ...] = ("openid", "profile")
    userinfo: str = "PLAIN"
    claim_map: Mapping[str, str] = field(default_factory=dict, hash=False)
    loa_map: Mapping[str, int] = field(default_factory=dict, hash=False)
    required_acr: tuple[str, ...] = ()
    timeout_ms: int = 5000
    synthetic: bool = False
    enabled: bool = True
    kind: str = "OIDC"
    secret_sealed: bytes | None = field(default=None, repr=False)
    secret_file: str | None = None

    @property
    def timeout(self) -> float:
        """Seconds that all calls of one login may take together."""
        return self.timeout_ms / 1000

    @property
    def local(self) -> bool:
        """Whether these are accounts of our own."""
        return self.kind == "LOCAL"

    @property
    def loopback(self) -> bool:
        """Whether the issuer runs on this machine, where plain http is let through."""
        parts = urlsplit(self.issuer)
        return parts.scheme == "http" and parts.hostname in LOOPBACK

    def claim(self, name: str) -> str:
        """What this issuer calls the claim."""
        return self.claim_map.get(name, name)


def level_of(issuer: Issuer | None, acr: str | None) -> int:
    """The level of assurance (1–4) of a login with this acr.

    An issuer without any agreement on levels counts as 2, enough for counts and shares; with an agreement,
    a login outside it counts as 1 unless the agreement names a level for the rest ("*").
    An account of our own never counts as more than 2. Without a trusted issuer the level is 0, which opens nothing.
    """
    if issuer is None:
        return 0
    rest = issuer.loa_map.get("*", 1 if issuer.loa_map else UNAGREED_LEVEL)
    level = rest if acr is None else issuer.loa_map.get(acr, rest)
    return min(level, LOCAL_MOST) if issuer.local else level


def ways_to(issuer: Issuer, level: int) -> tuple[str, ...]:
    """The acr values that by agreement mean at least this level of assurance."""
    if issuer.local:
        return ()
    return tuple(acr for acr, means in issuer.loa_map.items() if acr != "*" and means >= level)


def highest_level(issuer: Issuer) -> int:
    """The highest level of assurance a login there can have by agreement."""
    return max(level_of(issuer, acr) for acr in (None, *issuer.loa_map))


class IssuerRegistry:
    """Reads issuers as the login role, keeping them for half a minute."""

    def __init__(self, config: Config, database: Database, clock: Callable[[], float]) -> None:
        self._config = config
        self._database = database
        self._clock = clock
        self._cached: tuple[float, dict[str, Issuer]] | None = None

    def all(self) -> dict[str, Issuer]:
        """Every enabled issuer by id. Issuers of invented people count only where the demo is on."""
        cached = self._cached
        if cached is not None and self._clock() - cached[0] < CACHE_SECONDS:
            return cached[1]
        with self._database.engine("auth").connect() as connection:
            rows = connection.execute(text(f"SELECT {_COLUMNS} FROM registry.issuer WHERE enabled"))  # noqa: S608
            found = {row.id: _issuer(row._asdict()) for row in rows}
        kept = {key: value for key, value in found.items() if self._config.demo or not value.synthetic}
        self._cached = (self._clock(), kept)
        return kept

    def get(self, issuer_id: str) -> Issuer | None:
        """The issuer, or None when there is no such enabled issuer."""
        return self.all().get(issuer_id)

    def forget(self) -> None:
        """Read the table anew at the next question."""
        self._cached = None

    def secret(self, issuer: Issuer) -> str | None:
        """The client secret or private key (PEM), from where the registration says it lies."""
        if issuer.secret_file:
            return Path(issuer.secret_file).read_text(encoding="utf-8").strip()
        if issuer.secret_sealed:
            return unseal(self._config, issuer.id, issuer.secret_sealed)
        return None


def seal(config: Config, issuer_id: str, secret: str) -> bytes:
    """The secret encrypted for this issuer's row and no other."""
    nonce = os.urandom(_NONCE_BYTES)
    box = AESGCM(config.derive("issuer-secret"))
    return nonce + box.encrypt(nonce, secret.encode(), issuer_id.encode())


def unseal(config: Config, issuer_id: str, sealed: bytes) -> str:
    """The secret in the clear.

    Raises:
        RuntimeError: it was sealed under another FYRKLANG_SECRET_KEY or for another issuer.
    """
    box = AESGCM(config.derive("issuer-secret"))
    try:
        return box.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], issuer_id.encode()).decode()
    except InvalidTag:
        raise RuntimeError(f"the secret of issuer {issuer_id} was sealed under another key") from None


def register(connection: Connection, issuer: Issuer) -> None:
    """Lay in or change an issuer. The connection is the migrator's: no serving role may write here."""
    values = {name.strip(): getattr(issuer, name.strip()) for name in _COLUMNS.split(",")}
    for name in ("algorithms", "scopes", "required_acr"):
        values[name] = list(values[name])
    names = list(values)
    changes = ", ".join(f"{name} = excluded.{name}" for name in names if name != "id")
    marks = ", ".join(f"CAST(:{name} AS jsonb)" if name.endswith("_map") else f":{name}" for name in names)
    for name in ("claim_map", "loa_map"):
        values[name] = _as_json(values[name])
    connection.execute(
        text(
            f"INSERT INTO registry.issuer ({', '.join(names)}) VALUES ({marks}) "  # noqa: S608
            f"ON CONFLICT (id) DO UPDATE SET {changes}"
        ),
        values,
    )


def _as_json(value: Mapping[str, Any]) -> str:
    return json.dumps(dict(value))


def _issuer(values: dict[str, Any]) -> Issuer:
    for name in ("algorithms", "scopes", "required_acr"):
        values[name] = tuple(values[name])
    return Issuer(**values)
