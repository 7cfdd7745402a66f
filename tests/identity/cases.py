"""Answers that must not log anyone in: one lie each, and the reason it is refused for."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Response

from fyrklang.identity.outcomes import Reason
from tests.identity.hostile import Act, HostileIssuer, ec_key, rsa_key, segment

LOA3 = "http://id.elegnamnden.se/loa/1.0/loa3"


@dataclass(frozen=True)
class Case:
    """One lie. `registration` changes how the issuer is registered for this case."""

    name: str
    reason: Reason
    act: Act
    registration: dict[str, Any] = field(default_factory=dict)


def _set(**values: Any) -> Callable[[dict[str, Any]], None]:
    return lambda answer: answer.update(values)


def _drop(*names: str) -> Callable[[dict[str, Any]], None]:
    def drop(answer: dict[str, Any]) -> None:
        for name in names:
            answer.pop(name)

    return drop


def _replace(**values: Any) -> Callable[[dict[str, Any]], None]:
    """Put in what depends on the present: each value is made when asked for."""
    return lambda answer: answer.update({name: make() for name, make in values.items()})


def _later(seconds: int) -> Callable[[], int]:
    return lambda: int(time.time()) + seconds


def _unsecured(_issuer: HostileIssuer, claims: dict[str, Any]) -> str:
    return f"{segment({'alg': 'none', 'typ': 'JWT'})}.{segment(claims)}."


def _hmac_with_public_key(form: str) -> Callable[[HostileIssuer, dict[str, Any]], str]:
    def sign(issuer: HostileIssuer, claims: dict[str, Any]) -> str:
        secrets = {
            "pem": issuer.key.as_pem(private=False),
            "der": issuer.key.as_der(private=False),
            "jwk": json.dumps(issuer.key.as_dict(private=False)).encode(),
        }
        signed = f"{segment({'alg': 'HS256', 'kid': issuer.key.kid})}.{segment(claims)}"
        mac = hmac.new(secrets[form], signed.encode(), hashlib.sha256).digest()
        return f"{signed}.{segment(mac)}"

    return sign


def _header(**extra: Any) -> Callable[[HostileIssuer, dict[str, Any]], str]:
    """Sign with a key of our own and let the header say where to find it."""

    def sign(_issuer: HostileIssuer, claims: dict[str, Any]) -> str:
        key = rsa_key("foreign")
        header = {"alg": "RS256", "kid": "one", **extra}
        if extra.get("jwk") == "own":
            header["jwk"] = key.as_dict(private=False)
        return _by_hand(key, header, claims)

    return sign


def _by_hand(key: Any, header: dict[str, Any], claims: dict[str, Any] | bytes) -> str:
    """RS256 without a library that would mind what is signed."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    signed = f"{segment(header)}.{segment(claims)}"
    signature = key.private_key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{signed}.{segment(signature)}"


def _honest_key(header: dict[str, Any]) -> Callable[[HostileIssuer, dict[str, Any]], str]:
    return lambda issuer, claims: _by_hand(issuer.key, {"alg": "RS256", "kid": "one", **header}, claims)


def _altered(how: Callable[[list[str]], list[str]]) -> Callable[[HostileIssuer, dict[str, Any]], str]:
    return lambda issuer, claims: ".".join(how(issuer.signed(claims).split(".")))


def _payload(raw: bytes) -> Callable[[HostileIssuer, dict[str, Any]], str]:
    return lambda issuer, _claims: _by_hand(issuer.key, {"alg": "RS256", "kid": "one"}, raw)


def _endless(issuer: HostileIssuer, claims: dict[str, Any]) -> str:
    raw = json.dumps({**claims, "exp": 7}).replace('"exp": 7', '"exp": 1e999').encode()
    return _by_hand(issuer.key, {"alg": "RS256", "kid": "one"}, raw)


def _whole(
    path: str, body: bytes | str, status: int = 200, kind: str = "application/json", **headers: str
) -> Act:
    return Act(whole={path: lambda: Response(body, status, headers, mimetype=kind)})


DISCOVERY = "/.well-known/openid-configuration"
_SIGNED = {"userinfo": "SIGNED"}
_LEVEL = {"required_acr": (LOA3,)}
_R = Reason


