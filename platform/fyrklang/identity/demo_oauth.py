"""The server side of the demo issuer: Authlib's authorization server with one client and no passwords."""

from __future__ import annotations

import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, TokenMixin
from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9207 import IssuerParameter
from authlib.oidc.core import OpenIDCode, UserInfo, UserInfoEndpoint
from flask import Flask
from joserfc.jwk import KeySet

from fyrklang.identity.demo_people import CLIENT_ID, DemoPerson

CODE_SECONDS = 60
TOKEN_SECONDS = 300


@dataclass(frozen=True)
class Client(ClientMixin):  # type: ignore[misc]
    """The platform, the only client there is."""

    secret: str
    redirect_uri: str
    home: str
    client_id: str = CLIENT_ID
    id_token_signed_response_alg: str = "RS256"  # noqa: S105

    @property
    def client_metadata(self) -> dict[str, str]:
        """What the client registered for UserInfo."""
        return {"userinfo_signed_response_alg": "ES256"}

    def get_client_id(self) -> str:
        """The client's name."""
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        """Where answers go."""
        return self.redirect_uri

    def get_allowed_scope(self, scope: str) -> str:
        """The scopes asked for that we have."""
        return " ".join(part for part in scope.split() if part in ("openid", "profile"))

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Only the registered address, exactly."""
        return redirect_uri == self.redirect_uri

    def check_client_secret(self, secret: str) -> bool:
        """Whether the secret is the client's."""
        return hmac.compare_digest(secret, self.secret)

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        """The secret travels in the header and nowhere else."""
        return bool(method == "client_secret_basic")

    def check_response_type(self, response_type: str) -> bool:
        """The code flow only."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """The code flow only."""
        return grant_type == "authorization_code"


@dataclass(frozen=True)
class Code(AuthorizationCodeMixin):  # type: ignore[misc]
    """A code waiting to be exchanged."""

    person: DemoPerson
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str | None
    code_challenge_method: str | None
    at: float

    def get_redirect_uri(self) -> str:
        """Where the code was sent."""
        return self.redirect_uri

    def get_scope(self) -> str:
        """What was granted."""
        return self.scope

    def get_nonce(self) -> str | None:
        """What the ID token must repeat."""
        return self.nonce

    def get_auth_time(self) -> int:
        """When the person was chosen."""
        return int(self.at)

    def get_acr(self) -> None:
        """No level of assurance: nobody proved anything."""

    def get_amr(self) -> None:
        """No method either."""


@dataclass(frozen=True)
class Token(TokenMixin):  # type: ignore[misc]
    """An access token, good for UserInfo."""

    person: DemoPerson
    client: Client
    scope: str
    ends: float

    def get_user(self) -> DemoPerson:
        """Whom it tells about."""
        return self.person

    def get_client(self) -> Client:
        """Who may use it."""
        return self.client

    def get_scope(self) -> str:
        """What it opens."""
        return self.scope

    def is_expired(self) -> bool:
        """Whether its time is out."""
        return time.time() > self.ends

    def is_revoked(self) -> bool:
        """Tokens are not taken back."""
        return False


class Store:
    """Codes and tokens, in memory: a restart means choosing a person again."""

    def __init__(self) -> None:
        self.tokens: dict[str, Token] = {}
        self._codes: dict[str, Code] = {}
        self._lock = Lock()

    def put(self, name: str, code: Code) -> None:
        """Keep a code for a minute."""
        with self._lock:
            self._codes = {key: old for key, old in self._codes.items() if old.at > code.at - CODE_SECONDS}
            self._codes[name] = code

    def take(self, name: str) -> Code | None:
        """The code, once."""
        with self._lock:
            code = self._codes.pop(name, None)
        return code if code is not None and time.time() - code.at < CODE_SECONDS else None


@dataclass(frozen=True)
class Setting:
    """What the server's parts share."""

    address: str
    client: Client
    everyone: Mapping[str, DemoPerson]
    store: Store
    keyset: KeySet


