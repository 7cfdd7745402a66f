"""Checking what an issuer signed: ID tokens and signed UserInfo answers.

The rules follow OpenID Connect Core 1.0 §3.1.3.7 and §5.3, and OWASP ASVS 5.0 chapter V10. Where a
standard leaves a choice, the narrower one is taken.
"""

from __future__ import annotations

import binascii
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jws
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.util import urlsafe_b64decode

from fyrklang.identity.issuers import Issuer
from fyrklang.identity.network import Deadline, read_json
from fyrklang.identity.outcomes import LoginRefused, Reason
from fyrklang.identity.provider import Provider

LEEWAY_SECONDS = 60
MAX_TOKEN_CHARS = 32_768
MAX_HEADER_CHARS = 2_048
MAX_SUBJECT_CHARS = 255
OLDEST_ISSUE_SECONDS = 600
_FOREIGN_KEYS = frozenset({"jwk", "jku", "x5u", "x5c", "crit", "b64", "enc", "zip"})
_ID_TOKEN_TYPES = (None, "JWT", "jwt", "application/jwt")


@dataclass(frozen=True)
class Expected:
    """What the login that began here demands of the ID token that ends it."""

    nonce: str
    acr: tuple[str, ...] = ()
    max_age: int | None = None
    access_token: str | None = None


def check_id_token(
    provider: Provider,
    token: Any,
    expected: Expected,
    deadline: Deadline,
    clock: Callable[[], float] = time.time,
) -> dict[str, Any]:
    """The claims of an ID token whose every check holds.

    Raises:
        LoginRefused: one does not.
    """
    if token is None or token == "":
        raise LoginRefused(Reason.ID_TOKEN_MISSING)
    header, claims = verify(provider, token, deadline)
    now = int(clock())
    _check_claims(provider.issuer, CodeIDToken(claims, header), expected, now)
    _check_audience(provider.issuer, claims)
    _check_nonce(claims, expected)
    _check_times(claims, now)
    _check_strength(claims, expected, now)
    return claims