def _signature_cases() -> list[Case]:
    flip = _altered(
        lambda parts: [*parts[:2], parts[2][:-6] + ("AAAAAA" if parts[2][-6:] != "AAAAAA" else "BBBBBB")]
    )
    other = segment({"sub": "other", "iss": "x"})
    signs: dict[str, tuple[Reason, Callable[[HostileIssuer, dict[str, Any]], Any]]] = {
        "alg none": (_R.ALGORITHM, _unsecured),
        "alg None, mixed case": (
            _R.ALGORITHM,
            lambda _issuer, claims: f"{segment({'alg': 'nOnE'})}.{segment(claims)}.",
        ),
        "alg missing": (
            _R.ALGORITHM,
            lambda _issuer, claims: f"{segment({'kid': 'one'})}.{segment(claims)}.eA",
        ),
        "alg a list": (_R.ALGORITHM, _honest_key({"alg": ["RS256"]})),
        "HS256 with the public key, PEM": (_R.ALGORITHM, _hmac_with_public_key("pem")),
        "HS256 with the public key, DER": (_R.ALGORITHM, _hmac_with_public_key("der")),
        "HS256 with the public key, JWK": (_R.ALGORITHM, _hmac_with_public_key("jwk")),
        "PS256, not registered": (_R.ALGORITHM, _honest_key({"alg": "PS256"})),
        "RS512, not registered": (_R.ALGORITHM, _honest_key({"alg": "RS512"})),
        "ES256 said of an RSA signature": (_R.KEY, _honest_key({"alg": "ES256"})),
        "kid unknown": (_R.KEY, _honest_key({"kid": "nobody"})),
        "kid a path": (_R.KEY, _honest_key({"kid": "../../dev/null"})),
        "kid a number": (_R.HEADER, _honest_key({"kid": 1})),
        "signed by another key under a known kid": (_R.SIGNATURE, _header()),
        "kid left out, other key": (
            _R.SIGNATURE,
            lambda _issuer, claims: _by_hand(rsa_key("foreign"), {"alg": "RS256"}, claims),
        ),
        "embedded jwk": (_R.HEADER, _header(jwk="own")),
        "jku": (_R.HEADER, _header(jku="https://example.org/jwks")),
        "x5u": (_R.HEADER, _header(x5u="https://example.org/chain")),
        "x5c": (_R.HEADER, _header(x5c=["AA"])),
        "crit": (_R.HEADER, _honest_key({"crit": ["b64"], "b64": False})),
        "b64 false": (_R.HEADER, _honest_key({"b64": False})),
        "typ of an access token": (_R.HEADER, _honest_key({"typ": "at+jwt"})),
        "typ of a logout token": (_R.HEADER, _honest_key({"typ": "logout+jwt"})),
        "header too long": (_R.HEADER, _honest_key({"x": "a" * 4000})),
        "header not JSON": (_R.HEADER, _altered(lambda parts: [segment(b"{"), *parts[1:]])),
        "header a list": (_R.HEADER, _altered(lambda parts: [segment(b"[]"), *parts[1:]])),
        "header names alg twice": (
            _R.HEADER,
            _altered(lambda parts: [segment(b'{"alg":"none","alg":"RS256","kid":"one"}'), *parts[1:]]),
        ),
        "signature altered": (_R.SIGNATURE, flip),
        "signature empty": (_R.SIGNATURE, _altered(lambda parts: [*parts[:2], ""])),
        "signature of another payload": (_R.SIGNATURE, _altered(lambda parts: [parts[0], other, parts[2]])),
        "two parts": (_R.ID_TOKEN_FORM, _altered(lambda parts: parts[:2])),
        "five parts": (_R.ID_TOKEN_FORM, _altered(lambda parts: [*parts, *parts[:2]])),
        "not a token": (_R.ID_TOKEN_FORM, lambda _issuer, _claims: "hej"),
        "a number": (_R.ID_TOKEN_FORM, lambda _issuer, _claims: 7),
        "a list": (_R.ID_TOKEN_FORM, lambda issuer, claims: [issuer.signed(claims)]),
        "an object": (_R.ID_TOKEN_FORM, lambda issuer, claims: {"jwt": issuer.signed(claims)}),
        "null": (_R.ID_TOKEN_MISSING, lambda _issuer, _claims: None),
        "empty": (_R.ID_TOKEN_MISSING, lambda _issuer, _claims: ""),
        "very long": (_R.ID_TOKEN_FORM, lambda issuer, claims: issuer.signed({**claims, "x": "a" * 60_000})),
        "payload not JSON": (_R.ID_TOKEN_FORM, _payload(b"hej")),
        "payload a list": (_R.ID_TOKEN_FORM, _payload(b"[]")),
        "payload nested without end": (_R.ID_TOKEN_FORM, _payload(b"[" * 9000 + b"]" * 9000)),
        "payload not text": (_R.ID_TOKEN_FORM, _payload(b"\xff\xfe{}")),
        "payload names sub twice": (_R.ID_TOKEN_FORM, _payload(b'{"sub":"anna","sub":"bo"}')),
        "payload with an exp past all numbers": (_R.CLAIM, _endless),
        "payload with NaN": (_R.ID_TOKEN_FORM, _payload(b'{"exp":NaN}')),
    }
    return [Case(f"id token: {name}", reason, Act(sign=sign)) for name, (reason, sign) in signs.items()]


