"""What is known right now about one issuer: its metadata and keys, the last good copy kept for a day.

A copy older than ten minutes is still used while a thread fetches a new one, so a slow or broken issuer
delays nobody who has a copy. After three failures in a row the issuer is left alone for half a minute.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock, Thread
from typing import Any, Generic, TypeVar

import structlog
from authlib.oidc.discovery import OpenIDProviderMetadata
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, KeySet, OKPKey, RSAKey, import_key

from fyrklang.identity.health import Health
from fyrklang.identity.issuers import Issuer
from fyrklang.identity.network import BoundedSession, Busy, Deadline, Network, check_address, read_json
from fyrklang.identity.outcomes import LoginRefused, Reason

FRESH_SECONDS = 600
KEPT_SECONDS = 24 * 3600
REFETCH_SECONDS = 60
FAILURES_TO_OPEN = 3
OPEN_SECONDS = 30
MIN_RSA_BITS = 2048
MAX_KEYS = 50

T = TypeVar("T")
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Metadata:
    """The parts of the discovery document we use (OpenID Connect Discovery 1.0 §3)."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    end_session_endpoint: str | None
    sends_iss: bool


class Breaker:
    """Stops calling an issuer that keeps failing."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failures = 0
        self._open_until = 0.0

    def check(self) -> None:
        """Let a call through, or not.

        Raises:
            LoginRefused: the issuer is being left alone.
        """
        if self._clock() < self._open_until:
            raise LoginRefused(Reason.UNREACHABLE, "circuit open")

    def failed(self) -> None:
        """Count a call that got no usable answer."""
        self._failures += 1
        if self._failures >= FAILURES_TO_OPEN:
            self._open_until = self._clock() + OPEN_SECONDS

    @property
    def open(self) -> bool:
        """Whether the issuer is being left alone."""
        return self._clock() < self._open_until

    def succeeded(self) -> None:
        """Start counting from nought."""
        self._failures = 0
        self._open_until = 0.0


class Copy(Generic[T]):
    """A document and its last good copy."""

    def __init__(self, fetch: Callable[[Deadline], T], clock: Callable[[], float]) -> None:
        self._fetch = fetch
        self._clock = clock
        self._value: T | None = None
        self._at = 0.0
        self._tried = float("-inf")
        self._lock = Lock()

    def get(self, deadline: Deadline, spare: Callable[[], Deadline]) -> T:
        """The copy when young enough, else a new one; between the two ages, both."""
        age = self._clock() - self._at
        if self._value is None or age > KEPT_SECONDS:
            return self._store(self._fetch(deadline))
        if age > FRESH_SECONDS and self._may_try():
            Thread(target=self._refresh, args=(spare,), name="issuer-refresh", daemon=True).start()
        return self._value

    def renew(self, deadline: Deadline) -> T | None:
        """A new copy because the old one lacked something; None when it is too soon to ask again."""
        return self._store(self._fetch(deadline)) if self._may_try() else None

    def _may_try(self) -> bool:
        with self._lock:
            if self._clock() - self._tried < REFETCH_SECONDS:
                return False
            self._tried = self._clock()
            return True

    def _refresh(self, spare: Callable[[], Deadline]) -> None:
        try:
            self._store(self._fetch(spare()))
        except LoginRefused as refused:
            log.warning("issuer_refresh_failed", reason=refused.reason, detail=refused.detail)

    def _store(self, value: T) -> T:
        self._value, self._at = value, self._clock()
        return value


class Provider:
    """One issuer as this process knows it. Safe to share between threads."""

    def __init__(
        self, issuer: Issuer, network: Network, clock: Callable[[], float], health: Health | None = None
    ) -> None:
        self.issuer = issuer
        self._health = health
        self.breaker = Breaker(clock)
        self._network = network
        self._metadata = Copy(lambda deadline: self._told("metadata", self._fetch_metadata, deadline), clock)
        self._keys = Copy(lambda deadline: self._told("keys", self._fetch_keys, deadline), clock)

    def deadline(self) -> Deadline:
        """A new deadline of the issuer's length."""
        return Deadline(self.issuer.timeout)

    def session(self, deadline: Deadline, **client: Any) -> BoundedSession:
        """A bounded session for calls to this issuer."""
        return BoundedSession(
            self._network, deadline, self.issuer.issuer, loopback=self.issuer.loopback, **client
        )

    def metadata(self, deadline: Deadline) -> Metadata:
        """The issuer's endpoints.

        Raises:
            LoginRefused: no copy is at hand and the issuer gives none that holds.
        """
        return self._metadata.get(deadline, self.deadline)

    def key(self, kid: str | None, algorithm: str, deadline: Deadline) -> Any:
        """The issuer's public key for a signature; keys are asked for anew when `kid` is not among them.

        Raises:
            LoginRefused: the issuer has no such key.
        """
        found = _pick(self._keys.get(deadline, self.deadline), kid, algorithm)
        if found is None:
            renewed = self._keys.renew(deadline)
            found = _pick(renewed, kid, algorithm) if renewed is not None else None
        if found is None:
            raise LoginRefused(Reason.KEY, "no such key at the issuer")
        return found

    def fetch(self, url: str, deadline: Deadline) -> bytes:
        """The body of a document at the issuer.

        Raises:
            LoginRefused: it could not be had.
        """
        self.breaker.check()
        try:
            session = self.session(deadline)
            answer = session.request("GET", url, withhold_token=True, headers={"Accept": "application/json"})
            if answer.status_code != 200:
                raise LoginRefused(Reason.UNREACHABLE, f"status {answer.status_code}")
        except Busy:
            raise
        except LoginRefused:
            self.breaker.failed()
            raise
        self.breaker.succeeded()
        return answer.content

    def _told(self, document: str, fetch: Callable[[Deadline], T], deadline: Deadline) -> T:
        """Fetch, and tell the others how it went."""
        try:
            value = fetch(deadline)
        except Busy:
            raise
        except LoginRefused as refused:
            if self._health is not None:
                self._health.failed(self.issuer.id, refused.reason.value, down=self.breaker.open)
            raise
        if self._health is not None:
            self._health.good(self.issuer.id, document)
        return value

    def _fetch_metadata(self, deadline: Deadline) -> Metadata:
        url = self.issuer.issuer.rstrip("/") + "/.well-known/openid-configuration"
        try:
            document = read_json(self.fetch(url, deadline))
            OpenIDProviderMetadata(document).validate_response_types_supported()
        except (ValueError, UnicodeDecodeError, RecursionError) as error:
            raise LoginRefused(Reason.METADATA, f"discovery: {error}") from None
        if document.get("issuer") != self.issuer.issuer:
            raise LoginRefused(Reason.METADATA, "discovery names another issuer")
        methods = document.get("code_challenge_methods_supported")
        if methods is not None and not (isinstance(methods, list) and "S256" in methods):
            raise LoginRefused(Reason.METADATA, "issuer does not do PKCE with S256")
        return Metadata(
            authorization_endpoint=self._endpoint(document, "authorization_endpoint"),
            token_endpoint=self._endpoint(document, "token_endpoint"),
            jwks_uri=self._endpoint(document, "jwks_uri"),
            userinfo_endpoint=self._optional(document, "userinfo_endpoint"),
            end_session_endpoint=self._optional(document, "end_session_endpoint"),
            sends_iss=document.get("authorization_response_iss_parameter_supported") is True,
        )

    def _fetch_keys(self, deadline: Deadline) -> KeySet:
        try:
            document = read_json(self.fetch(self.metadata(deadline).jwks_uri, deadline))
        except (ValueError, UnicodeDecodeError, RecursionError) as error:
            raise LoginRefused(Reason.METADATA, f"keys: {error}") from None
        listed = document.get("keys")
        if not isinstance(listed, list) or len(listed) > MAX_KEYS:
            raise LoginRefused(Reason.METADATA, "keys: not a list of reasonable length")
        usable: list[Key] = [key for key in map(_public_key, listed) if key is not None]
        if not usable:
            raise LoginRefused(Reason.METADATA, "keys: none usable")
        return KeySet(usable)

    def _endpoint(self, document: dict[str, Any], name: str) -> str:
        value = document.get(name)
        if not isinstance(value, str):
            raise LoginRefused(Reason.METADATA, f"discovery lacks {name}")
        return check_address(value, loopback=self.issuer.loopback)

    def _optional(self, document: dict[str, Any], name: str) -> str | None:
        return self._endpoint(document, name) if document.get(name) is not None else None


