"""Every route that changes something, asked by another site in the user's name: none is carried out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from fyrklang.access.guard import guard_of
from fyrklang.access.permissions import NATIONAL_ROLES, ROLE_PERMISSIONS, Permission, Role
from fyrklang.kernel.config import Config
from fyrklang.web.security import API_PREFIX, SAFE_METHODS
from tests.isolation.seeds import Planted, plant
from tests.isolation.test_routes import ROWS, address
from tests.people import Forbund, sign_in

OWN = "http://127.0.0.1:5000"
TOKEN = "HTTP_X_CSRF_TOKEN"
SITE = "HTTP_SEC_FETCH_SITE"
FORM = "application/x-www-form-urlencoded"
EVIL = "https://ond.example"
MAIN = (
    *("another site", "a sister site", "another origin", "nothing but the cookie", "no token"),
    *("another session's token", "a token in the address", f"simple form, {FORM}"),
)
TURNS = 3
CHANGES_NOTHING = ("page_faults.told",)
"""Browsers send what a policy stopped by themselves and without a token; it is written to a log and that is all."""
METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True)
class Victim:
    """Somebody signed in, what their own pages would send, and somebody else's token."""

    browser: FlaskClient
    token: str
    anothers: str


@dataclass
class Ground:
    """The application with every role signed in, and what has been carried out."""

    app: Flask
    own: Planted
    victims: dict[Role, Victim]
    carried_out: list[str]

    def address(self, rule: Rule) -> str:
        return address(
            self.app, rule, slug=self.own.slug, **{n: self.own.rows.get(t) for n, t in ROWS.items()}
        )

    def victim(self, rule: Rule) -> Victim:
        """Somebody who may do this."""
        guarded = guard_of(self.app.view_functions[rule.endpoint])
        demand = guarded[0] if guarded else None
        if not isinstance(demand, Permission):
            return self.victims[Role.TENANT_ADMIN]
        return next(self.victims[role] for role in Role if demand in ROLE_PERMISSIONS[role])


@pytest.fixture(scope="module")
def ground(app: Flask, config: Config) -> Iterator[Ground]:
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", ""), autocommit=True) as admin:
        own = plant(admin, "forfalskning")
    home = Forbund(own.tenant_id, own.slug)
    another = sign_in(app, (home, Role.TENANT_ADMIN)).environ_base[TOKEN]
    victims = {}
    for role in Role:
        browser = (
            sign_in(app, national=role)
            if role in NATIONAL_ROLES
            else sign_in(app, (home, role), team=own.intervention_id)
        )
        browser.environ_base.pop(SITE)
        victims[role] = Victim(browser, browser.environ_base.pop(TOKEN), another)
    carried_out: list[str] = []
    whole = dict(app.view_functions)
    for endpoint, view in whole.items():
        app.view_functions[endpoint] = _watched(endpoint, view, carried_out)
    yield Ground(app, own, victims, carried_out)
    app.view_functions.update(whole)


def _watched(endpoint: str, view: Callable[..., Any], carried_out: list[str]) -> Callable[..., Any]:
    """The view, which notes that a request came as far as to it. What it would do is not done."""

    def note(**_values: Any) -> Any:
        carried_out.append(endpoint)
        g.fy_problem = True
        return "carried out", 200

    note.__dict__.update(view.__dict__)
    return note


def unsafe(app: Flask) -> list[tuple[Rule, str]]:
    """Every rule with each method that may change something."""
    return [
        (rule, method)
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in CHANGES_NOTHING
        for method in sorted((rule.methods or set()) - SAFE_METHODS)
    ]


def as_sent(api: bool, headers: dict[str, str], token: str = "", **more: Any) -> dict[str, Any]:
    """A request in the form the route takes, with a token where the route looks for it."""
    if api:
        return {"json": {}, "headers": {**headers, **({"X-CSRF-Token": token} if token else {})}, **more}
    return {"data": {"_csrf": token} if token else {}, "headers": headers, **more}