def _claim_cases() -> list[Case]:
    changes: dict[str, tuple[Reason, Callable[[dict[str, Any]], None]]] = {
        "iss missing": (_R.CLAIM, _drop("iss")),
        "iss another": (_R.CLAIM, _set(iss="https://example.org")),
        "iss with a slash": (_R.CLAIM, lambda claims: claims.update(iss=claims["iss"] + "/")),
        "iss in capitals": (_R.CLAIM, lambda claims: claims.update(iss=claims["iss"].upper())),
        "iss a list": (_R.CLAIM, lambda claims: claims.update(iss=[claims["iss"]])),
        "iss null": (_R.CLAIM, _set(iss=None)),
        "aud missing": (_R.CLAIM, _drop("aud")),
        "aud another": (_R.CLAIM, _set(aud="other")),
        "aud empty list": (_R.CLAIM, _set(aud=[])),
        "aud a list of another": (_R.CLAIM, _set(aud=["other"])),
        "aud us and another": (_R.CLAIM, _set(aud=["fyrklang", "other"])),
        "aud us and another, azp us": (_R.CLAIM, _set(aud=["fyrklang", "other"], azp="fyrklang")),
        "aud in capitals": (_R.CLAIM, _set(aud="FYRKLANG")),
        "aud an object": (_R.CLAIM, _set(aud={"fyrklang": True})),
        "azp another": (_R.CLAIM, _set(azp="other")),
        "azp a list": (_R.CLAIM, _set(azp=["fyrklang"])),
        "exp missing": (_R.CLAIM, _drop("exp")),
        "exp passed": (_R.EXPIRED, _replace(exp=_later(-120))),
        "exp zero": (_R.EXPIRED, _set(exp=0)),
        "exp text": (_R.CLAIM, _set(exp="4102444800")),
        "exp true": (_R.CLAIM, _set(exp=True)),
        "exp without end": (_R.ID_TOKEN_FORM, _set(exp=float("inf"))),
        "iat missing": (_R.CLAIM, _drop("iat")),
        "iat to come": (_R.CLAIM, _replace(iat=_later(600), exp=_later(900))),
        "iat long ago": (_R.CLAIM, _replace(iat=_later(-3600))),
        "iat text": (_R.CLAIM, _set(iat="now")),
        "nbf to come": (_R.CLAIM, _replace(nbf=_later(600))),
        "nonce missing": (_R.NONCE, _drop("nonce")),
        "nonce another": (_R.NONCE, _set(nonce="another")),
        "nonce empty": (_R.NONCE, _set(nonce="")),
        "nonce a list": (_R.NONCE, lambda claims: claims.update(nonce=[claims["nonce"]])),
        "nonce null": (_R.NONCE, _set(nonce=None)),
        "sub missing": (_R.CLAIM, _drop("sub")),
        "sub empty": (_R.CLAIM, _set(sub="")),
        "sub a number": (_R.CLAIM, _set(sub=1)),
        "sub null": (_R.CLAIM, _set(sub=None)),
        "sub too long": (_R.CLAIM, _set(sub="a" * 256)),
        "sub with a line break": (_R.CLAIM, _set(sub="anna\nadmin")),
        "sub with a zero": (_R.CLAIM, _set(sub="anna\0")),
        "at_hash of another token": (_R.CLAIM, _set(at_hash="AAAAAAAAAAAAAAAAAAAAAA")),
        "amr not a list": (_R.CLAIM, _set(amr="pwd")),
    }
    cases = [Case(f"claim: {name}", reason, Act(claims=change)) for name, (reason, change) in changes.items()]
    levels: dict[str, Callable[[dict[str, Any]], None]] = {
        "acr missing": _drop("acr"),
        "acr lower": _set(acr="http://id.elegnamnden.se/loa/1.0/loa2"),
        "acr self-declared": _set(acr="http://id.swedenconnect.se/loa/1.0/uncertified-loa3"),
        "acr a list": _set(acr=[LOA3]),
        "acr in capitals": _set(acr=LOA3.upper()),
        "acr null": _set(acr=None),
    }
    return cases + [
        Case(f"level: {name}", _R.LEVEL, Act(claims=change), _LEVEL) for name, change in levels.items()
    ]