def authorization_server(app: Flask, setting: Setting) -> AuthorizationServer:
    """Authlib's server with the code flow, PKCE, OpenID Connect and the `iss` answer parameter."""

    def save(token: Mapping[str, Any], asked: Any) -> None:
        setting.store.tokens[token["access_token"]] = Token(
            asked.user, asked.client, token["scope"], time.time() + TOKEN_SECONDS
        )

    app.config["OAUTH2_TOKEN_EXPIRES_IN"] = {"authorization_code": TOKEN_SECONDS}
    server = AuthorizationServer(
        app, query_client=lambda name: setting.client if name == CLIENT_ID else None, save_token=save
    )
    server.register_grant(_grant(setting), [_openid(setting), _MustChallenge(required=True)])
    server.register_extension(_named(setting.address))
    server.register_endpoint(_userinfo(setting, server))
    return server


class _MustChallenge(CodeChallenge):  # type: ignore[misc]
    """PKCE with S256, for every client."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        """Refuse a request without a challenge before anyone chooses a person."""
        if not grant.request.payload.data.get("code_challenge"):
            raise InvalidRequestError("Missing 'code_challenge'", redirect_uri=redirect_uri)
        super().validate_code_challenge(grant, redirect_uri)


def _grant(setting: Setting) -> type:
    class Grant(AuthorizationCodeGrant):  # type: ignore[misc]
        TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

        def save_authorization_code(self, code: str, asked: Any) -> None:
            data = asked.payload.data
            setting.store.put(
                code,
                Code(
                    person=asked.user,
                    redirect_uri=asked.payload.redirect_uri,
                    scope=asked.payload.scope,
                    nonce=data.get("nonce"),
                    code_challenge=data.get("code_challenge"),
                    code_challenge_method=data.get("code_challenge_method"),
                    at=time.time(),
                ),
            )

        def query_authorization_code(self, code: str, _client: Client) -> Code | None:
            return setting.store.take(code)

        def delete_authorization_code(self, _code: Code) -> None:
            """Gone already: taking is deleting."""

        def authenticate_user(self, code: Code) -> DemoPerson:
            return code.person

    return Grant


def _openid(setting: Setting) -> OpenIDCode:
    class OpenID(OpenIDCode):  # type: ignore[misc]
        def exists_nonce(self, _nonce: str, _asked: Any) -> bool:
            return False

        def resolve_client_private_key(self, _client: Client) -> KeySet:
            return setting.keyset

        def get_client_claims(self, client: Client) -> dict[str, Any]:
            now = int(time.time())
            return {"iss": setting.address, "aud": client.client_id, "iat": now, "exp": now + TOKEN_SECONDS}

        def generate_user_info(self, user: DemoPerson, _scope: str) -> UserInfo:
            return UserInfo(sub=user.sub)

    return OpenID(require_nonce=True)


def _named(address: str) -> IssuerParameter:
    class Named(IssuerParameter):  # type: ignore[misc]
        def get_issuer(self) -> str:
            return address

    return Named()


def _userinfo(setting: Setting, server: AuthorizationServer) -> UserInfoEndpoint:
    class Validator(BearerTokenValidator):  # type: ignore[misc]
        def authenticate_token(self, token: str) -> Token | None:
            return setting.store.tokens.get(token)

    class Endpoint(UserInfoEndpoint):  # type: ignore[misc]
        def get_issuer(self) -> str:
            return setting.address

        def resolve_private_key(self) -> KeySet:
            return setting.keyset

        def get_supported_algorithms(self) -> list[str]:
            return ["ES256"]

        def generate_user_info(self, user: DemoPerson, _scope: str) -> UserInfo:
            return UserInfo(sub=user.sub, name=user.name)

    protector = ResourceProtector()
    protector.register_token_validator(Validator())
    return Endpoint(server=server, resource_protector=protector)