def forgeries(victim: Victim, api: bool) -> dict[str, dict[str, Any]]:
    """What another site, or a page of another session, can make a browser send."""
    same, right = {"Sec-Fetch-Site": "same-origin"}, victim.token
    found = {
        "another site": as_sent(api, {"Sec-Fetch-Site": "cross-site"}, right),
        "a sister site": as_sent(api, {"Sec-Fetch-Site": "same-site"}, right),
        "the address bar": as_sent(api, {"Sec-Fetch-Site": "none"}, right),
        "an unknown word for the site": as_sent(api, {"Sec-Fetch-Site": "Same-Origin "}, right)
        | {"headers": {"Sec-Fetch-Site": "own", "X-CSRF-Token": right}},
        "another origin": as_sent(api, {"Origin": EVIL}, right),
        "our host on another port": as_sent(api, {"Origin": "http://127.0.0.1:81"}, right),
        "our host over https": as_sent(api, {"Origin": OWN.replace("http:", "https:")}, right),
        "an origin that begins as ours": as_sent(api, {"Origin": f"{OWN}.ond.example"}, right),
        "another page told as referrer": as_sent(api, {"Referer": f"{EVIL}/?{OWN}/"}, right),
        "nothing but the cookie": as_sent(api, {}),
        "no token": as_sent(api, same),
        "no token, origin hidden": as_sent(api, {"Origin": "null"}),
        "another session's token": as_sent(api, same, victim.anothers),
        "a token cut short": as_sent(api, same, right[:-1]),
        "a token in the address": as_sent(api, same, query_string={"_csrf": right}),
        "a token in a cookie": as_sent(api, {**same, "Cookie": f"_csrf={right}"}),
    }
    for kind in (FORM, "text/plain", "multipart/form-data; boundary=x"):
        found[f"simple form, {kind}"] = {"data": b'{"a": "="}', "content_type": kind, "headers": same}
    if api:
        found["a token in the body"] = {"json": {"_csrf": right}, "headers": same}
        found["another scheme than Bearer"] = as_sent(api, {**same, "Authorization": "Basic eDp5"})
    else:
        found["JSON without a token"] = {"json": {"_csrf": right}, "headers": same}
        found["Bearer on a page"] = as_sent(api, {**same, "Authorization": "Bearer x"})
    return found


def _for(place: int, found: dict[str, dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The main ones for every route; the routes take turns at the rest."""
    for number, (name, request) in enumerate(found.items()):
        if name in MAIN or (number + place) % TURNS == 0:
            yield name, request


def test_no_forgery_is_carried_out(ground: Ground, record_property: Callable[[str, object], None]) -> None:
    tried, names = 0, set()
    for place, (rule, method) in enumerate(unsafe(ground.app)):
        victim = ground.victim(rule)
        for name, request in _for(place, forgeries(victim, rule.rule.startswith(API_PREFIX))):
            answer = victim.browser.open(ground.address(rule), method=method, **request)
            assert answer.status_code in (400, 403), (method, rule.rule, name, answer.status_code)
            assert "Set-Cookie" not in answer.headers, (method, rule.rule, name)
            tried, names = tried + 1, names | {name}
    assert ground.carried_out == []
    record_property("forged requests, of which carried out", f"{tried} in {len(names)} ways, 0")
    assert tried > 1_000


def test_what_our_own_pages_send_is_carried_out(ground: Ground) -> None:
    """Else the matrix above would be green with every door locked."""
    ground.carried_out.clear()
    routes = unsafe(ground.app)
    for rule, method in routes:
        victim, api = ground.victim(rule), rule.rule.startswith(API_PREFIX)
        for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": OWN}, {"Referer": f"{OWN}/f/x"}, {}):
            victim.browser.open(ground.address(rule), method=method, **as_sent(api, headers, victim.token))
    assert len(ground.carried_out) == 4 * len(routes)
    ground.carried_out.clear()


def test_a_method_cannot_be_dressed_as_another(ground: Ground) -> None:
    ground.carried_out.clear()
    only = [
        rule
        for rule, _method in unsafe(ground.app)
        if "GET" not in ground.app.url_map.bind("localhost").allowed_methods(ground.address(rule))
    ]
    for rule in only:
        victim = ground.victim(rule)
        for method in METHODS:
            dressed = {"X-HTTP-Method-Override": method, "X-HTTP-Method": method, "X-Method-Override": method}
            answer = victim.browser.get(
                ground.address(rule), headers=dressed, query_string={"_method": method, "_csrf": victim.token}
            )
            assert answer.status_code == 405, (rule.rule, method)
    assert ground.carried_out == []
    assert len(only) > 20


def test_a_page_of_another_site_reads_nothing(ground: Ground) -> None:
    for rule in ground.app.url_map.iter_rules():
        if "GET" in (rule.methods or set()):
            answer = ground.victim(rule).browser.get(ground.address(rule), headers={"Origin": EVIL})
            assert not [name for name, _value in answer.headers if name.startswith("Access-Control-")]
    preflight = {"Origin": EVIL, "Access-Control-Request-Method": "POST"}
    for rule, _method in unsafe(ground.app):
        answer = ground.victim(rule).browser.options(ground.address(rule), headers=preflight)
        assert not [name for name, _value in answer.headers if name.startswith("Access-Control-")]
