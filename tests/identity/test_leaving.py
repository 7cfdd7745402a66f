"""Leaving: the issuer's word that somebody has left, one's own list, and a stronger login."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
import requests

from fyrklang.identity.logout import EVENT
from tests.identity import ground
from tests.identity.cases import LOA3
from tests.identity.hostile import CLIENT_ID, SUBJECT, Act, HostileIssuer, ec_key, rsa_key, segment
from tests.identity.support import Browser, Clock, Site, text_of

Bend = Callable[[dict[str, Any]], object]
LOA2 = LOA3.replace("loa3", "loa2")


@pytest.fixture(autouse=True)
def _honest(site: Site, hostile: HostileIssuer) -> None:
    hostile.act = Act(claims=lambda claims: claims.update(sid="a-login"))
    hostile.register(site.config)
    site.forget()


def _enter(site: Site, hostile: HostileIssuer, **headers: str) -> Browser:
    browser = Browser(site)
    browser.web.headers.update(headers)
    begun = browser.post("/logga-in", organisation=str(hostile.organisation_id))
    answer = browser.follow(begun.headers["Refresh"].removeprefix("0; url="), 2)
    assert answer.status_code == 302, text_of(answer)
    assert browser.who() is not None
    return browser


def _told(issuer: HostileIssuer) -> dict[str, Any]:
    now = int(time.time())
    said = {"iss": issuer.url, "aud": CLIENT_ID, "iat": now, "exp": now + 120, "jti": uuid4().hex}
    return {**said, "events": {EVENT: {}}, "sub": SUBJECT, "sid": "a-login"}


def _tell(site: Site, token: str, issuer_id: str = "hostile") -> requests.Response:
    return requests.post(f"{site.url}/auth/{issuer_id}/utloggad", data={"logout_token": token}, timeout=20)


@pytest.mark.parametrize("names", [("sub", "sid"), ("sub",), ("sid",)])
def test_who_has_left_the_issuer_has_left_here(
    site: Site, hostile: HostileIssuer, names: tuple[str, ...]
) -> None:
    browser = _enter(site, hostile)
    claims = _told(hostile)
    for name in {"sub", "sid"} - set(names):
        claims.pop(name)
    answer = _tell(site, hostile.signed(claims, typ="logout+jwt"))
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert browser.who() is None


def test_another_login_of_the_same_person_goes_on(site: Site, hostile: HostileIssuer) -> None:
    first = _enter(site, hostile)
    hostile.act = Act(claims=lambda claims: claims.update(sid="another-login"))
    second = _enter(site, hostile)
    assert _tell(site, hostile.signed(_told(hostile))).status_code == 200
    assert first.who() is None
    assert second.who() is not None


def test_a_switch_of_place_is_ended_too(site: Site, hostile: HostileIssuer) -> None:
    browser = _enter(site, hostile)
    person = browser.who()
    assert person is not None
    for slug in ("asviken", "granstranden"):
        ground.place(site.config, UUID(str(person["person"])), slug, "BOARD")
    browser = _enter(site, hostile)
    page = browser.get("/valj").text
    chosen = page.split('name="roll" value="', 1)[1].split('"', 1)[0]
    assert browser.post("/valj", roll=chosen).status_code == 303
    assert _tell(site, hostile.signed(_told(hostile))).status_code == 200
    assert browser.who() is None


def _set(**values: Any) -> Bend:
    return lambda claims: claims.update(values)


def _drop(*names: str) -> Bend:
    return lambda claims: [claims.pop(name) for name in names]


LIES: dict[str, Bend] = {
    "iss another": _set(iss="https://example.org"),
    "iss missing": _drop("iss"),
    "aud another": _set(aud="other"),
    "aud several": _set(aud=[CLIENT_ID, "other"]),
    "aud missing": _drop("aud"),
    "iat missing": _drop("iat"),
    "iat text": _set(iat="now"),
    "iat true": _set(iat=True),
    "iat long ago": lambda claims: claims.update(iat=claims["iat"] - 4000),
    "iat to come": lambda claims: claims.update(iat=claims["iat"] + 4000),
    "exp missing": _drop("exp"),
    "exp passed": lambda claims: claims.update(exp=claims["iat"] - 400),
    "jti missing": _drop("jti"),
    "jti number": _set(jti=7),
    "jti long": _set(jti="x" * 300),
    "nobody": _drop("sub", "sid"),
    "sub number": _set(sub=7),
    "sid list": _set(sid=["a-login"]),
    "nonce": _set(nonce="n"),
    "events missing": _drop("events"),
    "events text": _set(events=EVENT),
    "events list": _set(events=[EVENT]),
    "events of another kind": _set(events={"http://schemas.openid.net/event/other": {}}),
    "event no object": _set(events={EVENT: "yes"}),
}

SIGNATURES: dict[str, Callable[[HostileIssuer, dict[str, Any]], str]] = {
    "unsigned": lambda _issuer, claims: f"{segment({'alg': 'none'})}.{segment(claims)}.",
    "another key": lambda issuer, claims: issuer.signed(claims, rsa_key("foreign")),
    "unregistered key": lambda issuer, claims: issuer.signed(claims, ec_key("three")),
    "an ID token's type, but another": lambda issuer, claims: issuer.signed(claims, typ="at+jwt"),
    "cut short": lambda issuer, claims: issuer.signed(claims)[:-20],
    "empty": lambda _issuer, _claims: "",
    "no token": lambda _issuer, _claims: "x.y.z",
    "too long": lambda issuer, claims: issuer.signed({**claims, "pad": "x" * 40_000}),
}


@pytest.mark.parametrize("name", [*LIES, *SIGNATURES])
def test_a_lie_ends_nobody(site: Site, hostile: HostileIssuer, name: str) -> None:
    browser = _enter(site, hostile)
    claims = _told(hostile)
    LIES.get(name, lambda _claims: None)(claims)
    sign = SIGNATURES.get(name, lambda issuer, values: issuer.signed(values))
    with site.refusals() as refusals:
        answer = _tell(site, sign(hostile, claims))
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})
    assert len(refusals) == 1
    assert browser.who() is not None


def test_a_word_counts_once_and_only_from_its_issuer(site: Site, hostile: HostileIssuer) -> None:
    token = hostile.signed(_told(hostile))
    assert _tell(site, token).status_code == 200
    browser = _enter(site, hostile)
    assert _tell(site, token).status_code == 400
    with HostileIssuer("hostile-three") as other:
        other.register(site.config)
        site.forget()
        assert _tell(site, hostile.signed(_told(hostile)), other.id).status_code == 400
        assert _tell(site, other.signed(_told(other)), other.id).status_code == 200
    assert browser.who() is not None
    assert _tell(site, "x", "nobody").status_code == 404


def test_one_sees_and_ends_ones_own_logins(site: Site, hostile: HostileIssuer) -> None:
    agents = {
        "Firefox, Windows": "Mozilla/5.0 (Windows NT 10.0) Gecko Firefox/140.0",
        "Safari, iPhone": "iPhone Safari/1",
    }
    here, there = (_enter(site, hostile, **{"User-Agent": agent}) for agent in agents.values())
    page = here.get("/mina-inloggningar")
    for words in agents:
        assert words in text_of(page)
    handle = str((there.who() or {})["handle"])
    assert f"/mina-inloggningar/{handle}/avsluta" in page.text
    assert here.post(f"/mina-inloggningar/{handle}/avsluta").status_code == 303
    assert there.who() is None
    assert here.who() is not None


def test_all_others_end_and_this_one_stays(site: Site, hostile: HostileIssuer) -> None:
    others = [_enter(site, hostile) for _ in range(3)]
    here = _enter(site, hostile)
    assert here.post("/mina-inloggningar/ovriga/avsluta").status_code == 303
    assert [one.who() for one in others] == [None] * 3
    assert here.who() is not None


def test_nobody_ends_anothers(site: Site, hostile: HostileIssuer) -> None:
    victim = _enter(site, hostile)
    handle = str((victim.who() or {})["handle"])
    with HostileIssuer("hostile-four") as other:
        other.register(site.config)
        site.forget()
        attacker = _enter(site, other)
        assert attacker.post(f"/mina-inloggningar/{handle}/avsluta").status_code == 303
    assert victim.who() is not None


class TestStronger:
    """A login at a higher level, for what takes it."""

    LEVELS = {LOA2: 2, LOA3: 3}  # noqa: RUF012

    @pytest.fixture(autouse=True)
    def _agreed(self, site: Site, hostile: HostileIssuer) -> None:
        hostile.act = Act(claims=lambda claims: claims.update(acr=LOA2))
        hostile.register(site.config, loa_map=self.LEVELS)
        site.forget()

    def test_the_issuer_is_asked_for_the_level_and_the_person_comes_back(
        self, site: Site, hostile: HostileIssuer
    ) -> None:
        browser = _enter(site, hostile)
        person = UUID(str((browser.who() or {})["person"]))
        ground.place(site.config, person, "halland", "BOARD", organisation=("REGION", "13"))
        browser = _enter(site, hostile)
        if browser.get("/valj").text.count('name="roll"') > 1:
            chosen = browser.get("/valj").text.split('name="roll" value="')[1].split('"', 1)[0]
            browser.post("/valj", roll=chosen)
        old = browser.who()
        page = browser.get("/logga-in/starkare?niva=3&nasta=/vem")
        assert "tillitsnivå 3" in text_of(page)
        gone = browser.post("/logga-in/starkare", niva="3", nasta="/vem")
        hostile.act = Act()
        back = browser.follow(gone.headers["Refresh"].removeprefix("0; url="), 2)
        assert (back.status_code, back.headers["Location"]) == (302, "/vem")
        new = browser.who()
        assert old is not None
        assert new is not None
        assert new["person"] == old["person"]
        assert new["handle"] != old["handle"]
        again = browser.get("/logga-in/starkare?niva=3&nasta=/vem")
        assert (again.status_code, again.headers["Location"]) == (302, "/vem")

    def test_an_issuer_that_sends_a_weaker_login_is_refused(self, site: Site, hostile: HostileIssuer) -> None:
        browser = _enter(site, hostile)
        gone = browser.post("/logga-in/starkare", niva="3", nasta="/vem")
        back = browser.follow(gone.headers["Refresh"].removeprefix("0; url="), 2)
        assert back.status_code == 400
        assert "starkare e-legitimation" in text_of(back)
        assert browser.who() is not None

    @pytest.mark.parametrize("old", [7300, 3600 + 61, -120, None, "now", True])
    def test_a_login_that_is_not_fresh_lifts_nobody(
        self, site: Site, hostile: HostileIssuer, old: object
    ) -> None:
        browser = _enter(site, hostile)
        gone = browser.post("/logga-in/starkare", niva="3", nasta="/vem")
        said = int(time.time()) - old if isinstance(old, int) and old is not True else old
        hostile.act = Act(claims=lambda claims: claims.update(acr=LOA3, auth_time=said))
        with site.refusals() as refusals:
            back = browser.follow(gone.headers["Refresh"].removeprefix("0; url="), 2)
        assert back.status_code == 400
        assert refusals[0]["reason"] in ("stale", "claim")
        assert browser.get("/logga-in/starkare?niva=3&nasta=/vem").status_code == 200

    def test_an_organisation_without_such_a_way_is_told(self, site: Site, hostile: HostileIssuer) -> None:
        browser = _enter(site, hostile)
        page = browser.get("/logga-in/starkare?niva=4&nasta=https://example.org")
        assert "inte godkänd för den nivån" in text_of(page)
        assert 'value="https://example.org"' not in page.text
        assert browser.post("/logga-in/starkare", niva="4").status_code == 422

    def test_the_role_is_kept(self, site: Site, hostile: HostileIssuer) -> None:
        browser = _enter(site, hostile)
        person = UUID(str((browser.who() or {})["person"]))
        for slug in ("asviken", "granstranden"):
            ground.place(site.config, person, slug, "AUDITOR", organisation=("REGION", "x-sjo"))
        browser = _enter(site, hostile)
        chosen = browser.get("/valj").text.split('name="roll" value="')[2].split('"', 1)[0]
        browser.post("/valj", roll=chosen)
        before = (browser.who() or {})["places"]
        gone = browser.post("/logga-in/starkare", niva="3", nasta="/vem")
        hostile.act = Act()
        browser.follow(gone.headers["Refresh"].removeprefix("0; url="), 2)
        assert (browser.who() or {})["places"] == before


class TestEndedElsewhere:
    """Each way of ending somebody is felt at the next request, or within the minute grants are kept."""

    def _worker(self, site: Site, hostile: HostileIssuer) -> tuple[Browser, UUID]:
        browser = _enter(site, hostile)
        return browser, UUID(str((browser.who() or {})["person"]))

    def test_the_place(self, site: Site, hostile: HostileIssuer, clock: Clock) -> None:
        browser, person = self._worker(site, hostile)
        made = ground.place(site.config, person, "halland", "BOARD")
        browser = _enter(site, hostile)
        with ground.connect(site.config) as conn:
            conn.execute("UPDATE registry.membership SET valid_to = current_date - 1 WHERE id = %s", (made,))
        clock.ahead = 61
        places = (browser.who() or {}).get("places", [])
        assert "halland" not in [slug for slug, _roles in places]  # type: ignore[union-attr]

    def test_the_person(self, site: Site, hostile: HostileIssuer, clock: Clock) -> None:
        browser, person = self._worker(site, hostile)
        with ground.connect(site.config) as conn:
            conn.execute("UPDATE registry.person SET ended_at = now() WHERE id = %s", (person,))
        try:
            clock.ahead = 61
            assert browser.who() is None
        finally:
            with ground.connect(site.config) as conn:
                conn.execute("UPDATE registry.person SET ended_at = NULL WHERE id = %s", (person,))

    def test_all_sessions(self, site: Site, hostile: HostileIssuer) -> None:
        browser, person = self._worker(site, hostile)
        assert site.identity.sessions.end_all(person) >= 1
        assert browser.who() is None

    def test_the_issuer_is_trusted_no_more(self, site: Site, hostile: HostileIssuer) -> None:
        browser, _person = self._worker(site, hostile)
        hostile.register(site.config, enabled=False)
        site.identity.issuers.forget()
        assert browser.who() is None
        assert browser.get("/auth/hostile/callback?code=a&state=b").status_code == 404
        hostile.register(site.config)
        site.identity.issuers.forget()
        assert browser.who() is None, "the session ended, and did not only sleep"
