"""Every lie of the corpus is refused, for the reason it should be, and the honest answer is not."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import permutations
from threading import Event
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from flask import Response
from structlog.testing import capture_logs

from fyrklang.identity.outcomes import Reason
from tests.identity.cases import CASES, LOA3, Case
from tests.identity.hostile import Act, HostileIssuer, rsa_key
from tests.identity.support import Browser, Site, text_of

Recorder = Callable[[str, object], None]
LOGINS = 30
AGAIN_SECONDS = 2.0
MEANWHILE = 4
LET_GO = "no answer in time"


def _prepare(site: Site, hostile: HostileIssuer, case: Case) -> None:
    hostile.act = case.act
    hostile.register(site.config, **case.registration)
    site.forget()


def _attempt(site: Site, hostile: HostileIssuer) -> tuple[Browser, requests.Response]:
    browser = Browser(site)
    begun = browser.post("/logga-in", organisation=str(hostile.organisation_id))
    if begun.status_code != 200:
        return browser, begun
    return browser, browser.follow(begun.headers["Refresh"].removeprefix("0; url="), 2)


@contextmanager
def _trying(site: Site, issuer: HostileIssuer, released: Event | None = None) -> Iterator[list[int]]:
    """Twenty people who begin a login there and do it again soon after the answer, until the block ends."""
    answers: list[int] = []
    over = Event()

    def person() -> None:
        browser = Browser(site)
        while True:
            answers.append(browser.post("/logga-in", organisation=str(issuer.organisation_id)).status_code)
            if over.wait(AGAIN_SECONDS):
                return

    with ThreadPoolExecutor(20) as pool:
        everybody = [pool.submit(person) for _ in range(20)]
        try:
            yield answers
        finally:
            over.set()
            if released is not None:
                released.set()
        for one in everybody:
            one.result()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_lie_logs_anyone_in(site: Site, hostile: HostileIssuer, case: Case) -> None:
    _prepare(site, hostile, case)
    with site.refusals() as refusals:
        browser, answer = _attempt(site, hostile)
    assert answer.status_code in (400, 502)
    assert [entry["reason"] for entry in refusals] == [case.reason.value]
    assert site.identity.sessions.cookie_name not in browser.web.cookies
    assert browser.who() is None


def test_the_corpus_is_as_large_as_was_promised(record_property: Recorder) -> None:
    """Each case above is one distinct answer of which none is accepted; those below come on top."""
    assert len({case.name for case in CASES}) == len(CASES) >= 250
    record_property("hostile login answers, of which none is accepted", len(CASES))


@pytest.mark.parametrize(
    ("act", "registration"),
    [
        (Act(), {}),
        (Act(), {"userinfo": "NONE"}),
        (Act(sign_userinfo=HostileIssuer.signed), {"userinfo": "SIGNED"}),
        (Act(), {"required_acr": (LOA3,)}),
        (Act(metadata=lambda document: document.pop("userinfo_endpoint")), {}),
        (Act(claims=lambda claims: claims.update(aud=["fyrklang"], azp="fyrklang")), {}),
        (Act(answer=lambda answer: answer.update(session_state="x", extra="1")), {}),
    ],
)
def test_the_honest_answer_logs_in(
    site: Site, hostile: HostileIssuer, act: Act, registration: dict[str, object]
) -> None:
    _prepare(site, hostile, Case("honest", Reason.CLAIM, act, registration))
    browser, answer = _attempt(site, hostile)
    assert answer.status_code == 302, text_of(answer)
    assert browser.get("/valj").status_code == 200


def test_iss_may_be_absent_where_it_was_never_promised(site: Site, hostile: HostileIssuer) -> None:
    def silent(answer: dict[str, object]) -> None:
        answer.pop("iss")

    def unpromised(document: dict[str, object]) -> None:
        document.pop("authorization_response_iss_parameter_supported")

    _prepare(site, hostile, Case("", Reason.CLAIM, Act(metadata=unpromised, answer=silent)))
    _, answer = _attempt(site, hostile)
    assert answer.status_code == 302
    _prepare(
        site,
        hostile,
        Case(
            "", Reason.CLAIM, Act(metadata=unpromised, answer=lambda a: a.update(iss="https://example.org"))
        ),
    )
    _, answer = _attempt(site, hostile)
    assert answer.status_code == 400


def test_one_address_at_five_issuers_is_five_people(site: Site, record_property: Recorder) -> None:
    said = {"email": "anna@prov.test", "email_verified": True, "preferred_username": "anna"}
    people = []
    with ExitStack() as stack:
        for number in range(5):
            issuer = stack.enter_context(HostileIssuer(f"same-address-{number}"))
            issuer.act = Act(claims=lambda claims: claims.update(said), userinfo=lambda a: a.update(said))
            issuer.register(site.config)
            site.forget()
            browser, answer = _attempt(site, issuer)
            assert answer.status_code == 302
            people.append((browser.who() or {})["person"])
    assert len(set(people)) == 5
    record_property("issuers that name one address, and people made of it", f"5, {len(set(people))}")


def test_the_login_page_says_whose_login_is_down(site: Site) -> None:
    with HostileIssuer("sleeping") as asleep:
        asleep.act = Act(whole={"/.well-known/openid-configuration": lambda: Response("fel", 500)})
        asleep.register(site.config, name="Sovande inloggningen")
        site.forget()
        told = "Inloggningen hos Sovande inloggningen svarar inte just nu"
        who = "Det gäller dig som loggar in från Provkommunen sleeping"
        for _ in range(3):
            assert told not in text_of(Browser(site).get("/logga-in"))
            assert _attempt(site, asleep)[1].status_code == 502
        page = text_of(Browser(site).get("/logga-in"))
        assert told in page
        assert who in page
        asleep.act = Act()
        site.forget()
        assert _attempt(site, asleep)[1].status_code == 302
        assert told not in text_of(Browser(site).get("/logga-in"))


class TestTheWayBack:
    """Lies of whoever holds the browser, not of the issuer."""

    @pytest.fixture(autouse=True)
    def _honest(self, site: Site, hostile: HostileIssuer) -> None:
        _prepare(site, hostile, Case("", Reason.CLAIM, Act()))

    def _return_address(self, browser: Browser, hostile: HostileIssuer) -> str:
        begun = browser.post("/logga-in", organisation=str(hostile.organisation_id))
        address = begun.headers["Refresh"].removeprefix("0; url=")
        answer = browser.web.get(address, allow_redirects=False, timeout=20)
        return answer.headers["Location"]

    def test_an_answer_counts_once(self, site: Site, hostile: HostileIssuer) -> None:
        browser = Browser(site)
        address = self._return_address(browser, hostile)
        kept = browser.web.cookies.copy()
        assert browser.follow(address).status_code == 302
        again = Browser(site)
        again.web.cookies.update({name: value for name, value in kept.items() if name != "sid"})
        with site.refusals() as refusals:
            assert again.follow(address).status_code == 400
        assert [entry["reason"] for entry in refusals] == [Reason.STATE_UNKNOWN.value]

    def test_another_browser_cannot_bring_it(self, site: Site, hostile: HostileIssuer) -> None:
        address = self._return_address(Browser(site), hostile)
        victim = Browser(site)
        with site.refusals() as refusals:
            assert victim.follow(address).status_code == 400
        assert [entry["reason"] for entry in refusals] == [Reason.STATE_FOREIGN.value]
        assert victim.who() is None

    def test_a_stolen_state_is_spent_by_the_attempt(self, site: Site, hostile: HostileIssuer) -> None:
        browser = Browser(site)
        address = self._return_address(browser, hostile)
        assert Browser(site).follow(address).status_code == 400
        assert browser.follow(address).status_code == 400

    def test_an_answer_to_another_issuers_callback(self, site: Site, hostile: HostileIssuer) -> None:
        with HostileIssuer("hostile-two") as other:
            other.register(site.config)
            site.forget()
            for sender, taker in ((hostile, other), (other, hostile)):
                browser = Browser(site)
                address = self._return_address(browser, sender)
                swapped = address.replace(f"/auth/{sender.id}/", f"/auth/{taker.id}/")
                for iss in (sender.url, taker.url):
                    parts = urlsplit(swapped)
                    query = {**{k: v[0] for k, v in parse_qs(parts.query).items()}, "iss": iss}
                    with site.refusals() as refusals:
                        answer = browser.follow(parts._replace(query=urlencode(query)).geturl())
                    assert answer.status_code == 400
                    assert refusals[0]["reason"] in (Reason.ISSUER_SWAPPED.value, Reason.STATE_UNKNOWN.value)
                assert browser.who() is None

    def test_no_answer_counts_at_another_of_six(self, site: Site, record_property: Recorder) -> None:
        with ExitStack() as stack:
            six = [stack.enter_context(HostileIssuer(f"one-of-six-{number}")) for number in range(6)]
            for one in six:
                one.register(site.config)
            site.forget()
            pairs = list(permutations(six, 2))
            for sender, taker in pairs:
                browser = Browser(site)
                address = self._return_address(browser, sender)
                swapped = address.replace(f"/auth/{sender.id}/", f"/auth/{taker.id}/")
                with site.refusals() as refusals:
                    assert browser.follow(swapped).status_code == 400
                assert [one["reason"] for one in refusals] == [Reason.ISSUER_SWAPPED.value]
                assert browser.who() is None
        record_property("ordered pairs of issuers swapped", len(pairs))

    def test_one_that_hangs_holds_up_no_other(
        self, site: Site, hostile: HostileIssuer, record_property: Recorder
    ) -> None:
        """Logins at one issuer beside twenty people who try another again and again, which answers or hangs.

        It is given the longest time the database lets anyone be given, ten seconds.
        """
        with HostileIssuer("hanging") as other:
            other.register(site.config, timeout_ms=10_000)
            site.forget()
            with _trying(site, other) as answers:
                answering = list(self._taken(site, hostile))
            assert set(answers) == {200}
            released = Event()

            def hang() -> Response:
                released.wait(60)
                return Response("{}", mimetype="application/json")

            other.act = Act(whole={"/.well-known/openid-configuration": hang})
            site.forget()
            hanging, meanwhile = [], 0
            with capture_logs() as told, _trying(site, other, released) as answers:
                for seconds in self._taken(site, hostile):
                    hanging.append(seconds)
                    meanwhile += all(one.get("detail") != LET_GO for one in told)
            assert set(answers) == {502}
        assert meanwhile >= MEANWHILE, "nobody logged in until those at the other issuer were let go"
        p95, beside = (statistics.quantiles(each, n=20)[-1] for each in (answering, hanging))
        record_property(
            f"p95 of {LOGINS} logins while 20 people try another issuer, which answers / hangs",
            f"{1000 * p95:.0f} / {1000 * beside:.0f} ms, ratio {beside / p95:.2f}",
        )

    def _taken(self, site: Site, issuer: HostileIssuer) -> Iterator[float]:
        """Seconds that each of many logins takes, one after the other; each must end well."""
        for _ in range(LOGINS):
            browser, start = Browser(site), time.perf_counter()
            assert browser.follow(self._return_address(browser, issuer)).status_code == 302
            yield time.perf_counter() - start

    def test_rotated_keys_fail_nobody(
        self, site: Site, hostile: HostileIssuer, record_property: Recorder
    ) -> None:
        old, new = hostile.key, rsa_key("next")
        try:
            for key, published in ((old, (old,)), (old, (old, new)), (new, (old, new)), (new, (new,))):
                listed = [one.as_dict(private=False) for one in published]
                hostile.act = Act(keys=lambda document, listed=listed: document.update(keys=listed))
                hostile.key = key
                for _ in range(5):
                    browser = Browser(site)
                    assert browser.follow(self._return_address(browser, hostile)).status_code == 302
        finally:
            hostile.key = old
        record_property("logins over a change of keys, of which none failed", 20)

    def test_an_unknown_issuer_has_no_callback(self, site: Site) -> None:
        assert Browser(site).get("/auth/nobody/callback?code=a&state=b").status_code == 404

    def test_the_log_holds_no_token(self, site: Site, hostile: HostileIssuer) -> None:
        hostile.act = Act(claims=lambda claims: claims.update(aud="other"))
        browser = Browser(site)
        with site.refusals() as refusals:
            address = self._return_address(browser, hostile)
            browser.follow(address)
        state = parse_qs(urlsplit(address).query)["state"][0]
        said = str(refusals)
        assert state not in said
        assert "eyJ" not in said
        assert "a-code" not in said
