"""Every rule and method of the application, asked by every role, with every förbund's ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from fyrklang.access.guard import Scope, guard_of
from fyrklang.access.permissions import CASE_ROLES, NATIONAL_ROLES, Role
from fyrklang.kernel.config import Config
from tests.isolation.hidden import Hidden, hide
from tests.isolation.seeds import TRACES, Planted, checksum, plant
from tests.people import Forbund, sign_in

PLAIN = {
    "plugin_id": "example",
    "page_name": "start",
    "api_name": "antal",
    "export_name": "insatser",
    "handle": "0",
    "year": "2024",
    "quarter": "1",
    "measure": "M1",
    "issuer_id": "demo",
    "digest": "0",
    "name": "x",
    "token": "x",
    "fund": "FINSAM",
    "period": "0",
    "ending": "csv",
    "code": "results",
    "step": "FOLLOW",
    "kind": "insatser",
    "card_id": "00000000-0000-7000-8000-000000000000",
}
"""Parameters that name no one's row."""

ROWS = {
    "intervention_id": "office.intervention",
    "job_id": "jobs.job",
    "member_id": "office.member",
    "review_id": "audit.review",
    "membership_id": "registry.membership",
    "invitation_id": "registry.invitation",
    "stay_id": "care.stay",
    "token_id": "registry.api_token",
    "series_id": "office.group_series",
    "meeting_id": "office.group_meeting",
    "import_id": "office.ledger_import",
    "report_id": "office.report",
    "seat_id": "office.seat",
    "place_id": "office.team_member",
    "batch_id": "office.import_batch",
    "step_id": "office.intervention_step",
    "paper_id": "office.intervention_paper",
    "secondment_id": "office.secondment",
    "target": "office.intervention",
    "referral_id": "care.referral",
    "consent_id": "care.consent",
    "commitment_id": "care.commitment",
    "note_id": "care.note",
    "attachment_id": "care.attachment",
    "cover_id": "registry.delegation",
    "webhook_id": "office.webhook",
    "delivery_id": "office.webhook_delivery",
    "round_id": "registry.access_review",
    "emergency_id": "office.emergency_access",
    "task_id": "care.task",
    "list_id": "office.saved_list",
    "batch": "care.assignment",
    "referral_invitation_id": "care.referral_invitation",
}
"""Parameters that name a row, and the table it stands in. A new parameter belongs in one of the two."""

LEAVING = ("signin.logout", "signin.depart_stronger", "trial.begin")
"""One ends the session the others are asked with; two ask an issuer, which is not there."""


KNOCKERS = 4
"""So many of the roles ask each route at the others' own addresses, where no role of theirs counts."""


@dataclass
class Nation:
    """Three förbund, and a browser per role signed in to the first."""

    own: Planted
    others: list[Planted]
    browsers: dict[Role, FlaskClient]
    hidden: Hidden
    tried: int = 0
    leaks: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def nation(app: Flask, config: Config) -> Nation:
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", ""), autocommit=True) as admin:
        own, *others = (plant(admin, name) for name in ("alfa", "beta", "gamma"))
        home = Forbund(own.tenant_id, own.slug)
        browsers = {role: at_home(app, home, role, own) for role in Role}
        hidden = hide(admin, own, browsers[Role.CASE_WORKER])
    return Nation(own, others, browsers, hidden)


def at_home(app: Flask, home: Forbund, role: Role, own: Planted) -> FlaskClient:
    """In the team of the insats when the role meets participants; the referrer is who sent the referral."""
    if role in NATIONAL_ROLES:
        return sign_in(app, national=role)
    team = own.intervention_id if role in CASE_ROLES - {Role.REFERRER} else None
    person_id = own.rows["care.referral"] if role is Role.REFERRER else None
    return sign_in(app, (home, role), person_id=person_id, team=team)


def rules(app: Flask, scope: Scope | None = None) -> Iterator[tuple[Rule, str]]:
    """Every rule with each of its methods."""
    for rule in app.url_map.iter_rules():
        guarded = guard_of(app.view_functions[rule.endpoint])
        if scope is not None and (guarded is None or guarded[1] is not scope):
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method


def address(app: Flask, rule: Rule, **values: Any) -> str:
    """The rule filled in; unknown parameters fail the test."""
    filled = {name: values.get(name, PLAIN.get(name)) for name in rule.arguments}
    missing = [name for name, value in filled.items() if value is None]
    assert not missing, f"{rule.rule}: say what {missing} may be in PLAIN or ROWS"
    with app.test_request_context():
        return app.url_map.bind("localhost").build(rule.endpoint, filled, append_unknown=False)