class Providers:
    """Every issuer this process has met. A changed registration gives a new provider at once."""

    def __init__(self, network: Network, clock: Callable[[], float], health: Health | None = None) -> None:
        self._network = network
        self._clock = clock
        self._health = health
        self._known: dict[str, Provider] = {}
        self._lock = Lock()

    def of(self, issuer: Issuer) -> Provider:
        """The provider that speaks for exactly this registration."""
        with self._lock:
            known = self._known.get(issuer.id)
            if known is None or known.issuer != issuer:
                known = self._known[issuer.id] = Provider(issuer, self._network, self._clock, self._health)
            return known

    def forget(self) -> None:
        """Know nothing, as at the start."""
        with self._lock:
            self._known.clear()


def _public_key(listed: Any) -> Key | None:
    """A key fit for checking signatures; None for symmetric, private, short and unknown ones."""
    if not isinstance(listed, dict) or listed.get("use", "sig") != "sig" or "d" in listed:
        return None
    if "verify" not in listed.get("key_ops", ["verify"]):
        return None
    try:
        key = import_key(listed)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    if isinstance(key, RSAKey):
        return key if key.public_key.key_size >= MIN_RSA_BITS else None
    return key if isinstance(key, ECKey | OKPKey) else None


_KEY_TYPE = {"R": "RSA", "P": "RSA", "E": "EC"}


def _pick(keys: KeySet, kid: str | None, algorithm: str) -> Any:
    """The key the header means: by kid, or the only one of the right kind when no kid is given."""
    kind = "OKP" if algorithm == "EdDSA" else _KEY_TYPE[algorithm[0]]
    fitting = [
        key
        for key in keys.keys
        if key.key_type == kind and (kid is None or key.kid == kid) and key.get("alg") in (None, algorithm)
    ]
    return fitting[0] if len(fitting) == 1 else None
