"""Headers exact on every answer, and forged changes refused."""

from __future__ import annotations

from itertools import product

import pytest
from flask import Flask
from flask.testing import FlaskClient

from fyrklang.web import security
from fyrklang.web.security import content_security_policy, csrf_token, csrf_valid
from tests.web.gallery import KEY, SESSION, make_app

TOKEN = csrf_token(SESSION, KEY)
OWN = {"Sec-Fetch-Site": "same-origin"}

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types fyrklang; "
    "report-uri /sidfel; report-to sidfel"
)
EXACT = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": security.PERMISSIONS_POLICY,
}


@pytest.fixture(scope="module")
def app() -> Flask:
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/plain",
        "/charts",
        "/nowhere",
        "/fault/403",
        "/fault/500",
        "/api/v1/fault/404",
        "/api/v1/fault/500",
    ],
)
def test_headers_are_exact_on_every_answer(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert {name: answer.headers.get(name) for name in EXACT} == EXACT
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Request-ID"]
    assert "Strict-Transport-Security" not in answer.headers
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_a_refused_change_has_the_headers_too(client: FlaskClient) -> None:
    answer = client.post("/", data={}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert {name: answer.headers.get(name) for name in EXACT} == EXACT


def test_https_alone_pins_https(client: FlaskClient) -> None:
    answer = client.get("/", base_url="https://fyrklang.example")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_login_services_may_receive_forms() -> None:
    assert "form-action 'self' https://logga.in;" in content_security_policy(("https://logga.in",))


def test_the_token_belongs_to_one_session() -> None:
    assert csrf_valid(TOKEN, SESSION, KEY)
    assert not csrf_valid(TOKEN, "another", KEY)
    assert not csrf_valid(TOKEN, SESSION, b"x" * 32)
    assert not csrf_valid(TOKEN[:-1], SESSION, KEY)
    assert not csrf_valid("", SESSION, KEY)
    assert not csrf_valid("", "", KEY)
    assert not csrf_valid("åäö", SESSION, KEY)
    assert csrf_token("", KEY) == ""


FORGERIES = {
    "another site": ({"Sec-Fetch-Site": "cross-site"}, TOKEN),
    "a sister site": ({"Sec-Fetch-Site": "same-site"}, TOKEN),
    "typed into the address bar": ({"Sec-Fetch-Site": "none"}, TOKEN),
    "another origin": ({"Origin": "https://ond.example"}, TOKEN),
    "another port": ({"Origin": "http://localhost:81"}, TOKEN),
    "no token": (OWN, ""),
    "another session's token": (OWN, csrf_token("another", KEY)),
    "a token in the address": (OWN, None),
    "hidden origin and no token": ({"Origin": "null"}, ""),
}


@pytest.mark.parametrize(
    ("path", "name"), list(product(("/", "/plain", "/visning", "/fault/200"), FORGERIES))
)
def test_forged_form_is_refused(client: FlaskClient, path: str, name: str) -> None:
    headers, token = FORGERIES[name]
    address = f"{path}?_csrf={TOKEN}" if token is None else path
    answer = client.post(address, data={"_csrf": token or "", "theme": "dark"}, headers=headers)
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_no_unsafe_method_escapes(client: FlaskClient, method: str) -> None:
    assert client.open("/", method=method, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_own_form_passes_by_field_or_header(client: FlaskClient) -> None:
    assert client.post("/plain", data={"_csrf": TOKEN}, headers=OWN).status_code == 200
    assert client.post("/plain", headers={**OWN, "X-CSRF-Token": TOKEN}).status_code == 200
    own_origin = {"Origin": "http://localhost", "X-CSRF-Token": TOKEN}
    assert client.post("/plain", headers=own_origin).status_code == 200
    assert client.post("/plain", data={"_csrf": TOKEN}, headers={"Origin": "null"}).status_code == 200


def test_without_a_session_only_the_origin_is_asked(client: FlaskClient) -> None:
    client.set_cookie("anonymous", "1")
    assert client.post("/plain", headers=OWN).status_code == 200
    assert client.post("/plain", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data", ""]
)
def test_the_api_takes_only_json(client: FlaskClient, kind: str) -> None:
    headers = {**OWN, "X-CSRF-Token": TOKEN, "Content-Type": kind}
    answer = client.post("/api/v1/fault/200", data="a=1", headers=headers)
    assert answer.status_code == 400
    assert answer.content_type.startswith("application/problem+json")


def test_the_api_asks_for_the_header_or_a_bearer(client: FlaskClient) -> None:
    path = "/api/v1/fault/200"
    assert client.post(path, json={}, headers=OWN).status_code == 403
    assert client.post(path, json={"_csrf": TOKEN}, headers=OWN).status_code == 403
    assert client.post(path, json={}, headers={**OWN, "X-CSRF-Token": TOKEN}).status_code == 200
    assert client.post(path, json={}, headers={"Authorization": "Bearer x"}).status_code == 200
    assert client.post(path, json={}, headers={"Authorization": "Basic x"}).status_code == 403
    foreign = {"Authorization": "Bearer x", "Sec-Fetch-Site": "cross-site"}
    assert client.post(path, json={}, headers=foreign).status_code == 403


def test_preferences_are_kept_and_lead_back_home_only(client: FlaskClient) -> None:
    def choose(**fields: str) -> tuple[str, list[str]]:
        answer = client.post("/visning", data={"_csrf": TOKEN, **fields}, headers=OWN)
        assert answer.status_code == 303
        return answer.headers["Location"], answer.headers.getlist("Set-Cookie")

    where, cookies = choose(theme="dark", lang="en", keys="off", next="/charts?a=1")
    assert where == "/charts?a=1"
    assert [cookie.split(";")[0] for cookie in cookies] == ["fy_theme=dark", "fy_lang=en", "fy_keys=off"]
    assert all("HttpOnly" in cookie and "SameSite=Lax" in cookie for cookie in cookies)
    assert choose(theme="pink", lang="de", keys="maybe")[1] == []
    for bad in ("https://ond.example", "//ond.example", "/\\ond.example", "javascript:x", "", "/a\r\nX: y"):
        assert choose(next=bad)[0] == "/"
