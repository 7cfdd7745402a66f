"""Headers and cookies exact on every answer of every route: as asked, as refused, and as it fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from fyrklang.access.guard import PUBLIC, SIGNED_IN, guard_of
from fyrklang.access.permissions import NATIONAL_ROLES, ROLE_PERMISSIONS, Permission, Role
from fyrklang.app import create_app
from fyrklang.kernel.config import Config
from fyrklang.kernel.errors import TooMany
from fyrklang.web import security
from fyrklang.web.uploads import FORM_BYTES, takes_file
from tests.isolation.seeds import Planted, plant
from tests.isolation.test_routes import ROWS, address, rules
from tests.people import Forbund, sign_in

HOST = "localhost"
"""Where cookies of test browsers belong."""
EXACT = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": security.PERMISSIONS_POLICY,
    "Reporting-Endpoints": 'sidfel="/sidfel"',
    "Strict-Transport-Security": "max-age=31536000",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types fyrklang; "
    "report-uri /sidfel; report-to sidfel"
)
FILE_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
KNOWN = frozenset(
    {
        *EXACT, "Content-Security-Policy", "Content-Type", "Content-Length", "Cache-Control", "X-Request-ID",
        "Allow", "Clear-Site-Data", "Content-Disposition", "Date", "ETag", "HX-Refresh", "Location", "Refresh",
        "Retry-After", "Set-Cookie", "Vary", "WWW-Authenticate",
    }
)  # fmt: skip
MAY_BE_KEPT = {
    "/static/": {"public, max-age=31536000, immutable", "no-cache"},
    "/api/v1/national/": {"private, no-cache"},
}
"""What a browser may keep: files of the platform itself, and what is made of published releases alone."""
STRICT = {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"}
COOKIES = ("__Host-", "fy_theme=", "fy_lang=", "fy_keys=", "lins=")


@dataclass
class Service:
    """The application behind https, somebody of every role, and what was found at fault."""

    app: Flask
    own: Planted
    browsers: dict[Role, FlaskClient]
    looked: int = 0
    faults: list[str] = field(default_factory=list)

    def address(self, rule: Rule) -> str:
        return address(
            self.app, rule, slug=self.own.slug, **{n: self.own.rows.get(t) for n, t in ROWS.items()}
        )

    def who(self, rule: Rule) -> FlaskClient:
        """Somebody who may ask this."""
        guarded = guard_of(self.app.view_functions[rule.endpoint])
        demand = guarded[0] if guarded else None
        if isinstance(demand, Permission):
            return next(self.browsers[role] for role in Role if demand in ROLE_PERMISSIONS[role])
        return self.browsers[Role.DIRECTOR] if demand is SIGNED_IN else self.app.test_client()

    def look(self, what: str, rule: Rule | None, answer: TestResponse) -> None:
        """Hold one answer against what every answer must carry."""
        self.looked += 1
        self.faults += [f"{what} {answer.status_code}: {fault}" for fault in _faults(rule, answer)]


def _faults(rule: Rule | None, answer: TestResponse) -> Iterator[str]:
    for name, value in EXACT.items():
        if answer.headers.getlist(name) != [value]:
            yield f"{name} is {answer.headers.getlist(name)}"
    is_file = answer.headers.get("Content-Disposition", "").startswith("attachment")
    if answer.headers.getlist("Content-Security-Policy") != [FILE_POLICY if is_file else POLICY]:
        yield f"policy is {answer.headers.getlist('Content-Security-Policy')}"
    if not answer.headers.get("X-Request-ID"):
        yield "no request id"
    unknown = set(answer.headers.keys()) - KNOWN
    if unknown:
        yield f"unknown headers {unknown}"
    if answer.headers.getlist("Cache-Control") not in [[one] for one in _may_be_kept(rule, answer)]:
        yield f"cache rule is {answer.headers.getlist('Cache-Control')}"
    for cookie in answer.headers.getlist("Set-Cookie"):
        parts = {part.strip() for part in cookie.split(";")}
        if not cookie.startswith(COOKIES) or not parts >= STRICT or "Domain" in cookie:
            yield f"cookie {cookie}"
    if answer.data and "charset" not in answer.content_type and answer.content_type.startswith("text/"):
        yield f"no charset in {answer.content_type}"


def _may_be_kept(rule: Rule | None, answer: TestResponse) -> set[str]:
    if rule is not None and answer.status_code in (200, 304):
        for place, allowed in MAY_BE_KEPT.items():
            if rule.rule.startswith(place):
                return allowed | {"no-store"}
    return {"no-store"}


@pytest.fixture(scope="module")
def service(config: Config) -> Service:
    app = create_app(replace(config, base_url=f"https://{HOST}", secure_cookies=True, proxy_hops=1))
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", ""), autocommit=True) as admin:
        own = plant(admin, "huvuden")
    home = Forbund(own.tenant_id, own.slug)
    browsers = {
        role: sign_in(app, national=role)
        if role in NATIONAL_ROLES
        else sign_in(app, (home, role), team=own.intervention_id)
        for role in Role
    }
    return Service(app, own, browsers)


def ask(browser: FlaskClient, url: str, method: str = "GET", **more: Any) -> TestResponse:
    """One request as the proxy in front passes it on."""
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7", **more.pop("headers", {})}
    return browser.open(url, method=method, base_url=f"http://{HOST}", headers=headers, **more)


@contextmanager
def broken(app: Flask, fault: Callable[[], Exception]) -> Iterator[None]:
    """Every request meets a fault when it is asked who is behind it."""

    def fail() -> None:
        raise fault()

    whole = app.extensions["fyrklang.visitor"]
    app.extensions["fyrklang.visitor"] = fail
    try:
        yield
    finally:
        app.extensions["fyrklang.visitor"] = whole


def settle(service: Service, name: str, record_property: Callable[[str, object], None]) -> None:
    """No fault found, and the number of answers looked at."""
    looked, service.looked = service.looked, 0
    faults, service.faults = service.faults, []
    record_property(f"answers with exact headers, {name}", looked)
    assert faults == []
    assert looked > 100


def test_as_asked(service: Service, record_property: Callable[[str, object], None]) -> None:
    leaving = (
        "signin.logout",
        "signin.depart_stronger",
        "signin.act",
        "signin.end_other_sessions",
        "signin.end_session",
    )
    for rule, method in rules(service.app):
        if rule.endpoint not in leaving:
            body = {} if method == "GET" else {"json": {}} if rule.rule.startswith("/api/") else {"data": {}}
            browser = service.who(rule)
            answer = ask(browser, service.address(rule), method, **body)
            service.look(f"{method} {rule.rule}", rule, answer)
            # Nobody answers at the issuer of these tests, and the trial of a login says so.
            assert answer.status_code < 500 or rule.endpoint in ("health.ready", "trial.begin"), (
                rule.rule,
                answer.status_code,
            )
    settle(service, "as asked", record_property)


def test_as_refused(service: Service, record_property: Callable[[str, object], None]) -> None:
    stranger = service.app.test_client()
    for rule, method in rules(service.app):
        url = service.address(rule)
        service.look(f"stranger {method} {rule.rule}", rule, ask(stranger, url, method))
        service.look(f"404 {rule.rule}", None, ask(stranger, f"{url.rstrip('/')}/finns/inte", method))
        wrong = next(
            one for one in ("PUT", "PATCH", "DELETE", "GET", "POST") if one not in methods_at(service, url)
        )
        body = {} if wrong == "GET" or not rule.rule.startswith("/api/") else {"json": {}}
        answer = ask(stranger, url, wrong, **body)
        assert answer.status_code == 405, (wrong, url, answer.status_code)
        service.look(f"405 {rule.rule}", None, answer)
        if method != "GET":
            forged = ask(service.who(rule), url, method, headers={"Sec-Fetch-Site": "cross-site"})
            assert forged.status_code == 403
            service.look(f"forged {method} {rule.rule}", None, forged)
    settle(service, "as refused", record_property)


def methods_at(service: Service, url: str) -> set[str]:
    """What an address takes."""
    return set(service.app.url_map.bind(HOST).allowed_methods(url))


def test_as_too_large(service: Service, record_property: Callable[[str, object], None]) -> None:
    taken = 0
    for rule, method in rules(service.app):
        view = service.app.view_functions[rule.endpoint]
        if method == "GET" or takes_file(view):
            continue
        kind = "application/json" if rule.rule.startswith("/api/") else "application/x-www-form-urlencoded"
        much = {"data": b"a=" + b"x" * FORM_BYTES, "content_type": kind}
        # Without the token in its head the form has to be read for it.
        hidden = {} if kind == "application/json" else {"X-CSRF-Token": ""}
        answer = ask(service.who(rule), service.address(rule), method, headers=hidden, **much)
        taken += answer.status_code == 413
        service.look(f"413 {method} {rule.rule}", None, answer)
    assert taken > 30
    settle(service, "as too large", record_property)


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (500, lambda: RuntimeError("hemligt")),
        (503, lambda: OperationalError("hemligt", {}, Exception())),
        (429, lambda: TooMany(30)),
    ],
)
def test_as_it_fails(
    service: Service,
    status: int,
    fault: Callable[[], Exception],
    record_property: Callable[[str, object], None],
) -> None:
    met = 0
    with broken(service.app, fault):
        for rule, method in rules(service.app):
            answer = ask(service.who(rule), service.address(rule), method)
            met += answer.status_code == status
            assert answer.status_code == status or answer.status_code < 500
            assert b"hemligt" not in answer.data
            service.look(f"{status} {method} {rule.rule}", rule, answer)
    assert met > 100
    settle(service, f"as {status}", record_property)


def test_static_files_and_preferences(service: Service) -> None:
    assets = service.app.extensions["fyrklang_assets"]
    rule = next(one for one in service.app.url_map.iter_rules() if one.endpoint == "static_asset")
    stranger = service.app.test_client()
    for name in assets.files:
        for digest in (assets.digest, "gammal"):
            first = ask(stranger, f"/static/{digest}/{name}")
            again = ask(
                stranger, f"/static/{digest}/{name}", headers={"If-None-Match": first.headers["ETag"]}
            )
            assert (first.status_code, again.status_code) == (200, 304)
            service.look(name, rule, first)
            service.look(name, rule, again)
    chosen = ask(stranger, "/visning", "POST", data={"theme": "dark", "lang": "en", "keys": "off"})
    assert len(chosen.headers.getlist("Set-Cookie")) == 3
    service.look("/visning", None, chosen)
    assert service.faults == []


def test_who_leaves_takes_nothing_along(service: Service) -> None:
    rule = next(one for one in service.app.url_map.iter_rules() if one.endpoint == "signin.logout")
    answer = ask(service.browsers.pop(Role.AUDITOR), "/logga-ut", "POST")
    service.look("logout", rule, answer)
    assert service.faults == []
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    gone = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("__Host-sid=;")]
    assert len(gone) == 1


def test_a_bad_token_is_never_saved_by_a_good_cookie(service: Service) -> None:
    asked = 0
    for rule, method in rules(service.app):
        guarded = guard_of(service.app.view_functions[rule.endpoint])
        if rule.rule.startswith("/api/") and guarded is not None and guarded[0] is not PUBLIC:
            body = {} if method in ("GET", "DELETE") else {"json": {}}
            for token in ("", "x", f"fkl_{'x' * 43}"):
                head = {"Authorization": f"Bearer {token}", "X-CSRF-Token": ""}
                answer = ask(service.who(rule), service.address(rule), method, headers=head, **body)
                assert answer.status_code in (401, 403, 422), (rule.rule, method, answer.status_code)
                assert answer.status_code == 401 or method != "GET", (rule.rule, answer.status_code)
                asked += 1
    assert asked > 100
