"""The whole way in and out over HTTP, with demo people at the demo issuer."""

from __future__ import annotations

import re
from dataclasses import replace
from uuid import UUID

import pytest
import redis
import requests

from fyrklang.identity import demo_people, setup
from fyrklang.identity.demo_people import ANALYST, DOUBLE, OPERATOR, DemoPerson, people
from fyrklang.identity.issuers import IssuerRegistry
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from tests.identity import ground
from tests.identity.conftest import issuer_process
from tests.identity.hostile import SECRET, Act, HostileIssuer
from tests.identity.support import Browser, Clock, Site, free_port, text_of

WORKER = next(person for person in people() if person.sub == "halland-handlaggare")


@pytest.fixture(scope="module")
def af(grounded: Config) -> UUID:
    """Arbetsförmedlingen, where most demo people log in."""
    return ground.organisation_id(grounded, "AF", "AF")


def test_the_halland_case_worker_comes_straight_to_the_start_page(site: Site, af: UUID) -> None:
    browser = Browser(site)
    answer = browser.log_in(af, WORKER.sub)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/f/halland/")
    seen = browser.who()
    assert seen is not None
    assert seen["name"] == WORKER.name
    assert seen["person"] == str(WORKER.id)
    assert seen["places"] == [["halland", ["CASE_WORKER"]]]
    assert seen["national"] == []


@pytest.mark.parametrize("person", people(), ids=lambda person: person.sub)
def test_everyone_of_the_demo_gets_in_with_their_own_role(site: Site, af: UUID, person: DemoPerson) -> None:
    browser = Browser(site)
    answer = browser.log_in(af, person.sub)
    assert answer.status_code == 302
    if person is DOUBLE:
        assert answer.headers["Location"] == "/valj"
        return
    seen = browser.who()
    assert seen is not None
    assert seen["places"] == [[place.slug, [place.role]] for place in person.places]
    assert seen["national"] == ([person.national_role] if person.national_role else [])


def test_a_wanted_page_is_come_to_after_the_login(site: Site, af: UUID) -> None:
    browser = Browser(site)
    address = browser.depart(af, "/f/halland/insatser?sida=2")
    answer = browser.follow(browser.choose_person(address, WORKER.sub))
    assert answer.headers["Location"] == "/f/halland/insatser?sida=2"


@pytest.mark.parametrize(
    "target", ["//example.org", "https://example.org", "/\\example.org", "javascript:alert(1)", "/a\nb", "x"]
)
def test_no_one_is_sent_off_the_site(site: Site, af: UUID, target: str) -> None:
    browser = Browser(site)
    answer = browser.follow(browser.choose_person(browser.depart(af, target), WORKER.sub))
    assert answer.headers["Location"] == "/f/halland/"


def test_two_forbund_are_chosen_between_and_switched_with_a_new_session(site: Site, af: UUID) -> None:
    browser = Browser(site)
    browser.log_in(af, DOUBLE.sub)
    seen = browser.who()
    assert seen is not None
    assert seen["places"] == []
    page = text_of(browser.get("/valj"))
    assert "Deltagaransvarig – Finsam Åsviken" in page
    assert "Koordinator – Finsam Granstranden" in page
    granstranden, asviken = re.findall(r'name="roll" value="([^"]+)"', browser.get("/valj").text)
    before = browser.web.cookies["sid"]
    answer = browser.post("/valj", roll=asviken)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/f/asviken/")
    assert browser.web.cookies["sid"] != before
    seen = browser.who()
    assert seen is not None
    assert seen["places"] == [["asviken", ["CASE_WORKER"]], ["granstranden", ["COORDINATOR"]]]
    old = Browser(site)
    old.web.cookies.set("sid", before)
    assert old.who() is None
    assert browser.post("/valj", roll=granstranden).headers["Location"] == "/f/granstranden/"
    assert browser.post("/valj", roll=str(UUID(int=1))).status_code == 404
    assert browser.post("/valj", roll="PLATFORM_ADMIN").status_code == 404


def test_someone_new_is_told_what_to_do_and_gets_in_when_given_a_role(
    site: Site, hostile: HostileIssuer, af: UUID, clock: Clock, grounded: Config
) -> None:
    hostile.act = Act(claims=lambda claims: claims.update(sub="ny"), userinfo=lambda a: a.update(sub="ny"))
    hostile.register(grounded)
    site.forget()
    browser = Browser(site)
    answer = browser.follow(browser.depart(hostile.organisation_id), 2)
    assert answer.headers["Location"] == "/valj"
    assert "inget förbund har gett dig en roll" in text_of(browser.get("/valj"))
    seen = browser.who()
    assert seen is not None
    assert seen["places"] == []
    ground.place(grounded, UUID(str(seen["person"])), "halland", "BOARD")
    clock.ahead = 61
    assert "Styrelseledamot – Samordningsförbundet i Halland" in text_of(browser.get("/valj"))