def ask(browser: FlaskClient, method: str, url: str, hostile: Planted) -> tuple[int, bytes]:
    """One request, with another förbund's ids in body, query and header too."""
    planted = {
        "tenant_id": str(hostile.tenant_id),
        "intervention_id": str(hostile.intervention_id),
        "slug": hostile.slug,
    }
    kwargs: dict[str, Any] = {"headers": {"X-Tenant": hostile.slug}}
    if method in ("POST", "PUT", "PATCH"):
        kwargs |= {"json": planted} if url.startswith("/api/") else {"data": planted}
    else:
        kwargs["query_string"] = planted
    answer = browser.open(url, method=method, **kwargs)
    return answer.status_code, answer.headers.to_wsgi_list().__repr__().encode() + answer.data


def test_no_route_shows_or_takes_another_forbunds_rows(
    app: Flask, nation: Nation, record_property: Callable[[str, object], None]
) -> None:
    for turn, (role, browser) in enumerate(nation.browsers.items()):
        for place, (rule, method) in enumerate(rules(app)):
            # Each role meets one of the others at each route, and every route is knocked at in the others'
            # own förbund too; the roles take turns.
            other = nation.others[(place + turn) % len(nation.others)]
            ways = [(nation.own.slug, other)]
            if (place + turn) % len(nation.browsers) < KNOCKERS:
                ways += [(other.slug, other), (other.slug, nation.own)]
            for way in ways:
                _probe(app, nation, (browser, other), (rule, method), way)
        assert nation.leaks == [], role
    record_property("route probes", nation.tried)
    assert nation.tried > 5_000


def _probe(
    app: Flask,
    nation: Nation,
    who: tuple[FlaskClient, Planted],
    what: tuple[Rule, str],
    way: tuple[str, Planted],
) -> None:
    """One route asked at a förbund's address, with rows of one or another."""
    (browser, other), (rule, method), (slug, owner) = who, what, way
    if rule.endpoint in LEAVING:
        return
    values = {name: owner.rows.get(table) for name, table in ROWS.items()}
    url = address(app, rule, slug=slug, **values)
    status, body = ask(browser, method, url, other)
    nation.tried += 1
    if other.canary.encode() in body:
        nation.leaks.append(f"{method} {url} shows a canary")
    nation.leaks += [f"{method} {url} shows {word!r} of somebody" for word in nation.hidden.met(body)]
    if "slug" in rule.arguments and status < 300 and slug == other.slug:
        nation.leaks.append(f"{method} {url} answers {status}")
    if status >= 500:
        nation.leaks.append(f"{method} {url} answers {status}")


def test_foreign_and_missing_are_the_same_answer(app: Flask, nation: Nation) -> None:
    browser = nation.browsers[Role.TENANT_ADMIN]
    other = nation.others[0]
    compared = 0
    for rule, method in rules(app, Scope.TENANT):
        named = [name for name in ROWS if name in rule.arguments]
        pairs = [({"slug": other.slug}, {"slug": "finns-inte"})]
        if named:
            foreign = {name: other.rows[ROWS[name]] for name in named}
            absent = {name: uuid4() for name in named}
            pairs.append(({"slug": nation.own.slug, **foreign}, {"slug": nation.own.slug, **absent}))
        for theirs, nothing in pairs:
            rest = {name: uuid4() for name in named}
            first, second = ({**rest, **values} for values in (theirs, nothing))
            answers = [
                browser.open(address(app, rule, **values), method=method, **_body(method, rule))
                for values in (first, second)
            ]
            assert answers[0].status_code == answers[1].status_code, (rule.rule, method)
            assert _neutral(answers[0].data, first) == _neutral(answers[1].data, second), (rule.rule, method)
            compared += 1
    assert compared > 20


def _body(method: str, rule: Rule) -> dict[str, Any]:
    if method not in ("POST", "PUT", "PATCH"):
        return {}
    return {"json": {}} if rule.rule.startswith("/api/") else {"data": {}}


def _neutral(body: bytes, values: dict[str, Any]) -> bytes:
    for value in values.values():
        body = body.replace(str(value).encode(), b"")
    return body


def test_nobody_signed_in_reaches_nothing(app: Flask, nation: Nation) -> None:
    browser = app.test_client()
    for rule, method in rules(app, Scope.TENANT):
        values = {name: nation.own.rows.get(table) for name, table in ROWS.items()}
        answer = browser.open(address(app, rule, slug=nation.own.slug, **values), method=method)
        assert answer.status_code in (303, 400, 401, 403), (method, rule.rule, answer.status_code)
        assert nation.own.canary.encode() not in answer.data


def test_get_changes_nothing(app: Flask, nation: Nation, config: Config) -> None:
    browser = nation.browsers[Role.TENANT_ADMIN]
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", ""), autocommit=True) as admin:
        before = checksum(admin, nation.own, TRACES)
        for rule, method in rules(app, Scope.TENANT):
            if method == "GET":
                values = {name: nation.own.rows.get(table) for name, table in ROWS.items()}
                browser.get(address(app, rule, slug=nation.own.slug, **values))
        assert checksum(admin, nation.own, TRACES) == before