def _answer_cases() -> list[Case]:
    changes: dict[str, tuple[Reason, Callable[[dict[str, Any]], None]]] = {
        "iss another": (_R.ISSUER_MISMATCH, _set(iss="https://example.org")),
        "iss empty": (_R.ISSUER_MISMATCH, _set(iss="")),
        "iss with a slash": (_R.ISSUER_MISMATCH, lambda answer: answer.update(iss=answer["iss"] + "/")),
        "iss left out though promised": (_R.ISSUER_ABSENT, _drop("iss")),
        "iss twice": (_R.PARAMETER, lambda answer: answer.update(iss=[answer["iss"], "https://example.org"])),
        "state left out": (_R.STATE_MISSING, _drop("state")),
        "state empty": (_R.STATE_MISSING, _set(state="")),
        "state forged": (_R.STATE_UNKNOWN, _set(state="x" * 43)),
        "state twice": (_R.PARAMETER, lambda answer: answer.update(state=[answer["state"], "x"])),
        "code left out": (_R.PARAMETER, _drop("code")),
        "code empty": (_R.PARAMETER, _set(code="")),
        "code twice": (_R.PARAMETER, _set(code=["a", "b"])),
        "code too long": (_R.PARAMETER, _set(code="a" * 5000)),
        "error": (_R.PROVIDER_ERROR, _set(error="server_error")),
        "error with code": (_R.PROVIDER_ERROR, _set(error="login_required", code="a-code")),
        "error twice": (_R.PARAMETER, _set(error=["access_denied", "x"])),
        "cancelled": (_R.CANCELLED, _set(error="access_denied")),
        "cancelled, from another issuer": (
            _R.ISSUER_MISMATCH,
            _set(error="access_denied", iss="https://example.org"),
        ),
    }
    return [Case(f"answer: {name}", reason, Act(answer=change)) for name, (reason, change) in changes.items()]


def _token_cases() -> list[Case]:
    cases = [
        Case("token: id token left out", _R.ID_TOKEN_MISSING, Act(tokens=_drop("id_token"))),
        Case("token: an error that says 200", _R.TOKEN_ENDPOINT, Act(tokens=_set(error="invalid_grant"))),
        Case("token: of another type", _R.TOKEN_ENDPOINT, Act(tokens=_set(token_type="mac"))),
        Case("token: type left out", _R.TOKEN_ENDPOINT, Act(tokens=_drop("token_type"))),
        Case("token: access token left out", _R.USERINFO, Act(tokens=_drop("access_token"))),
        Case("token: access token a list", _R.USERINFO, Act(tokens=_set(access_token=["a"]))),
        Case("token: id token of userinfo", _R.CLAIM, Act(sign=lambda i, _c: i.signed({"sub": "anna"}))),
    ]
    whole: dict[str, tuple[Reason, Act]] = {
        "refused": (_R.TOKEN_ENDPOINT, _whole("/token", '{"error":"invalid_grant"}', 400)),
        "no content": (_R.TOKEN_ENDPOINT, _whole("/token", "", 204)),
        "fault": (_R.UNREACHABLE, _whole("/token", "fel", 500)),
        "a page": (_R.RESPONSE, _whole("/token", "<p>Hej</p>", kind="text/html")),
        "cut short": (_R.RESPONSE, _whole("/token", '{"access_token":')),
        "a list": (_R.RESPONSE, _whole("/token", "[]")),
        "names twice": (_R.RESPONSE, _whole("/token", '{"id_token":"a","id_token":"b"}')),
        "ten megabytes": (_R.RESPONSE, _whole("/token", b'{"a":"' + b"a" * 10_000_000 + b'"}')),
        "packed": (_R.RESPONSE, _whole("/token", b"{}", **{"Content-Encoding": "gzip"})),
        "sent elsewhere": (_R.RESPONSE, _whole("/token", "", 302, Location="https://example.org/token")),
        "sent elsewhere with the body": (
            _R.RESPONSE,
            _whole("/token", "", 307, Location="https://example.org/"),
        ),
    }
    return cases + [Case(f"token answer: {name}", *rest) for name, rest in whole.items()]


