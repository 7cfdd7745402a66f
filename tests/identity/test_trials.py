"""Trying one's own login: everything is judged, everything is shown but secrets, and nothing else changes."""

from __future__ import annotations

from typing import Any

import pytest
import redis

from tests.identity.hostile import Act, HostileIssuer
from tests.identity.support import Browser, Site, text_of

LEVELS = {"http://id.elegnamnden.se/loa/1.0/loa3": 3}


@pytest.fixture
def browser(site: Site, hostile: HostileIssuer) -> Browser:
    """Somebody who has signed in at the issuer."""
    hostile.act = Act()
    hostile.register(site.config, loa_map=LEVELS)
    site.forget()
    made = Browser(site)
    begun = made.post("/logga-in", organisation=str(hostile.organisation_id))
    assert made.follow(begun.headers["Refresh"].removeprefix("0; url="), 2).status_code == 302
    return made


def attempt(browser: Browser) -> str:
    """Try, and read what is shown."""
    gone = browser.post("/logga-in/prova")
    assert gone.status_code == 200, gone.text
    back = browser.follow(gone.headers["Refresh"].removeprefix("0; url="), 2)
    assert (back.status_code, back.headers["Location"]) == (303, "/logga-in/prova")
    return browser.get("/logga-in/prova").text


def test_what_comes_back_is_shown_and_nothing_changes(browser: Browser, valkey: redis.Redis) -> None:
    before, cookie = browser.who(), browser.web.cookies["sid"]
    assert "Du har inte provat än" in text_of(browser.get("/logga-in/prova"))
    shown = attempt(browser)
    for words in ("Inloggningen fungerar.", "Provutfärdaren", "loa/1.0/loa3", "acr, aud, auth_time", "nonce"):
        assert words in shown
    for secret in ("an-access-token", "eyJ", "a-code"):
        assert secret not in shown
        assert not any(secret in str(valkey.get(key)) for key in valkey.scan_iter("login-trial:*"))
    assert browser.who() == before
    assert browser.web.cookies["sid"] == cookie


def test_what_is_refused_says_why_and_leaves_one_signed_in(browser: Browser, hostile: HostileIssuer) -> None:
    hostile.act = Act(claims=lambda claims: claims.update(aud="other"))
    shown = attempt(browser)
    assert "Provet gick inte igenom" in shown
    assert "<dd>claim</dd>" in shown
    assert browser.who() is not None


def test_another_person_is_noticed_and_not_let_in(browser: Browser, hostile: HostileIssuer) -> None:
    def other(said: dict[str, Any]) -> None:
        said.update(sub="bo")

    before = browser.who()
    hostile.act = Act(claims=other, userinfo=other)
    assert "loggade in som en annan person" in attempt(browser)
    assert browser.who() == before


def test_an_issuer_that_is_away_is_told_of_at_once(
    browser: Browser, site: Site, hostile: HostileIssuer
) -> None:
    from flask import Response

    hostile.act = Act(whole={"/.well-known/openid-configuration": lambda: Response("fel", 500)})
    site.forget()
    answer = browser.post("/logga-in/prova")
    assert answer.status_code == 502
    assert "<dd>unreachable</dd>" in answer.text


def test_a_trial_brought_by_a_stranger_logs_nobody_in(browser: Browser, site: Site) -> None:
    gone = browser.post("/logga-in/prova")
    address = gone.headers["Refresh"].removeprefix("0; url=")
    back = browser.web.get(address, timeout=20, allow_redirects=False).headers["Location"]
    stranger = Browser(site)
    assert stranger.follow(back).status_code == 400
    assert stranger.who() is None
    left = Browser(site)
    gone = browser.post("/logga-in/prova")
    left.web.cookies.update({key: value for key, value in browser.web.cookies.items() if key != "sid"})
    answer = left.follow(gone.headers["Refresh"].removeprefix("0; url="), 2)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/logga-in")
    assert left.who() is None
    assert Browser(site).get("/logga-in/prova").status_code == 401