def test_login_rotates_a_session_planted_before(site: Site, af: UUID) -> None:
    attacker = Browser(site)
    attacker.log_in(af, OPERATOR.sub)
    planted = attacker.web.cookies["sid"]
    victim = Browser(site)
    victim.web.cookies.set("sid", planted, domain="127.0.0.1", path="/")
    answer = victim.web.post(
        site.url + "/logga-ut", data={}, timeout=20, allow_redirects=False
    )  # no token: not done
    assert answer.status_code == 403
    page = victim.get("/valj").text
    token = re.search(r'name="_csrf" value="([^"]+)"', page)
    assert token is not None
    begun = victim.web.post(
        site.url + "/logga-in", data={"organisation": str(af), "_csrf": token[1]}, timeout=20
    )
    address = begun.headers["Refresh"].removeprefix("0; url=")
    victim.follow(victim.choose_person(address, ANALYST.sub))
    assert victim.web.cookies["sid"] != planted
    assert attacker.who() is None
    seen = victim.who()
    assert seen is not None
    assert seen["name"] == ANALYST.name


def test_an_unknown_session_id_is_never_taken_up(site: Site, af: UUID) -> None:
    browser = Browser(site)
    browser.web.cookies.set("sid", "A" * 43, domain="127.0.0.1", path="/")
    browser.log_in(af, WORKER.sub)
    assert browser.web.cookies.get_dict()["sid"] != "A" * 43
    planted = Browser(site)
    planted.web.cookies.set("sid", "A" * 43)
    assert planted.who() is None


def test_logout_ends_the_session_and_goes_on_to_the_issuer(site: Site, af: UUID) -> None:
    browser = Browser(site)
    browser.log_in(af, WORKER.sub)
    kept = browser.web.cookies["sid"]
    answer = browser.post("/logga-ut")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "/logout?" in answer.headers["Refresh"]
    back = browser.follow(answer.headers["Refresh"].removeprefix("0; url="))
    assert back.headers["Location"] == f"{site.url}/logga-in"
    assert "sid" not in browser.web.cookies
    again = Browser(site)
    again.web.cookies.set("sid", kept)
    assert again.who() is None


def test_cookies_are_closed_to_scripts_and_other_sites(site: Site, af: UUID) -> None:
    browser = Browser(site)
    answer = browser.log_in(af, WORKER.sub)
    session = next(line for line in answer.raw.headers.getlist("Set-Cookie") if line.startswith("sid="))
    assert session.split("; ", 1)[1] == "HttpOnly; Path=/; SameSite=Lax"


def test_cancelling_is_said_in_plain_words(site: Site, af: UUID) -> None:
    browser = Browser(site)
    answer = browser.follow(browser.choose_person(browser.depart(af), ""))
    assert answer.status_code == 400
    assert "Du avbröt inloggningen." in text_of(answer)


def test_the_issuer_demands_pkce_and_its_own_address(site: Site, af: UUID, demo_issuer: str) -> None:
    address = Browser(site).depart(af)
    without = re.sub(r"&code_challenge=[^&]*", "", address)
    refused = requests.get(without, timeout=20, allow_redirects=False)
    assert "error=invalid_request" in refused.headers["Location"]
    plain = address.replace("code_challenge_method=S256", "code_challenge_method=plain")
    refused = requests.get(plain, timeout=20, allow_redirects=False)
    assert "error=invalid_request" in refused.headers["Location"]
    elsewhere = re.sub(r"redirect_uri=[^&]*", "redirect_uri=http://127.0.0.1:1/", address)
    assert requests.get(elsewhere, timeout=20, allow_redirects=False).status_code == 400
    for target in ("http://example.org/", site.url.replace("127", "1127") + "/"):
        answer = requests.get(f"{demo_issuer}/logout", {"post_logout_redirect_uri": target}, timeout=20)
        assert answer.status_code == 400


def test_the_issuer_keeps_its_keys_over_a_restart(grounded: Config) -> None:
    port = free_port()
    with issuer_process(grounded, port) as address:
        before = requests.get(f"{address}/jwks", timeout=20).json()
    with issuer_process(grounded, port) as address:
        assert requests.get(f"{address}/jwks", timeout=20).json() == before
    assert {key["alg"] for key in before["keys"]} == {"RS256", "ES256"}
    assert not any("d" in key for key in before["keys"])
    file = grounded.data_dir / "issuer" / "keys.json"
    assert file.stat().st_mode & 0o077 == 0


def test_an_issuer_of_invented_people_counts_only_in_the_demo(
    grounded: Config, database: Database, demo_issuer: str
) -> None:
    ids = {
        demo: set(IssuerRegistry(replace(grounded, demo=demo), database, lambda: 0.0).all())
        for demo in (True, False)
    }
    assert "demo" in ids[True]
    assert "demo" not in ids[False]