def _userinfo_cases() -> list[Case]:
    honest = HostileIssuer.signed
    cases = [
        Case("userinfo: another sub", _R.USERINFO_SUBJECT, Act(userinfo=_set(sub="bo"))),
        Case("userinfo: sub left out", _R.USERINFO_SUBJECT, Act(userinfo=_drop("sub"))),
        Case("userinfo: sub a list", _R.USERINFO_SUBJECT, Act(userinfo=_set(sub=["anna"]))),
        Case("userinfo: unsigned", _R.USERINFO_UNSIGNED, Act(), _SIGNED),
        Case("userinfo: fault", _R.USERINFO, _whole("/userinfo", "fel", 500)),
        Case("userinfo: refused", _R.USERINFO, _whole("/userinfo", "{}", 401)),
        Case("userinfo: a page", _R.USERINFO, _whole("/userinfo", "hej", kind="text/html")),
        Case("userinfo: a list", _R.USERINFO, _whole("/userinfo", "[]")),
        Case("userinfo: too large", _R.RESPONSE, _whole("/userinfo", b" " * 300_000)),
    ]
    signed: dict[str, tuple[Reason, Act]] = {
        "another sub": (_R.USERINFO_SUBJECT, Act(userinfo=_set(sub="bo"), sign_userinfo=honest)),
        "another issuer": (_R.USERINFO, Act(userinfo=_set(iss="https://example.org"), sign_userinfo=honest)),
        "issuer left out": (_R.USERINFO, Act(userinfo=_drop("iss"), sign_userinfo=honest)),
        "another audience": (_R.USERINFO, Act(userinfo=_set(aud="other"), sign_userinfo=honest)),
        "audience left out": (_R.USERINFO, Act(userinfo=_drop("aud"), sign_userinfo=honest)),
        "another key": (_R.SIGNATURE, Act(sign_userinfo=_header())),
        "alg none": (_R.ALGORITHM, Act(sign_userinfo=_unsecured)),
        "HS256 with the public key": (_R.ALGORITHM, Act(sign_userinfo=_hmac_with_public_key("pem"))),
        "not a token": (_R.ID_TOKEN_FORM, Act(sign_userinfo=lambda _issuer, _claims: "hej")),
    }
    return cases + [Case(f"signed userinfo: {name}", *rest, _SIGNED) for name, rest in signed.items()]


def _document_cases() -> list[Case]:
    changes: dict[str, Callable[[dict[str, Any]], None]] = {
        "names another issuer": _set(issuer="https://example.org"),
        "names no issuer": _drop("issuer"),
        "issuer with a slash": lambda document: document.update(issuer=document["issuer"] + "/"),
        "token endpoint in the clear": _set(token_endpoint="http://example.org/token"),
        "authorization endpoint a script": _set(authorization_endpoint="javascript:alert(1)"),
        "keys in a file": _set(jwks_uri="file:///etc/passwd"),
        "keys behind a password": _set(jwks_uri="https://a:b@example.org/jwks"),
        "token endpoint left out": _drop("token_endpoint"),
        "token endpoint a list": _set(token_endpoint=["https://example.org"]),
        "PKCE without S256": _set(code_challenge_methods_supported=["plain"]),
        "PKCE of no kind": _set(code_challenge_methods_supported="S256"),
        "port no port": _set(token_endpoint="https://example.org:hej/"),
    }
    cases = [
        Case(f"discovery: {name}", _R.METADATA, Act(metadata=change)) for name, change in changes.items()
    ]
    cases += [
        Case("discovery: a page", _R.METADATA, _whole(DISCOVERY, "<p>", kind="text/html")),
        Case("discovery: a list", _R.METADATA, _whole(DISCOVERY, "[]")),
        Case("discovery: missing", _R.UNREACHABLE, _whole(DISCOVERY, "{}", 404)),
        Case("discovery: too large", _R.RESPONSE, _whole(DISCOVERY, b" " * 300_000)),
        Case(
            "discovery: sent elsewhere",
            _R.RESPONSE,
            _whole(DISCOVERY, "", 302, Location="https://example.org/"),
        ),
    ]
    short, shared = rsa_key("short", 1024), {"kty": "oct", "k": "c2VjcmV0", "kid": "one"}
    keys: dict[str, list[Any] | Any] = {
        "none": [],
        "not a list": {"one": 1},
        "only shared secrets": [shared],
        "only a private key": [rsa_key("one").as_dict(private=True)],
        "only a short key": [short.as_dict(private=False)],
        "only for encryption": [{**rsa_key("one").as_dict(private=False), "use": "enc"}],
        "only nonsense": [1, None, "a", {"kty": "RSA"}],
        "too many": [ec_key("two").as_dict(private=False)] * 51,
    }
    return cases + [
        Case(f"keys: {name}", _R.METADATA, Act(keys=_set(keys=listed))) for name, listed in keys.items()
    ]


CASES: tuple[Case, ...] = (
    *_signature_cases(),
    *_claim_cases(),
    *_answer_cases(),
    *_token_cases(),
    *_userinfo_cases(),
    *_document_cases(),
)
