"""OpenID Connect as a relying party: the authorization code flow with PKCE, and nothing else.

Thin over Authlib (client authentication, PKCE, ID token claims) and joserfc (signatures). It adds what
Authlib's own Flask client leaves out: the `iss` response parameter, a mandatory ID token, an issuer equal to
the configured one, keys and metadata that are fetched anew, bounded calls, and signed UserInfo.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from authlib.oauth2.rfc7523 import PrivateKeyJWT
from werkzeug.datastructures import MultiDict

from fyrklang.identity.issuers import Issuer, IssuerRegistry
from fyrklang.identity.logout import Left, LogoutTokens
from fyrklang.identity.network import BoundedSession, Deadline, read_json
from fyrklang.identity.outcomes import Accepted, LoginRefused, Outcome, Reason, Refused
from fyrklang.identity.prelogin import PreLogins, Started, fingerprint, new_cookie
from fyrklang.identity.provider import Metadata, Provider, Providers
from fyrklang.identity.tokens import Expected, check_id_token, check_userinfo

MAX_PARAMETER_CHARS = 4_096
MAX_NAME_CHARS = 200
_SINGLE = ("state", "code", "iss", "error", "error_description")


@dataclass(frozen=True)
class Wish:
    """What a login is begun for. `target` is a path on this site; `max_age` in seconds.

    `trial` is for a look at what comes back, and logs nobody in.
    """

    organisation_id: UUID | None = None
    target: str = "/"
    acr: tuple[str, ...] = ()
    max_age: int | None = None
    trial: bool = False


@dataclass(frozen=True)
class Departure:
    """Where to send the browser, and the pre-login cookie it must bring back."""

    url: str
    cookie: str


class OidcClient:
    """Begins logins and judges how they end."""

    def __init__(
        self,
        base_url: str,
        registry: IssuerRegistry,
        providers: Providers,
        prelogins: PreLogins,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._base_url = base_url
        self._registry = registry
        self._providers = providers
        self._prelogins = prelogins
        self._clock = clock

    def forget(self) -> None:
        """Drop every cached document, for an operator who has changed an issuer's keys in anger."""
        self._providers.forget()

    def callback_url(self, issuer: Issuer) -> str:
        """The address registered at the issuer; one per issuer, so that answers cannot be mixed up."""
        return f"{self._base_url}/auth/{issuer.id}/callback"

    def begin(self, issuer: Issuer, wish: Wish) -> Departure | Refused:
        """Remember the login and say where to send the browser."""
        provider = self._providers.of(issuer)
        try:
            deadline = provider.deadline()
            metadata = provider.metadata(deadline)
            return self._depart(provider, metadata, wish)
        except LoginRefused as refused:
            return Refused(refused.reason, issuer.name, refused.detail)

    def finish(self, issuer: Issuer, answer: MultiDict[str, str], cookie: str | None) -> Outcome:
        """Judge the answer that came to this issuer's callback. Never raises for what an issuer sends."""
        try:
            return self._finish(self._providers.of(issuer), answer, cookie)
        except LoginRefused as refused:
            return Refused(refused.reason, issuer.name, refused.detail, refused.trial)

    def left(self, issuer: Issuer, token: str, judge: LogoutTokens) -> Left | Refused:
        """Judge an issuer's word that somebody has left. Never raises for what an issuer sends."""
        provider = self._providers.of(issuer)
        try:
            return judge.judge(provider, token, provider.deadline())
        except LoginRefused as refused:
            return Refused(refused.reason, issuer.name, refused.detail)

    def logout_url(self, issuer: Issuer, id_token: str | None, return_to: str) -> str | None:
        """Where to end the session at the issuer too, when it offers that (RP-Initiated Logout 1.0)."""
        provider = self._providers.of(issuer)
        try:
            endpoint = provider.metadata(provider.deadline()).end_session_endpoint
        except LoginRefused:
            return None
        if endpoint is None:
            return None
        asked = {"client_id": issuer.client_id, "post_logout_redirect_uri": return_to}
        if id_token:
            asked["id_token_hint"] = id_token
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    def _depart(self, provider: Provider, metadata: Metadata, wish: Wish) -> Departure:
        issuer, cookie = provider.issuer, new_cookie()
        started = Started(
            issuer_id=issuer.id,
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            redirect_uri=self.callback_url(issuer),
            binding=fingerprint(cookie),
            organisation_id=str(wish.organisation_id) if wish.organisation_id else None,
            target=local_path(wish.target),
            acr=wish.acr or issuer.required_acr,
            max_age=wish.max_age,
            trial=wish.trial,
        )
        session = provider.session(
            provider.deadline(),
            client_id=issuer.client_id,
            scope=" ".join(issuer.scopes),
            redirect_uri=started.redirect_uri,
            code_challenge_method="S256",
        )
        url, _ = session.create_authorization_url(
            metadata.authorization_endpoint,
            state=self._prelogins.put(started),
            code_verifier=started.verifier,
            nonce=started.nonce,
            **_demands(started),
        )
        return Departure(url, cookie)

    def _finish(self, provider: Provider, answer: MultiDict[str, str], cookie: str | None) -> Accepted:
        _check_form(answer)
        state = answer.get("state")
        if not state:
            raise LoginRefused(Reason.STATE_MISSING)
        started = self._prelogins.take(state, cookie)
        try:
            return self._judge(provider, answer, started)
        except LoginRefused as refused:
            refused.trial = started.trial
            raise

    def _judge(self, provider: Provider, answer: MultiDict[str, str], started: Started) -> Accepted:
        issuer, deadline = provider.issuer, provider.deadline()
        if started.issuer_id != issuer.id:
            raise LoginRefused(Reason.ISSUER_SWAPPED, f"began at {started.issuer_id}")
        metadata = provider.metadata(deadline)
        _check_iss(issuer, metadata, answer.get("iss"))
        code = _code(answer)
        tokens = self._exchange(provider, metadata, started, code, deadline)
        access_token = tokens.get("access_token")
        expected = Expected(
            started.nonce,
            started.acr,
            started.max_age,
            access_token if isinstance(access_token, str) else None,
        )
        claims = check_id_token(provider, tokens.get("id_token"), expected, deadline, self._clock)
        about = self._userinfo(provider, metadata, access_token, claims["sub"], deadline)
        return _accepted(issuer, started, {**about, **claims}, tokens["id_token"])

    def _exchange(
        self, provider: Provider, metadata: Metadata, started: Started, code: str, deadline: Deadline
    ) -> dict[str, Any]:
        issuer = provider.issuer
        session = provider.session(
            deadline,
            client_id=issuer.client_id,
            client_secret=self._registry.secret(issuer),
            token_endpoint_auth_method=issuer.auth_method,
        )
        session.register_client_auth_method(PrivateKeyJWT(metadata.token_endpoint))
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": started.redirect_uri,
            "code_verifier": started.verifier,
        }
        return _token_answer(session, metadata.token_endpoint, form)

    def _userinfo(
        self, provider: Provider, metadata: Metadata, access_token: Any, subject: str, deadline: Deadline
    ) -> dict[str, Any]:
        issuer = provider.issuer
        if issuer.userinfo == "NONE" or (metadata.userinfo_endpoint is None and issuer.userinfo == "PLAIN"):
            return {}
        if metadata.userinfo_endpoint is None or not isinstance(access_token, str) or not access_token:
            raise LoginRefused(Reason.USERINFO, "no endpoint or no access token")
        session = provider.session(deadline, token={"access_token": access_token, "token_type": "Bearer"})
        response = session.request("GET", metadata.userinfo_endpoint)
        if response.status_code != 200:
            raise LoginRefused(Reason.USERINFO, f"status {response.status_code}")
        kind = response.headers.get("Content-Type", "")
        return check_userinfo(provider, kind, response.content, subject, deadline)


