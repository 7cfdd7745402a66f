"""An issuer that answers over HTTP and lies wherever it is told to.

It does the honest thing at every step unless `act` holds a lie for that step, so that each case changes one
thing and proves that this one thing is what the platform refuses.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from threading import Thread
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid5

from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from sqlalchemy import create_engine
from werkzeug.serving import make_server

from fyrklang.identity.issuers import Issuer, register, seal
from fyrklang.identity.organisations import link
from fyrklang.kernel.config import Config
from tests.identity.ground import connect
from tests.identity.support import free_port

CLIENT_ID = "fyrklang"
SECRET = "hostile-client-secret"
SUBJECT = "anna"
_NAMES = UUID("0d5c1f0e-0000-4000-8000-00000000e001")


def _nothing(_values: dict[str, Any]) -> None:
    """Leave the answer as it is."""


@dataclass
class Act:
    """What to change on the way. Each takes the honest answer and bends it in place."""

    metadata: Callable[[dict[str, Any]], None] = _nothing
    keys: Callable[[dict[str, Any]], None] = _nothing
    answer: Callable[[dict[str, Any]], None] = _nothing
    claims: Callable[[dict[str, Any]], None] = _nothing
    tokens: Callable[[dict[str, Any]], None] = _nothing
    userinfo: Callable[[dict[str, Any]], None] = _nothing
    sign: Callable[[HostileIssuer, dict[str, Any]], Any] | None = None
    sign_userinfo: Callable[[HostileIssuer, dict[str, Any]], Any] | None = None
    whole: dict[str, Callable[[], Response]] | None = None


@cache
def rsa_key(name: str, bits: int = 2048) -> RSAKey:
    """A key that the whole run shares."""
    return RSAKey.generate_key(bits, {"kid": name, "use": "sig"})


@cache
def ec_key(name: str) -> ECKey:
    """A curve key that the whole run shares."""
    return ECKey.generate_key("P-256", {"kid": name, "use": "sig"})


def segment(value: bytes | dict[str, Any]) -> str:
    """One part of a token."""
    raw = json.dumps(value).encode() if isinstance(value, dict) else value
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class HostileIssuer:
    """One issuer on a port of its own."""

    def __init__(self, issuer_id: str) -> None:
        self.id = issuer_id
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.key = rsa_key("one")
        self.act = Act()
        self.calls: list[str] = []
        self.organisation_id = uuid5(_NAMES, issuer_id)
        self._registered: dict[str, Any] = {}
        self._secret: bytes | None = None
        self._asked: dict[str, Any] = {}
        self._server = make_server("127.0.0.1", port, self._app(), threaded=True)

    def __enter__(self) -> HostileIssuer:
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()

    def register(self, config: Config, **changes: Any) -> None:
        """Lay it in the registry of trusted issuers, with an organisation that logs in there."""
        self._secret = self._secret or seal(config, self.id, SECRET)
        values: dict[str, Any] = {
            "id": self.id,
            "name": "Provutfärdaren",
            "issuer": self.url,
            "client_id": CLIENT_ID,
            "algorithms": ("RS256", "ES256"),
            "secret_sealed": self._secret,
            **changes,
        }
        if values == self._registered:
            return
        with connect(config) as conn:
            conn.execute(
                "INSERT INTO registry.organisation (id, kind, code, name, synthetic) "
                "VALUES (%s, 'KOMMUN', %s, %s, true) ON CONFLICT DO NOTHING",
                (self.organisation_id, f"x-{self.id}", f"Provkommunen {self.id}"),
            )
        engine = create_engine(config.url_for("migrator"))
        with engine.begin() as connection:
            register(connection, Issuer(**values))
            link(connection, [self.organisation_id], self.id)
        engine.dispose()
        self._registered = values

    def signed(self, claims: dict[str, Any], key: Any = None, **header: Any) -> str:
        """A token signed as honestly as the arguments allow."""
        used = key or self.key
        alg = "ES256" if isinstance(used, ECKey) else "RS256"
        return jwt.encode({"alg": alg, "kid": used.kid, **header}, claims, used, [header.get("alg", alg)])

    def claims(self) -> dict[str, Any]:
        """What an honest ID token says."""
        now = int(time.time())
        return {
            "iss": self.url,
            "aud": CLIENT_ID,
            "sub": SUBJECT,
            "nonce": self._asked.get("nonce"),
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "acr": "http://id.elegnamnden.se/loa/1.0/loa3",
        }

    def _app(self) -> Flask:
        app = Flask(__name__)
        views: dict[str, Callable[[], Any]] = {
            "/.well-known/openid-configuration": self._metadata,
            "/jwks": self._keys,
            "/authorize": self._authorize,
            "/token": self._token,
            "/userinfo": self._userinfo,
        }
        for path, view in views.items():
            app.add_url_rule(path, path, self._overridable(path, view), methods=["GET", "POST"])
        return app

    def _overridable(self, path: str, view: Callable[[], Any]) -> Callable[[], Any]:
        def answer() -> Any:
            self.calls.append(path)
            lie = (self.act.whole or {}).get(path)
            return lie() if lie else view()

        return answer

    def _metadata(self) -> Response:
        document = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }
        self.act.metadata(document)
        return jsonify(document)

    def _keys(self) -> Response:
        listed = [self.key.as_dict(private=False), ec_key("two").as_dict(private=False)]
        document: dict[str, Any] = {"keys": listed}
        self.act.keys(document)
        return jsonify(document)

    def _authorize(self) -> Response:
        self._asked = request.args.to_dict()
        answer: dict[str, Any] = {
            "code": "a-code",
            "state": self._asked["state"],
            "iss": self.url,
        }
        self.act.answer(answer)
        return redirect(f"{self._asked['redirect_uri']}?{urlencode(answer, doseq=True)}")  # type: ignore[return-value]

    def _token(self) -> Any:
        claims = self.claims()
        self.act.claims(claims)
        sign = self.act.sign or (lambda issuer, values: issuer.signed(values))
        tokens: dict[str, Any] = {
            "access_token": "an-access-token",
            "token_type": "Bearer",
            "id_token": sign(self, claims),
        }
        self.act.tokens(tokens)
        return Response(json.dumps(tokens), mimetype="application/json")

    def _userinfo(self) -> Any:
        about: dict[str, Any] = {"sub": SUBJECT, "name": "Anna Provare"}
        if self.act.sign_userinfo is None:
            self.act.userinfo(about)
            return jsonify(about)
        about |= {"iss": self.url, "aud": CLIENT_ID}
        self.act.userinfo(about)
        return Response(self.act.sign_userinfo(self, about), mimetype="application/jwt")
