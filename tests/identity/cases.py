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


Sign = Callable[[HostileIssuer, dict[str, Any]], Any]


def _bad_signatures() -> dict[str, tuple[Reason, Sign]]:
    """Tokens that are no tokens of the issuer's, whatever they are sent as."""
    flip = _altered(
        lambda parts: [*parts[:2], parts[2][:-6] + ("AAAAAA" if parts[2][-6:] != "AAAAAA" else "BBBBBB")]
    )
    other = segment({"sub": "other", "iss": "x"})
    return {
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
        "very long": (_R.ID_TOKEN_FORM, lambda issuer, claims: issuer.signed({**claims, "x": "a" * 60_000})),
        "payload not JSON": (_R.ID_TOKEN_FORM, _payload(b"hej")),
        "payload a list": (_R.ID_TOKEN_FORM, _payload(b"[]")),
        "payload nested without end": (_R.ID_TOKEN_FORM, _payload(b"[" * 9000 + b"]" * 9000)),
        "payload not text": (_R.ID_TOKEN_FORM, _payload(b"\xff\xfe{}")),
        "payload names sub twice": (_R.ID_TOKEN_FORM, _payload(b'{"sub":"anna","sub":"bo"}')),
        "payload with NaN": (_R.ID_TOKEN_FORM, _payload(b'{"exp":NaN}')),
    }


