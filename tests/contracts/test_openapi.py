"""The JSON door is documented whole, and answers errors as problem documents."""

from __future__ import annotations

import pytest
from flask import Flask

from fyrklang.access.permissions import Role
from fyrklang.kernel.config import Config
from tests.people import make_forbund, sign_in


def test_every_json_route_is_in_the_document(app: Flask) -> None:
    told = app.test_client().get("/api/v1/openapi.json").json
    assert told["openapi"] == "3.1.0"
    documented = {
        (path, method.upper()) for path, item in told["paths"].items() for method in item if method != "parameters"
    }
    served = set()
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/v1/") and rule.endpoint != "api-docs.openapi_json":
            path = "".join(f"{{{name}}}" if dynamic else name for dynamic, name in rule._trace).lstrip("|")
            served |= {(path, method) for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}
    assert {method for _path, method in documented} <= {"GET", "POST", "PUT", "PATCH", "DELETE"}
    assert len(documented) == len(served)
    assert all(
        "responses" in operation and operation.get("summary")
        for item in told["paths"].values()
        for name, operation in item.items()
        if name != "parameters"
    )


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/f/{slug}/interventions/not-an-id", 404),
        ("GET", "/api/v1/f/finns-inte/interventions", 404),
        ("POST", "/api/v1/f/{slug}/interventions", 422),
        ("DELETE", "/api/v1/f/{slug}/interventions", 405),
        ("GET", "/api/v1/f/{slug}/interventions?page=noll", 422),
    ],
)
def test_errors_are_problem_documents(
    app: Flask, config: Config, method: str, path: str, status: int
) -> None:
    own = make_forbund(config, "fel")
    client = sign_in(app, (own, Role.TENANT_ADMIN))
    body = {"json": {}} if method == "POST" else {}
    answer = client.open(path.format(slug=own.slug), method=method, **body)
    assert answer.status_code == status
    assert answer.content_type.startswith("application/problem+json")
    assert answer.json["status"] == status
    assert answer.json["title"]
    assert answer.json["detail"].endswith(".")


def test_nobody_signed_in_gets_a_problem_not_a_page(app: Flask) -> None:
    answer = app.test_client().get("/api/v1/f/halland/interventions")
    assert answer.status_code == 401
    assert answer.content_type.startswith("application/problem+json")