def local_path(target: str) -> str:
    """The path if it stays on this site, else the start page."""
    plain = target.startswith("/") and not target.startswith(("//", "/\\")) and len(target) <= 500
    return target if plain and target.isprintable() and "\\" not in target else "/"


def _demands(started: Started) -> dict[str, str]:
    """A hard demand on the level goes in `claims` and then not also in `acr_values` (oidc-sweden profile)."""
    demands: dict[str, str] = {}
    if started.acr:
        acr = {"essential": True, "values": list(started.acr)}
        demands["claims"] = json.dumps({"id_token": {"acr": acr}})
    if started.max_age is not None:
        demands["max_age"] = str(started.max_age)
    return demands


def _check_form(answer: MultiDict[str, str]) -> None:
    for name in _SINGLE:
        values = answer.getlist(name)
        if len(values) > 1 or any(len(value) > MAX_PARAMETER_CHARS for value in values):
            raise LoginRefused(Reason.PARAMETER, f"{name} given twice or too long")


def _check_iss(issuer: Issuer, metadata: Metadata, given: str | None) -> None:
    """RFC 9207 §2.4, read strictly: a wrong value is refused even where the issuer promised none."""
    if given is None and metadata.sends_iss:
        raise LoginRefused(Reason.ISSUER_ABSENT, "iss is missing")
    if given is not None and given != issuer.issuer:
        raise LoginRefused(Reason.ISSUER_MISMATCH, "iss differs")