def _signature_cases() -> list[Case]:
    signs: dict[str, tuple[Reason, Sign]] = {
        **_bad_signatures(),
        "a number": (_R.ID_TOKEN_FORM, lambda _issuer, _claims: 7),
        "a list": (_R.ID_TOKEN_FORM, lambda issuer, claims: [issuer.signed(claims)]),
        "an object": (_R.ID_TOKEN_FORM, lambda issuer, claims: {"jwt": issuer.signed(claims)}),
        "true": (_R.ID_TOKEN_FORM, lambda _issuer, _claims: True),
        "null": (_R.ID_TOKEN_MISSING, lambda _issuer, _claims: None),
        "empty": (_R.ID_TOKEN_MISSING, lambda _issuer, _claims: ""),
        "payload with an exp past all numbers": (_R.CLAIM, _endless),
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
        "iss empty": (_R.CLAIM, _set(iss="")),
        "iss cut short": (_R.CLAIM, lambda claims: claims.update(iss=claims["iss"][:-1])),
        "iss with more after": (_R.CLAIM, lambda claims: claims.update(iss=claims["iss"] + ".example.org")),
        "aud null": (_R.CLAIM, _set(aud=None)),
        "aud a number": (_R.CLAIM, _set(aud=7)),
        "aud empty": (_R.CLAIM, _set(aud="")),
        "aud us twice": (_R.CLAIM, _set(aud=["fyrklang", "fyrklang"])),
        "aud begins as us": (_R.CLAIM, _set(aud="fyrklang-two")),
        "azp empty": (_R.CLAIM, _set(azp="")),
        "azp null": (_R.CLAIM, _set(azp=None)),
        "exp null": (_R.CLAIM, _set(exp=None)),
        "exp a list": (_R.CLAIM, _replace(exp=lambda: [int(time.time()) + 300])),
        "exp below zero": (_R.EXPIRED, _set(exp=-1)),
        "exp before iat": (_R.CLAIM, _replace(exp=_later(-20), iat=_later(0))),
        "iat null": (_R.CLAIM, _set(iat=None)),
        "iat a list": (_R.CLAIM, _replace(iat=lambda: [int(time.time())])),
        "iat below zero": (_R.CLAIM, _set(iat=-1)),
        "nbf text": (_R.CLAIM, _set(nbf="now")),
        "nonce a number": (_R.NONCE, _set(nonce=7)),
        "nonce with a space after": (
            _R.NONCE,
            lambda claims: claims.update(nonce=claims["nonce"] + " "),
        ),
        "nonce in capitals": (_R.NONCE, lambda claims: claims.update(nonce=claims["nonce"].swapcase())),
        "sub a list": (_R.CLAIM, _set(sub=["anna"])),
        "sub an object": (_R.CLAIM, _set(sub={"anna": 1})),
        "sub true": (_R.CLAIM, _set(sub=True)),
        "sub written backwards": (_R.CLAIM, _set(sub="an\u202ena")),
    }
    cases = [Case(f"claim: {name}", reason, Act(claims=change)) for name, (reason, change) in changes.items()]
    levels: dict[str, Callable[[dict[str, Any]], None]] = {
        "acr missing": _drop("acr"),
        "acr lower": _set(acr="http://id.elegnamnden.se/loa/1.0/loa2"),
        "acr self-declared": _set(acr="http://id.swedenconnect.se/loa/1.0/uncertified-loa3"),
        "acr a list": _set(acr=[LOA3]),
        "acr in capitals": _set(acr=LOA3.upper()),
        "acr null": _set(acr=None),
        "acr empty": _set(acr=""),
        "acr an object": _set(acr={LOA3: True}),
        "acr with a space after": _set(acr=LOA3 + " "),
        "acr with more after": _set(acr=LOA3 + "-nonresident"),
        "acr of the health sector": _set(acr="http://id.sambi.se/loa/loa3"),
        "acr of eIDAS": _set(acr="http://id.elegnamnden.se/loa/1.0/eidas-sub"),
        "acr a bare number": _set(acr=3),
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
        "iss of another port": (_R.ISSUER_MISMATCH, _set(iss="http://127.0.0.1:1")),
        "iss with a query": (_R.ISSUER_MISMATCH, lambda answer: answer.update(iss=answer["iss"] + "?a=b")),
        "iss too long": (_R.PARAMETER, _set(iss="x" * 5000)),
        "state too long": (_R.PARAMETER, _set(state="x" * 5000)),
        "state with more after": (
            _R.STATE_UNKNOWN,
            lambda answer: answer.update(state=answer["state"] + "x"),
        ),
        "state left out": (_R.STATE_MISSING, _drop("state")),
        "state empty": (_R.STATE_MISSING, _set(state="")),
        "state forged": (_R.STATE_UNKNOWN, _set(state="x" * 43)),
        "state twice": (_R.PARAMETER, lambda answer: answer.update(state=[answer["state"], "x"])),
        "code left out": (_R.PARAMETER, _drop("code")),
        "code empty": (_R.PARAMETER, _set(code="")),
        "code twice": (_R.PARAMETER, _set(code=["a", "b"])),
        "code too long": (_R.PARAMETER, _set(code="a" * 5000)),
        "error": (_R.PROVIDER_ERROR, _set(error="server_error")),
        "error that is no word": (_R.PROVIDER_ERROR, _set(error="\x1b[31m")),
        "error description twice": (_R.PARAMETER, _set(error_description=["a", "b"])),
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
        Case("token: type a list", _R.TOKEN_ENDPOINT, Act(tokens=_set(token_type=["Bearer"]))),
        Case("token: type null", _R.TOKEN_ENDPOINT, Act(tokens=_set(token_type=None))),
        Case("token: error null", _R.TOKEN_ENDPOINT, Act(tokens=_set(error=None))),
        Case("token: access token empty", _R.USERINFO, Act(tokens=_set(access_token=""))),
        Case("token: type left out", _R.TOKEN_ENDPOINT, Act(tokens=_drop("token_type"))),
        Case("token: access token left out", _R.USERINFO, Act(tokens=_drop("access_token"))),
        Case("token: access token a list", _R.USERINFO, Act(tokens=_set(access_token=["a"]))),
        Case("token: id token of userinfo", _R.CLAIM, Act(sign=lambda i, _c: i.signed({"sub": "anna"}))),
    ]
    whole: dict[str, tuple[Reason, Act]] = {
        "refused": (_R.TOKEN_ENDPOINT, _whole("/token", '{"error":"invalid_grant"}', 400)),
        "no content": (_R.TOKEN_ENDPOINT, _whole("/token", "", 204)),
        "made": (_R.TOKEN_ENDPOINT, _whole("/token", '{"token_type":"Bearer"}', 201)),
        "of another kind": (_R.RESPONSE, _whole("/token", "{}", kind="text/json")),
        "with NaN": (_R.RESPONSE, _whole("/token", '{"expires_in":NaN}')),
        "not text": (_R.RESPONSE, _whole("/token", b"\xff{}")),
        "null": (_R.RESPONSE, _whole("/token", "null")),
        "nested without end": (_R.RESPONSE, _whole("/token", "[" * 9000 + "]" * 9000)),
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
        "sub null": (_R.USERINFO_SUBJECT, Act(userinfo=_set(sub=None), sign_userinfo=honest)),
        **{name: (reason, Act(sign_userinfo=sign)) for name, (reason, sign) in _bad_signatures().items()},
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
        "issuer a list": lambda document: document.update(issuer=[document["issuer"]]),
        "issuer in capitals": lambda document: document.update(issuer=document["issuer"].upper()),
        "PKCE of none": _set(code_challenge_methods_supported=[]),
        "keys left out": _drop("jwks_uri"),
        "authorization endpoint left out": _drop("authorization_endpoint"),
        "authorization endpoint with a fragment": _set(authorization_endpoint="https://example.org/#a"),
        "userinfo in the clear": _set(userinfo_endpoint="http://example.org/userinfo"),
        "keys as data": _set(jwks_uri="data:application/json,{}"),
        "logout a script": _set(end_session_endpoint="javascript:alert(1)"),
        "no response types": _drop("response_types_supported"),
        "port no port": _set(token_endpoint="https://example.org:hej/"),
    }
    cases = [
        Case(f"discovery: {name}", _R.METADATA, Act(metadata=change)) for name, change in changes.items()
    ]
    cases += [
        Case("discovery: a page", _R.METADATA, _whole(DISCOVERY, "<p>", kind="text/html")),
        Case("discovery: a list", _R.METADATA, _whole(DISCOVERY, "[]")),
        Case("discovery: names twice", _R.METADATA, _whole(DISCOVERY, '{"issuer":"a","issuer":"b"}')),
        Case("discovery: fault", _R.UNREACHABLE, _whole(DISCOVERY, "fel", 500)),
        Case(
            "discovery: token endpoint inside",
            _R.UNREACHABLE,
            Act(metadata=_set(token_endpoint="https://10.0.0.1/token")),
        ),
        Case(
            "discovery: keys inside",
            _R.UNREACHABLE,
            Act(metadata=_set(jwks_uri="https://169.254.169.254/latest/meta-data")),
        ),
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
        "only for sealing": [{**rsa_key("one").as_dict(private=False), "use": "sig", "key_ops": ["encrypt"]}],
        "only nonsense": [1, None, "a", {"kty": "RSA"}],
        "too many": [ec_key("two").as_dict(private=False)] * 51,
    }
    twins = [rsa_key("one").as_dict(private=False)] * 2
    cases += [
        Case("keys: two under one name", _R.KEY, Act(keys=_set(keys=twins))),
        Case("keys: for another algorithm", _R.KEY, Act(keys=_set(keys=[{**twins[0], "alg": "PS256"}]))),
        Case("keys: left out", _R.METADATA, Act(keys=_drop("keys"))),
        Case("keys: a page", _R.METADATA, _whole("/jwks", "<p>", kind="text/html")),
        Case("keys: too large", _R.RESPONSE, _whole("/jwks", b" " * 300_000)),
        Case("keys: sent elsewhere", _R.RESPONSE, _whole("/jwks", "", 302, Location="https://example.org/")),
        Case("keys: missing", _R.UNREACHABLE, _whole("/jwks", "{}", 404)),
    ]
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
