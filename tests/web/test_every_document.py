"""The whole JSON door asked by schemathesis as those who may: no fault, and no answer the document does not tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import count
from typing import Any

import psycopg
import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from fyrklang.access.guard import guard_of
from fyrklang.access.permissions import NATIONAL_ROLES, ROLE_PERMISSIONS, TENANT_ROLES, Permission, Role
from fyrklang.kernel.config import Config
from tests.isolation.seeds import Planted, plant
from tests.isolation.test_routes import PLAIN, ROWS
from tests.people import Forbund, sign_in

DOCUMENT = "/api/v1/openapi.json"
EXAMPLES = 6
STRANGE = 4
"""Every fourth case names rows that are not there."""
REFUSED = 1
"""The one case that is asked by somebody who may not."""
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
"""Rejecting what the document forbids is asked for by tests of each feature, in its own words."""


class Asking:
    """Everyone signed in, and what came of it."""

    def __init__(self, app: Flask, own: Planted, browsers: dict[Role, FlaskClient]) -> None:
        self.app, self.own, self.browsers = app, own, browsers
        self.statuses: Counter[int] = Counter()
        self.faults: dict[str, str] = {}

    def permission(self, operation: APIOperation) -> Permission | None:
        path = operation.path.replace("{", "x").replace("}", "x")
        values = operation.method.upper()
        endpoint, _found = self.app.url_map.bind("localhost").match(self.fill(operation, {}) or path, values)
        guarded = guard_of(self.app.view_functions[endpoint])
        return guarded[0] if guarded and isinstance(guarded[0], Permission) else None

    def fill(self, operation: APIOperation, drawn: dict[str, Any]) -> str:
        """The address, with rows that are there for the parameters that name one."""
        return operation.path.format(**self.values(operation, drawn))

    def values(self, operation: APIOperation, drawn: dict[str, Any]) -> dict[str, Any]:
        names = [part.split("}")[0] for part in operation.path.split("{")[1:]]
        there = {"slug": self.own.slug, **PLAIN, **{n: str(self.own.rows[t]) for n, t in ROWS.items()}}
        return {name: drawn.get(name, there.get(name)) for name in names}


@pytest.fixture(scope="module")
def asking(app: Flask, config: Config) -> Asking:
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", ""), autocommit=True) as admin:
        own = plant(admin, "dokument")
    home = Forbund(own.tenant_id, own.slug)
    browsers = {
        role: sign_in(app, national=role)
        if role in NATIONAL_ROLES
        else sign_in(app, (home, role), team=own.intervention_id)
        for role in Role
    }
    return Asking(app, own, browsers)


def ask(asking: Asking, browser: FlaskClient, case: Case, *, real: bool) -> None:
    """One case, at rows that are there or at those it names."""
    drawn = dict(case.path_parameters or {})
    case.path_parameters = asking.values(case.operation, {} if real else drawn)
    case.path_parameters["slug"] = asking.own.slug
    identity = asking.app.extensions["fyrklang.identity"].sessions.cookie_name
    cookie = browser.get_cookie(identity)
    assert cookie is not None
    headers = {
        "Sec-Fetch-Site": "same-origin",
        "X-CSRF-Token": browser.environ_base["HTTP_X_CSRF_TOKEN"],
    }
    answer = case.call(headers=headers, cookies={identity: cookie.value})
    asking.statuses[answer.status_code] += 1
    try:
        case.validate_response(answer, checks=CHECKS)
    except BaseException as fault:  # noqa: BLE001 - schemathesis groups its failures in one of its own
        asking.faults.setdefault(
            f"{case.method} {case.operation.path} {answer.status_code}", str(fault)[:900]
        )


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_the_whole_document(
    asking: Asking, mode: GenerationMode, record_property: Callable[[str, object], None]
) -> None:
    schema = schemathesis.openapi.from_wsgi(DOCUMENT, asking.app)
    asked = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        if mode is GenerationMode.NEGATIVE and not (operation.body or operation.query):
            continue  # There is nothing that could be wrong.
        permission = asking.permission(operation)
        assert permission is not None
        may = next(role for role in Role if permission in ROLE_PERMISSIONS[role])
        may_not = next((role for role in TENANT_ROLES if permission not in ROLE_PERMISSIONS[role]), may)
        _run(asking, operation.as_strategy(generation_mode=mode), (may, may_not))
        asked += 1
    record_property(
        f"JSON routes asked, {mode.value}", f"{asked}, answers {dict(sorted(asking.statuses.items()))}"
    )
    asking.statuses.clear()
    assert not asking.faults, "\n\n".join(f"{name}: {fault}" for name, fault in asking.faults.items())
    assert asked > 20


def _run(asking: Asking, strategy: Any, who: tuple[Role, Role]) -> None:
    may, may_not = who
    cases = count()

    @given(case=strategy)
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def run(case: Case) -> None:
        number = next(cases)
        role = may_not if number == REFUSED else may
        ask(asking, asking.browsers[role], case, real=number % STRANGE != STRANGE - 1)

    run()