def test_ensure_is_safe_to_repeat_and_remove_takes_all(grounded: Config, demo_issuer: str) -> None:
    def count() -> tuple[object, ...]:
        tables = ("person", "identity", "membership", "national_role", "organisation_issuer", "issuer")
        with ground.connect(grounded) as conn:
            rows = [conn.execute(f"SELECT count(*) FROM registry.{table}").fetchone() for table in tables]
        return tuple(row[0] for row in rows if row is not None)

    issuer = demo_people.demo_issuer(grounded, demo_issuer)
    before = count()
    assert demo_people.ensure(grounded, issuer) == len(people())
    assert count() == before
    demo_people.remove(grounded)
    with ground.connect(grounded) as conn:
        left = conn.execute(
            "SELECT count(*) FROM registry.membership WHERE person_id = ANY (%s)", ([p.id for p in people()],)
        ).fetchone()
    assert left == (0,)
    demo_people.ensure(grounded, issuer)
    assert count() == before


def test_an_issuer_by_settings_takes_the_demo_issuers_place(
    site: Site, grounded: Config, af: UUID, demo_issuer: str
) -> None:
    with HostileIssuer("standard") as own:
        count = setup.lay_in(grounded, own=setup.OwnIssuer(own.url, "fyrklang", SECRET))
        assert count == len(people())
        assert setup.lay_in(grounded, own=setup.OwnIssuer(own.url, "fyrklang", SECRET)) == count
        own.act = Act(
            claims=lambda claims: claims.update(sub=WORKER.sub),
            userinfo=lambda about: about.update(sub=WORKER.sub, name=WORKER.name),
        )
        site.forget()
        browser = Browser(site)
        assert "Göteborgs" in text_of(browser.get("/logga-in"))
        answer = browser.follow(browser.depart(af), 2)
    assert answer.headers["Location"] == "/f/halland/"
    with ground.connect(grounded) as conn:
        conn.execute("DELETE FROM registry.organisation_issuer WHERE issuer_id = 'standard'")
        conn.execute("UPDATE registry.issuer SET enabled = false WHERE id = 'standard'")
    setup.lay_in(grounded, demo_address=demo_issuer)
    site.forget()
    assert Browser(site).log_in(af, WORKER.sub).headers["Location"] == "/f/halland/"


def test_organisations_are_searched_and_remembered(site: Site, af: UUID) -> None:
    browser = Browser(site)
    page = text_of(browser.get("/logga-in"))
    for word in ("Försäkringskassan", "Arbetsförmedlingen", "Kungsbacka kommun", "Finsam Åsviken"):
        assert word in page
    assert "Senast på den här datorn" not in page
    assert "Göteborg" not in page
    found = text_of(browser.get("/logga-in?sok=asviken"))
    assert "Finsam Åsviken" in found
    assert "Kungsbacka" not in found
    assert "Ingen organisation i listan heter så" in text_of(browser.get("/logga-in?sok=finnsinte"))
    browser.depart(af)
    page = text_of(browser.get("/logga-in"))
    assert "Senast på den här datorn Arbetsförmedlingen Logga in som en påhittad person" in page
    assert browser.post("/logga-in", organisation=str(UUID(int=5))).status_code == 422


def test_an_organisation_whose_login_is_down_says_so(site: Site, grounded: Config) -> None:
    gone = HostileIssuer("borta")
    gone.register(grounded, name="Bortakommunens inloggning", timeout_ms=700)
    site.forget()
    browser = Browser(site)
    answer = browser.post("/logga-in", organisation=str(gone.organisation_id))
    assert answer.status_code == 502
    assert "Inloggningen hos Bortakommunens inloggning svarar inte just nu" in text_of(answer)


def test_an_ended_person_gets_no_further(site: Site, af: UUID, grounded: Config, clock: Clock) -> None:
    person = next(person for person in people() if person.sub == "granstranden-revisor")
    browser = Browser(site)
    browser.log_in(af, person.sub)
    assert browser.who() is not None
    with ground.connect(grounded) as conn:
        conn.execute("UPDATE registry.person SET ended_at = now() WHERE id = %s", (person.id,))
    try:
        clock.ahead = 61
        assert browser.who() is None
        answer = Browser(site).log_in(af, person.sub)
        assert answer.status_code == 400
        assert "Ditt konto är avslutat" in text_of(answer)
    finally:
        with ground.connect(grounded) as conn:
            conn.execute("UPDATE registry.person SET ended_at = NULL WHERE id = %s", (person.id,))


def test_valkey_holds_no_cookie_value(site: Site, af: UUID, valkey: redis.Redis) -> None:
    browser = Browser(site)
    browser.log_in(af, WORKER.sub)
    cookie = browser.web.cookies["sid"]
    for key in valkey.scan_iter("*"):
        assert cookie not in key
        if valkey.type(key) == "string":
            assert cookie not in str(valkey.get(key))
