"""Settings, read once from the environment and never from anywhere else."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from fyrklang.kernel.crypto import KeyRing

ROLES = ("migrator", "app", "worker", "auth", "relay", "audit_writer", "council", "backup")
"""Database roles that may log in. `owner`, `publisher` and `doorkeeper` may not."""

MIN_SECRET_LENGTH = 32
MAX_HOPS = 9
DERIVED_FIELD_KEY = "secret"
"""The name of the field key that comes from `FYRKLANG_SECRET_KEY`."""

_FIELD_KEY = re.compile(r"([a-z0-9-]{1,20}):(\S{32,})")
_KNOWN_SECRETS = ("changeme", "secret", "password", "fyrklang", "dev")
_TEST_SECRETS = (
    "test",
    "demo",
    "example",
    "exempel",
    "default",
    "insecure",
    "replace",
    "your-",
    "0123456789",
    "abcdef",
)
_MIN_DIFFERENT = 10
"""A random key of 32 hexadecimal digits has fewer different ones less than once in ten thousand."""


class ConfigError(Exception):
    """A setting is missing or unusable; the text says which and what to do."""


@dataclass(frozen=True)
class Config:
    """Everything a process needs to know about where it runs.

    `database_url` is the administrator's address of the database; each role's own address is derived
    from it unless `FYRKLANG_DATABASE_URL_<ROLE>` names another: then whoever holds the secret key cannot
    work out the role's password. `proxy_hops` is how many proxies of our own
    stand in front; what they say of the visitor's address and of https is believed, nobody else's word is.
    `limits` says whether requests are counted (`kernel.limits`).
    """

    secret_key: str
    database_url: str
    redis_url: str
    base_url: str
    data_dir: Path = Path(".fyrklang")
    demo: bool = False
    secure_cookies: bool = True
    proxy_hops: int = 0
    limits: bool = True
    citus: bool = False
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    demo_issuer: str = ""
    role_urls: Mapping[str, str] = field(default_factory=dict)
    field_keys: Mapping[str, str] = field(default_factory=dict)

    def field_key_ring(self) -> KeyRing:
        """The keys that wrap each förbund's keys: those given, then the one derived from the secret.

        The derived one stays last, so that an installation can begin without `FYRKLANG_FIELD_KEYS` and get
        it later.
        """
        given = {
            name: hmac.new(secret.encode(), b"field-keys", hashlib.sha256).digest()
            for name, secret in self.field_keys.items()
        }
        return KeyRing({**given, DERIVED_FIELD_KEY: self.derive("field-keys")})

    def derive(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose, so that no two uses share key material."""
        return hmac.new(self.secret_key.encode(), purpose.encode(), hashlib.sha256).digest()

    def role_password(self, role: str) -> str:
        """The password of a database role: its own address's, or derived so that it need not be stored anywhere.

        Empty when the address logs in some other way than as the role with a password.
        """
        if role not in self.role_urls:
            return self.derive(f"database-role:{role}").hex()
        own = urlsplit(self.role_urls[role])
        return unquote(own.password or "") if own.username == f"fyrklang_{role}" else ""

    def url_for(self, role: str) -> str:
        """The database address a role logs in with, in psycopg's form for SQLAlchemy."""
        if role in self.role_urls:
            return as_sqlalchemy_url(self.role_urls[role])
        parts = urlsplit(self.database_url)
        host = parts.hostname or "localhost"
        port = f":{parts.port}" if parts.port else ""
        netloc = f"fyrklang_{role}:{quote(self.role_password(role))}@{host}{port}"
        return as_sqlalchemy_url(urlunsplit(parts._replace(netloc=netloc)))

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Config:
        """Read `FYRKLANG_*`.

        Raises:
            ConfigError: a required setting is missing, or the secret is short or a known default.
        """
        secret = _required(environ, "FYRKLANG_SECRET_KEY")
        demo = environ.get("FYRKLANG_DEMO", "0") == "1"
        if is_weak(secret, demo=demo):
            raise ConfigError(
                f"FYRKLANG_SECRET_KEY måste vara minst {MIN_SECRET_LENGTH} slumpade tecken "
                "och inte ett känt standardvärde."
            )
        base_url = environ.get("FYRKLANG_BASE_URL") or (
            f"http://127.0.0.1:{environ.get('FYRKLANG_PORT', '8000')}"
        )
        return cls(
            secret_key=secret,
            database_url=_required(environ, "FYRKLANG_DATABASE_URL"),
            redis_url=_required(environ, "FYRKLANG_REDIS_URL"),
            base_url=base_url.rstrip("/"),
            data_dir=Path(environ.get("FYRKLANG_DATA_DIR", ".fyrklang")),
            demo=demo,
            secure_cookies=base_url.startswith("https://"),
            proxy_hops=_hops(environ.get("FYRKLANG_PROXY_HOPS") or "0"),
            limits=environ.get("FYRKLANG_LIMITS", "1") != "0",
            citus=environ.get("FYRKLANG_CITUS", "0") == "1",
            oidc_issuer=environ.get("FYRKLANG_OIDC_ISSUER", "").rstrip("/"),
            oidc_client_id=environ.get("FYRKLANG_OIDC_CLIENT_ID", ""),
            oidc_client_secret=environ.get("FYRKLANG_OIDC_CLIENT_SECRET", ""),
            demo_issuer=environ.get("FYRKLANG_DEMO_ISSUER", ""),
            role_urls={
                role: environ[f"FYRKLANG_DATABASE_URL_{role.upper()}"]
                for role in ROLES
                if environ.get(f"FYRKLANG_DATABASE_URL_{role.upper()}")
            },
            field_keys=_field_keys(environ.get("FYRKLANG_FIELD_KEYS", "")),
        )


def is_weak(secret: str, *, demo: bool) -> bool:
    """Whether a secret is short, a known default or plainly not random; tests' own pass in a demo alone."""
    low = secret.lower()
    if len(secret) < MIN_SECRET_LENGTH or low.startswith(_KNOWN_SECRETS):
        return True
    return not demo and (low.startswith(_TEST_SECRETS) or len(set(secret)) < _MIN_DIFFERENT)


def as_sqlalchemy_url(url: str) -> str:
    """Name the driver, since a bare `postgresql://` would pick another one."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1).replace(
        "postgres://", "postgresql+psycopg://", 1
    )


def _field_keys(text: str) -> dict[str, str]:
    """Read `name:secret,name:secret`, the one that wraps first."""
    keys: dict[str, str] = {}
    for item in filter(None, (part.strip() for part in text.split(","))):
        found = _FIELD_KEY.fullmatch(item)
        if not found or found[1] in (*keys, DERIVED_FIELD_KEY):
            raise ConfigError(
                "FYRKLANG_FIELD_KEYS skrivs namn:hemlighet,namn:hemlighet med den nyaste först. Ett namn är "
                f"högst 20 tecken a–z, 0–9 och bindestreck, används en gång och är inte {DERIVED_FIELD_KEY}; "
                f"en hemlighet är minst {MIN_SECRET_LENGTH} slumpade tecken."
            )
        keys[found[1]] = found[2]
    return keys


def _hops(text: str) -> int:
    if not text.isdecimal() or int(text) > MAX_HOPS:
        raise ConfigError(
            f"FYRKLANG_PROXY_HOPS måste vara ett heltal mellan 0 och {MAX_HOPS}, inte ”{text}”."
        )
    return int(text)


def _required(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "").strip()
    if not value:
        raise ConfigError(f"Inställningen {name} saknas.")
    return value
