"""Errors through both doors."""

from __future__ import annotations

import json
import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_smorest import Api, Blueprint
from marshmallow import Schema
from sqlalchemy import create_engine

from fyrklang.kernel.config import Config
from fyrklang.web.forms import SwedishInteger
from fyrklang.web.security import csrf_token
from fyrklang.web.shell import WebOptions, init_app
from tests.web.gallery import KEY, SESSION, make_app

OWN = {"Sec-Fetch-Site": "same-origin", "X-CSRF-Token": csrf_token(SESSION, KEY)}


@pytest.fixture(scope="module")
def app() -> Flask:
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 418, 422, 429, 500, 503])
def test_every_error_has_a_swedish_page_and_a_problem_document(client: FlaskClient, status: int) -> None:
    page = client.get(f"/fault/{status}")
    assert page.status_code == status
    assert page.content_type == "text/html; charset=utf-8"
    document = client.get(f"/api/v1/fault/{status}")
    assert document.status_code == status
    assert document.content_type == "application/problem+json; charset=utf-8"
    problem = json.loads(document.data)
    assert problem["status"] == status
    assert problem["type"] == "about:blank"
    assert problem["title"] in page.text
    assert problem["detail"] in page.text
    assert "<h1>" in page.text


def test_two_missing_things_are_the_same_bytes(client: FlaskClient) -> None:
    assert client.get("/nowhere/1").data == client.get("/fault/404").data == client.get("/nowhere/2?x=3").data
    assert client.get("/api/v1/a").data == client.get("/api/v1/fault/404").data


def test_a_crash_tells_only_its_reference(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        page = client.get("/fault/500")
    assert "hemligt" not in page.text
    reference = page.headers["X-Request-ID"]
    assert reference in page.text
    assert reference in caplog.text


def test_a_database_that_is_full_or_away_asks_for_patience(config: Config) -> None:
    app = make_app()
    full = create_engine(config.url_for("app"), pool_size=1, max_overflow=0, pool_timeout=0.01)
    gone = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    held = full.connect()
    app.add_url_rule("/full", endpoint="full", view_func=full.connect)
    app.add_url_rule("/gone", endpoint="gone", view_func=gone.connect)
    try:
        for path in ("/full", "/gone"):
            page = app.test_client().get(path)
            assert page.status_code == 503
            assert "Tjänsten svarar inte just nu" in page.text
            assert f'href="{path}"' in page.text
    finally:
        held.close()
        full.dispose()


def test_fields_at_fault_are_pointed_out(client: FlaskClient) -> None:
    problem = json.loads(client.get("/api/v1/fault/422").data)
    assert problem["errors"] == [{"pointer": "#/count", "detail": "Ange ett heltal."}]
    assert "Ange ett heltal." in client.get("/fault/422").text


def test_a_wrong_method_says_which_are_right(client: FlaskClient) -> None:
    answer = client.delete("/charts", headers=OWN)
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_the_json_doors_own_schema_faults_become_problems() -> None:
    class Body(Schema):
        count = SwedishInteger(required=True)

    app = Flask("api", static_folder=None)
    app.config.update(API_TITLE="x", API_VERSION="v1", OPENAPI_VERSION="3.1.0")
    api = Api(app)
    rooms = Blueprint("rooms", __name__, url_prefix="/api/v1/rooms")

    @rooms.route("", methods=["POST"])
    @rooms.arguments(Body)
    @rooms.response(200, Body)
    def make(data: dict) -> dict:
        return data

    api.register_blueprint(rooms)
    init_app(app, WebOptions())
    client = app.test_client()
    answer = client.post("/api/v1/rooms", json={"count": "tolv"})
    assert answer.status_code == 422
    assert json.loads(answer.data)["errors"] == [
        {"pointer": "#/count", "detail": "Ange ett heltal, till exempel 12."}
    ]
    assert (
        json.loads(client.post("/api/v1/rooms", data="{", content_type="application/json").data)["status"]
        == 400
    )
    assert client.post("/api/v1/rooms", json={"count": 3}).json == {"count": 3}