def _code(answer: MultiDict[str, str]) -> str:
    error = answer.get("error")
    if error == "access_denied":
        raise LoginRefused(Reason.CANCELLED)
    if error is not None:
        shown = error if error.isascii() and error.isprintable() and len(error) <= 60 else "unreadable"
        raise LoginRefused(Reason.PROVIDER_ERROR, shown)
    code = answer.get("code")
    if not code:
        raise LoginRefused(Reason.PARAMETER, "code is missing")
    return code


def _token_answer(session: BoundedSession, url: str, form: dict[str, str]) -> dict[str, Any]:
    auth = session.client_auth(session.token_endpoint_auth_method)
    response = session.request("POST", url, data=form, auth=auth, headers={"Accept": "application/json"})
    if response.status_code >= 500:
        raise LoginRefused(Reason.UNREACHABLE, f"status {response.status_code}")
    if response.status_code != 200:
        raise LoginRefused(Reason.TOKEN_ENDPOINT, f"status {response.status_code}")
    kind = response.headers.get("Content-Type", "").split(";", 1)[0].strip().lower()
    if kind != "application/json":
        raise LoginRefused(Reason.RESPONSE, "token answer is not JSON")
    try:
        tokens = read_json(response.content)
    except (ValueError, UnicodeDecodeError, RecursionError):
        raise LoginRefused(Reason.RESPONSE, "token answer cannot be read") from None
    if "error" in tokens or str(tokens.get("token_type", "")).lower() != "bearer":
        raise LoginRefused(Reason.TOKEN_ENDPOINT, "error or unknown token type in a 200 answer")
    return tokens


def _accepted(issuer: Issuer, started: Started, claims: dict[str, Any], id_token: str) -> Accepted:
    name = claims.get(issuer.claim("name"))
    acr, auth_time = claims.get("acr"), claims.get("auth_time")
    return Accepted(
        issuer_id=issuer.id,
        subject=claims["sub"],
        name=name.strip()[:MAX_NAME_CHARS] if isinstance(name, str) else "",
        acr=acr if isinstance(acr, str) else None,
        auth_time=int(auth_time) if isinstance(auth_time, int | float) else None,
        organisation_id=started.organisation,
        target=started.target,
        claims=claims,
        id_token=id_token,
        trial=started.trial,
    )