def verify(
    provider: Provider,
    token: Any,
    deadline: Deadline,
    types: tuple[str | None, ...] = _ID_TOKEN_TYPES,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a compact JWS signed by the issuer with an algorithm it is registered for.

    `types` are the values of the header's `typ` that this use lets through.

    Raises:
        LoginRefused: it is not.
    """
    header = _header(token)
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in provider.issuer.algorithms:
        raise LoginRefused(Reason.ALGORITHM, "algorithm not registered for the issuer")
    kid = header.get("kid")
    if kid is not None and not isinstance(kid, str):
        raise LoginRefused(Reason.HEADER, "kid is not text")
    if foreign := _FOREIGN_KEYS & header.keys():
        raise LoginRefused(Reason.HEADER, f"header carries {', '.join(sorted(foreign))}")
    if header.get("typ") not in types:
        raise LoginRefused(Reason.HEADER, "token is of another type")
    key = provider.key(kid, algorithm, deadline)
    try:
        registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
        registry.max_header_length = MAX_HEADER_CHARS
        payload = jws.deserialize_compact(token, key, [algorithm], registry).payload
    except (JoseError, ValueError, TypeError) as error:
        raise LoginRefused(Reason.SIGNATURE, type(error).__name__) from None
    try:
        return header, read_json(payload)
    except (ValueError, UnicodeDecodeError, RecursionError):
        raise LoginRefused(Reason.ID_TOKEN_FORM, "payload is not a JSON object") from None


def check_userinfo(
    provider: Provider, content_type: str, body: bytes, subject: str, deadline: Deadline
) -> dict[str, Any]:
    """The claims of a UserInfo answer about the same subject, its signature checked when it has one.

    Raises:
        LoginRefused: it is unsigned where a signature is demanded, or about someone else, or unreadable.
    """
    issuer = provider.issuer
    kind = content_type.split(";", 1)[0].strip().lower()
    if kind == "application/jwt":
        _, claims = verify(provider, body.decode("ascii", errors="replace"), deadline)
        _check_signed_userinfo(issuer, claims)
    elif issuer.userinfo == "SIGNED":
        raise LoginRefused(Reason.USERINFO_UNSIGNED, "answer is not signed")
    elif kind == "application/json":
        try:
            claims = read_json(body)
        except (ValueError, UnicodeDecodeError, RecursionError):
            raise LoginRefused(Reason.USERINFO, "answer is not a JSON object") from None
    else:
        raise LoginRefused(Reason.USERINFO, "answer of unknown kind")
    if not _same(claims.get("sub"), subject):
        raise LoginRefused(Reason.USERINFO_SUBJECT, "answer about another subject")
    return claims


def _header(token: Any) -> dict[str, Any]:
    if not isinstance(token, str) or len(token) > MAX_TOKEN_CHARS or token.count(".") != 2:
        raise LoginRefused(Reason.ID_TOKEN_FORM, "not a signed token of reasonable length")
    first = token.split(".", 1)[0]
    if len(first) > MAX_HEADER_CHARS:
        raise LoginRefused(Reason.HEADER, "header too long")
    try:
        return read_json(urlsafe_b64decode(first.encode("ascii")))
    except (ValueError, binascii.Error, RecursionError):
        raise LoginRefused(Reason.HEADER, "header is not a JSON object") from None


def _check_claims(issuer: Issuer, token: CodeIDToken, expected: Expected, now: int) -> None:
    token.options = {
        "iss": {"essential": True, "value": issuer.issuer},
        "sub": {"essential": True},
        "aud": {"essential": True, "value": issuer.client_id},
    }
    token.params = {
        "client_id": issuer.client_id,
        "nonce": expected.nonce,
        "access_token": expected.access_token,
        "max_age": expected.max_age,
    }
    try:
        token.validate(now, LEEWAY_SECONDS)
    except ExpiredTokenError:
        raise LoginRefused(Reason.EXPIRED, "exp has passed") from None
    except JoseError as error:
        reason = Reason.NONCE if "nonce" in str(error) else Reason.CLAIM
        raise LoginRefused(reason, str(error)) from None
    subject = token["sub"]
    if not 0 < len(subject) <= MAX_SUBJECT_CHARS or not subject.isprintable():
        raise LoginRefused(Reason.CLAIM, "sub of unreasonable form")


def _check_audience(issuer: Issuer, claims: dict[str, Any]) -> None:
    """We are the only audience: a token that others accept too could be replayed from one of them."""
    if claims["aud"] not in (issuer.client_id, [issuer.client_id]):
        raise LoginRefused(Reason.CLAIM, "aud names others")
    if claims.get("azp", issuer.client_id) != issuer.client_id:
        raise LoginRefused(Reason.CLAIM, "azp is another client")


def _check_nonce(claims: dict[str, Any], expected: Expected) -> None:
    if not _same(claims.get("nonce"), expected.nonce):
        raise LoginRefused(Reason.NONCE, "nonce differs")


def _check_times(claims: dict[str, Any], now: int) -> None:
    if claims["iat"] < now - OLDEST_ISSUE_SECONDS - LEEWAY_SECONDS:
        raise LoginRefused(Reason.CLAIM, "iat too long ago")
    if claims["exp"] < claims["iat"]:
        raise LoginRefused(Reason.CLAIM, "exp before iat")


def _check_strength(claims: dict[str, Any], expected: Expected, now: int) -> None:
    if expected.acr and claims.get("acr") not in expected.acr:
        raise LoginRefused(Reason.LEVEL, "acr is not one of those demanded")
    if expected.max_age is None:
        return
    auth_time = claims.get("auth_time")
    if not isinstance(auth_time, int | float) or isinstance(auth_time, bool):
        raise LoginRefused(Reason.STALE, "auth_time is missing")
    if not now - expected.max_age - LEEWAY_SECONDS <= auth_time <= now + LEEWAY_SECONDS:
        raise LoginRefused(Reason.STALE, "auth_time too long ago")


def _check_signed_userinfo(issuer: Issuer, claims: dict[str, Any]) -> None:
    """OpenID Connect Core §5.3.2: a signed answer names its issuer and us."""
    if claims.get("iss") != issuer.issuer:
        raise LoginRefused(Reason.USERINFO, "iss differs")
    audience = claims.get("aud")
    if issuer.client_id not in (audience if isinstance(audience, list) else [audience]):
        raise LoginRefused(Reason.USERINFO, "aud differs")


def _same(given: Any, expected: str) -> bool:
    return isinstance(given, str) and hmac.compare_digest(given.encode(), expected.encode())
