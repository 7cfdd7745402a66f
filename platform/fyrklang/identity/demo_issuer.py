"""A small issuer for the demo people, so that logging in on one's own machine is the real thing.

Authorization code with PKCE (demanded), `iss` in the answer, RS256 for ID tokens, ES256 for UserInfo,
discovery and keys; built from Authlib's server side. Nobody has a password: choosing a person is the login.
It therefore listens on the loopback address only, and the platform trusts it only while the demo is on.

    python -m fyrklang.identity.demo_issuer --port 8001
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2 import OAuth2Error
from flask import Flask, Response, jsonify, redirect, render_template, request
from joserfc.jwk import ECKey, KeySet, RSAKey
from werkzeug.serving import make_server

from fyrklang.identity.demo_oauth import Client, Setting, Store, authorization_server
from fyrklang.identity.demo_people import ASVIKEN, GRANSTRANDEN, HALLAND, DemoPerson, client_secret, people
from fyrklang.kernel.config import Config

HOST = "127.0.0.1"
STYLE = Path(__file__).parent / "templates" / "demo_issuer.css"
_OLD = "Inloggningen har blivit för gammal. Gå tillbaka till Fyrklang och börja om."
HEADINGS = {
    ASVIKEN: "Åsviken",
    GRANSTRANDEN: "Granstranden",
    HALLAND: "Halland",
    "": "Flera förbund eller inget",
}
ROLE_WORDS = {
    "TENANT_ADMIN": "förbundsadministratör",
    "DIRECTOR": "förbundschef",
    "BOARD": "styrelseledamot",
    "PROCESS_LEAD": "processledare",
    "PREP_GROUP": "beredningsgrupp",
    "COORDINATOR": "koordinator",
    "CASE_WORKER": "deltagaransvarig",
    "REFERRER": "remittent",
    "AUDITOR": "revisor",
    "LOG_REVIEWER": "loggranskare",
    "NAT_COUNCIL": "analytiker, Nationella rådet",
    "PLATFORM_ADMIN": "plattformsförvaltare",
}


def keys(folder: Path) -> KeySet:
    """The signing keys, made once and kept, so that a restart does not make old tokens strange."""
    file = folder / "issuer" / "keys.json"
    if file.exists():
        return KeySet.import_key_set(json.loads(file.read_text(encoding="utf-8")))
    made = KeySet(
        [
            RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True),
            ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True),
        ]
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        json.dump(made.as_dict(private=True), handle)
    draft.replace(file)
    return made


def create_issuer(config: Config, address: str) -> Flask:
    """The issuer as a web application answering at `address`."""
    app = Flask("fyrklang.identity", static_folder=None)
    client = Client(client_secret(config), f"{config.base_url}/auth/demo/callback", config.base_url)
    everyone = {person.sub: person for person in people()}
    store, keyset = Store(), keys(config.data_dir)
    server = authorization_server(app, Setting(address, client, everyone, store, keyset))
    documents = {
        "/.well-known/openid-configuration": _metadata(address),
        "/jwks": keyset.as_dict(private=False),
    }
    for path, document in documents.items():
        app.add_url_rule(path, path, lambda document=document: jsonify(document))
    app.add_url_rule("/token", "token", server.create_token_response, methods=["POST"])
    app.add_url_rule("/userinfo", "userinfo", lambda: server.create_endpoint_response("userinfo"))
    app.add_url_rule("/authorize", "authorize", _authorize(server, everyone), methods=["GET", "POST"])
    app.add_url_rule("/stil.css", "style", lambda: Response(STYLE.read_text("utf-8"), mimetype="text/css"))
    app.add_url_rule("/logout", "logout", lambda: _logout(client))
    app.after_request(_headers)
    return app


def _authorize(server: AuthorizationServer, everyone: Mapping[str, DemoPerson]) -> Any:
    def authorize() -> Response | tuple[str, int]:
        try:
            grant = server.get_consent_grant(end_user=None)
        except OAuth2Error as error:
            if error.redirect_uri:
                return server.handle_error_response(server.create_oauth2_request(None), error)  # type: ignore[no-any-return]
            return _page(fault=_OLD), 400
        if request.method == "GET":
            return _page(), 200
        person = everyone.get(request.form.get("person", ""))
        return server.create_authorization_response(grant_user=person, grant=grant)  # type: ignore[no-any-return]

    return authorize


def _page(fault: str = "") -> str:
    """Everyone by förbund. The address keeps the question, so that choosing answers it."""
    groups: dict[str, list[tuple[DemoPerson, str]]] = {heading: [] for heading in HEADINGS.values()}
    for person in people():
        alone = person.places[0].slug if len(person.places) == 1 else ""
        words = " och ".join(ROLE_WORDS[place.role] for place in person.places)
        groups[HEADINGS[alone]].append((person, words or ROLE_WORDS[person.national_role]))
    return render_template("demo_issuer.html", groups=groups, fault=fault)


def _logout(client: Client) -> Response | tuple[str, int]:
    """There is no session here to end; go back where the client asked, if that is at the client."""
    target = request.args.get("post_logout_redirect_uri", "")
    if target == client.home or target.startswith(f"{client.home}/"):
        return redirect(target)  # type: ignore[return-value]
    return _page(fault=_OLD), 400


def _headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _metadata(address: str) -> dict[str, Any]:
    return {
        "issuer": address,
        "authorization_endpoint": f"{address}/authorize",
        "token_endpoint": f"{address}/token",
        "jwks_uri": f"{address}/jwks",
        "userinfo_endpoint": f"{address}/userinfo",
        "end_session_endpoint": f"{address}/logout",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "grant_types_supported": ["authorization_code"],
        "scopes_supported": ["openid", "profile"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "userinfo_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
    }


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(description="Utfärdare för påhittade personer")
    parser.add_argument("--port", type=int, default=int(os.environ.get("FYRKLANG_DEMO_ISSUER_PORT", "8001")))
    port = parser.parse_args().port
    app = create_issuer(Config.from_env(os.environ), f"http://{HOST}:{port}")
    make_server(HOST, port, app, threaded=True).serve_forever()


if __name__ == "__main__":
    main()
