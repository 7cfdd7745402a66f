"""A site with the login pages, and a browser that logs in over HTTP as a person would."""

from __future__ import annotations

import gc
import re
import socket
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from html import unescape
from threading import BoundedSemaphore, Thread
from typing import Any
from urllib.parse import urljoin
from uuid import UUID

import redis
import requests
from flask import Flask
from structlog.testing import capture_logs
from werkzeug.serving import make_server

from fyrklang.access.guard import SIGNED_IN, Scope
from fyrklang.identity import build, current, install
from fyrklang.kernel import web_server
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.modules.scim.routes import pages as scim_pages
from fyrklang.modules.signin.accounts.pages import PAGES as ACCOUNT_PAGES
from fyrklang.modules.signin.pages import PAGES
from fyrklang.modules.signin.trials.pages import PAGES as TRIAL_PAGES
from fyrklang.sdk.routes import Pages
from fyrklang.web.shell import WebOptions
from fyrklang.web.shell import init_app as init_web

SECONDS = 20
gc.enable()  # The web server's settings stop it as they are loaded.


class Clock:
    """The time, plus what the test adds."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.ahead)


def free_port() -> int:
    """A port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class AsManyAtOnce:
    """Serves as many requests at once as one of the web server's processes has threads for."""

    def __init__(self, served: Callable[..., Iterable[bytes]]) -> None:
        self._served = served
        self._threads = BoundedSemaphore(web_server.threads)

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        """One request, its answer made whole while a thread is held."""
        with self._threads:
            answer = self._served(environ, start)
            try:
                return [b"".join(answer)]
            finally:
                getattr(answer, "close", lambda: None)()


class Site:
    """The login pages, served over HTTP at the settings' own address."""

    def __init__(self, config: Config, database: Database, valkey: redis.Redis, clock: Clock) -> None:
        self.config = config
        self.identity = build(config, database, valkey, clock)
        served = self._app(database)
        served.wsgi_app = AsManyAtOnce(served.wsgi_app)  # type: ignore[method-assign]
        self._server = make_server("127.0.0.1", int(config.base_url.rsplit(":", 1)[1]), served, threaded=True)

    @property
    def url(self) -> str:
        """Where it answers."""
        return self.config.base_url

    def __enter__(self) -> Site:
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()

    def forget(self) -> None:
        """Know nothing of any issuer, as a process that has just started."""
        self.identity.issuers.forget()
        self.identity.client.forget()

    @contextmanager
    def refusals(self) -> Iterator[list[MutableMapping[str, Any]]]:
        """What is logged about refused logins while the block runs."""
        with capture_logs() as entries:
            kept: list[MutableMapping[str, Any]] = []
            yield kept
            kept += [entry for entry in entries if entry["event"] == "login_refused"]

    def _app(self, database: Database) -> Flask:
        app = Flask("prov", static_folder=None)
        app.extensions["fyrklang.database"] = database
        install(app, self.identity)
        init_web(app, WebOptions(session_id=_session_id, csrf_key=self.config.derive("csrf"), synthetic=True))
        whoami = Pages("whoami", __name__, scope=Scope.NONE)
        whoami.route("/vem", permission=SIGNED_IN)(_who)
        app.register_blueprint(PAGES.blueprint)
        app.register_blueprint(ACCOUNT_PAGES.blueprint)
        app.register_blueprint(TRIAL_PAGES.blueprint)
        app.register_blueprint(scim_pages.blueprint)
        app.register_blueprint(whoami.blueprint)
        return app


def _session_id() -> str:
    from flask import request

    session = current(request)
    return session.csrf_key.hex() if session else ""


def _who() -> dict[str, object]:
    from flask import request

    from fyrklang.access.guard import visitor

    session, seen = current(request), visitor()
    assert session is not None
    assert seen is not None
    return {
        "name": seen.name,
        "person": str(seen.person_id),
        "places": [[place.slug, sorted(place.roles)] for place in seen.memberships],
        "national": sorted(seen.national_roles),
        "handle": session.handle,
    }


class Browser:
    """Cookies and steps of one user."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.web = requests.Session()
        self.web.trust_env = False

    def get(self, path: str) -> requests.Response:
        """A page of the site."""
        return self.web.get(self.site.url + path, timeout=SECONDS, allow_redirects=False)

    def post(self, path: str, **form: str) -> requests.Response:
        """Send a form of the site, with the token of the page it stands on."""
        page = self.get("/valj")
        found = re.search(r'name="_csrf" value="([^"]*)"', page.text)
        return self.web.post(
            self.site.url + path,
            data={"_csrf": found[1] if found else "", **form},
            timeout=SECONDS,
            allow_redirects=False,
        )

    def depart(self, organisation_id: UUID, target: str = "/") -> str:
        """Choose an organisation; where the site sends the browser."""
        answer = self.post("/logga-in", organisation=str(organisation_id), nasta=target)
        assert answer.status_code == 200, answer.text
        return answer.headers["Refresh"].removeprefix("0; url=")

    def choose_person(self, address: str, sub: str) -> str:
        """Choose a person at the demo issuer; where it sends the browser."""
        page = self.web.get(address, timeout=SECONDS)
        assert page.status_code == 200, page.text
        answer = self.web.post(address, data={"person": sub}, timeout=SECONDS, allow_redirects=False)
        return answer.headers["Location"]

    def follow(self, address: str, times: int = 1) -> requests.Response:
        """Go where one is sent."""
        answer = self.web.get(address, timeout=SECONDS, allow_redirects=False)
        for _ in range(times - 1):
            answer = self.web.get(
                urljoin(address, answer.headers["Location"]), timeout=SECONDS, allow_redirects=False
            )
        return answer

    def log_in(self, organisation_id: UUID, sub: str) -> requests.Response:
        """The whole way with a demo person; the answer of the callback."""
        return self.follow(self.choose_person(self.depart(organisation_id), sub))

    def who(self) -> dict[str, object] | None:
        """Who the site thinks this is."""
        answer = self.get("/vem")
        return answer.json() if answer.status_code == 200 else None


def text_of(page: requests.Response) -> str:
    """What a page says, without marks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())
