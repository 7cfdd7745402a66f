"""Every text can be read in English."""

from __future__ import annotations

import re

import pytest
from babel.messages.mofile import read_mo
from flask import Flask

from fyrklang.web import i18n
from tests.web.gallery import make_app


def test_no_text_lacks_english() -> None:
    lacking = i18n.missing_english()
    assert lacking == [], "Kör python -m fyrklang.web.i18n update, översätt och compile."


def test_the_compiled_catalogue_is_the_written_one() -> None:
    with i18n.ENGLISH.with_suffix(".mo").open("rb") as file:
        compiled = read_mo(file)
    for message in i18n.read_english():
        if message.id:
            found, written = compiled.get(message.id).string, message.string
            assert found == written or list(found) == list(written), message.id


def test_english_keeps_every_place_for_a_value() -> None:
    for message in i18n.read_english():
        if message.id and message.python_format:
            assert not list(message.check()), message.id


def test_a_percent_sign_in_a_template_text_is_doubled() -> None:
    # Templates fill in values always, also when there are none; a single sign would break the page.
    for message in i18n.collect():
        if any(name.endswith(".html") for name, _line in message.locations):
            assert not re.search(r"%(?![%(])", str(message.id).replace("%%", "")), message.id


def test_swedish_is_the_source_and_the_default() -> None:
    assert i18n.gettext("Logga ut") == "Logga ut"
    assert i18n.ngettext("%(num)s dag", "%(num)s dagar", 2) == "2 dagar"
    assert str(i18n.lazy_gettext("Klart")) == "Klart"


@pytest.fixture(scope="module")
def app() -> Flask:
    return make_app()


def test_the_cookie_chooses_and_nothing_else_does(app: Flask) -> None:
    client = app.test_client()
    swedish = client.get("/", headers={"Accept-Language": "en"})
    assert '<html lang="sv"' in swedish.text
    assert "Hoppa till innehållet" in swedish.text
    client.set_cookie("fy_lang", "en")
    english = client.get("/")
    assert '<html lang="en"' in english.text
    assert "Hoppa till" not in english.text
    client.set_cookie("fy_lang", "xx")
    assert '<html lang="sv"' in client.get("/").text


def test_faults_are_said_in_english_too(app: Flask) -> None:
    client = app.test_client()
    client.set_cookie("fy_lang", "en")
    client.set_cookie("anonymous", "1")
    page = client.post("/", data={"count": "101"}, headers={"Sec-Fetch-Site": "same-origin"})
    assert page.status_code == 422
    assert "Enter a value between 0 and 100." in page.text
