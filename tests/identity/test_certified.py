"""Our client against an issuer that others wrote and certified: npm's `oidc-provider`, two at once, in Node."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid5

import pytest
import requests
from sqlalchemy import create_engine

from fyrklang.identity.issuers import Issuer, register, seal
from fyrklang.identity.organisations import link
from tests.identity import ground
from tests.identity.support import Browser, Site, free_port, text_of

HERE = Path(__file__).parent / "node"
SECONDS_TO_INSTALL = 120
SECRET = "a-secret-that-both-sides-know-of"
_NAMES = UUID("0d5c1f0e-0000-4000-8000-00000000e002")


@dataclass(frozen=True)
class Certified:
    """One of the issuers."""

    id: str
    port: int
    subject: str
    acr: str
    signed: bool

    @property
    def url(self) -> str:
        """Its name and address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def organisation_id(self) -> UUID:
        """Who logs in there."""
        return uuid5(_NAMES, self.id)


def _installed() -> Path:
    """A folder with the locked packages, kept between runs.

    Skips the test where there is no Node, or no way to get the packages.
    """
    npm = shutil.which("npm")
    if shutil.which("node") is None or npm is None:
        pytest.skip("Node finns inte här, så ingen certifierad utfärdare är prövad.")
    lock = (HERE / "package-lock.json").read_bytes()
    kept = Path(tempfile.gettempdir()) / f"fyrklang-issuers-{hashlib.sha256(lock).hexdigest()[:16]}"
    if (kept / "node_modules").is_dir():
        return kept
    fresh = Path(tempfile.mkdtemp(prefix="fyrklang-issuers-"))
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, fresh)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    try:
        done = subprocess.run(
            command, cwd=fresh, capture_output=True, timeout=SECONDS_TO_INSTALL, check=False
        )
    except subprocess.TimeoutExpired:
        pytest.skip("npm blev inte klar i tid, så ingen certifierad utfärdare är prövad.")
    if done.returncode:
        pytest.skip("npm kom inte åt paketen, så ingen certifierad utfärdare är prövad.")
    try:
        fresh.rename(kept)
    except OSError:
        return fresh  # Another worker was first; this copy is as good.
    return kept


@pytest.fixture(scope="module")
def two(site: Site) -> Iterator[tuple[Certified, Certified]]:
    """Two issuers in one process; the second signs what it says of people, and logs in weaker."""
    folder = _installed()
    strong = Certified("node-ett", free_port(), "ester", "loa3", signed=False)
    weak = Certified("node-tva", free_port(), "vera", "loa2", signed=True)
    asked = [
        {
            "port": one.port,
            "subject": one.subject,
            "acr": one.acr,
            "signed": one.signed,
            "client": {
                "client_id": "fyrklang",
                "client_secret": SECRET,
                "redirect_uris": [f"{site.url}/auth/{one.id}/callback"],
                "post_logout_redirect_uris": [f"{site.url}/logga-in"],
                "backchannel_logout_uri": f"{site.url}/auth/{one.id}/utloggad",
            },
        }
        for one in (strong, weak)
    ]
    script = folder / "issuers.mjs"
    shutil.copy(HERE / script.name, script)
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [str(shutil.which("node")), str(script), json.dumps(asked)], cwd=folder, stdout=log, stderr=log
        )
        try:
            for one in (strong, weak):
                _wait_for(one, process, log)
                _trust(site, one)
            site.forget()
            yield strong, weak
        finally:
            process.terminate()
            process.wait(timeout=10)


def _wait_for(one: Certified, process: subprocess.Popen[bytes], log: object) -> None:
    for _ in range(400):
        try:
            requests.get(f"{one.url}/.well-known/openid-configuration", timeout=2)
            return
        except requests.ConnectionError:
            if process.poll() is not None:
                log.seek(0)  # type: ignore[attr-defined]
                raise AssertionError(log.read().decode()) from None  # type: ignore[attr-defined]
            time.sleep(0.05)
    raise AssertionError("the issuers did not start")


def _trust(site: Site, one: Certified) -> None:
    with ground.connect(site.config) as conn:
        conn.execute(
            "INSERT INTO registry.organisation (id, kind, code, name, synthetic) "
            "VALUES (%s, 'KOMMUN', %s, %s, true) ON CONFLICT DO NOTHING",
            (one.organisation_id, f"x-{one.id}", f"Kommunen {one.id}"),
        )
    engine = create_engine(site.config.url_for("migrator"))
    with engine.begin() as connection:
        issuer = Issuer(
            id=one.id,
            name=f"Utfärdaren {one.id}",
            issuer=one.url,
            client_id="fyrklang",
            algorithms=("RS256",),
            userinfo="SIGNED" if one.signed else "PLAIN",
            secret_sealed=seal(site.config, one.id, SECRET),
            loa_map={"loa2": 2, "loa3": 3},
        )
        register(connection, issuer)
        link(connection, [one.organisation_id], one.id)
    engine.dispose()


def _through(browser: Browser, address: str) -> requests.Response:
    """Follow the issuer's own redirects until it sends the browser back here; our answer to that."""
    for _ in range(6):
        answer = browser.web.get(address, timeout=20, allow_redirects=False)
        if address.startswith(browser.site.url):
            return answer
        assert answer.status_code in (302, 303), answer.text
        address = requests.compat.urljoin(address, answer.headers["Location"])
    raise AssertionError("the issuer never came to an end")


def _log_in(site: Site, one: Certified) -> Browser:
    browser = Browser(site)
    answer = _through(browser, browser.depart(one.organisation_id))
    assert answer.status_code == 302, text_of(answer)
    return browser


def test_both_log_their_own_in_at_once(site: Site, two: tuple[Certified, Certified]) -> None:
    browsers = [Browser(site) for _ in two]
    begun = [browser.depart(one.organisation_id) for browser, one in zip(browsers, two, strict=True)]
    for address, one in zip(begun, two, strict=True):
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert address.startswith(one.url)
        assert asked["code_challenge_method"] == "S256"
        assert asked["response_type"] == "code"
        assert len(asked["state"]) >= 22
    # The second is through before the first comes back.
    for at in (1, 0):
        assert _through(browsers[at], begun[at]).status_code == 302
    people = [browser.who() for browser in browsers]
    assert [one and one["name"] for one in people] == ["Prov ester", "Prov vera"]
    assert people[0]["person"] != people[1]["person"]  # type: ignore[index]


def test_without_the_verifier_it_gives_nothing(site: Site, two: tuple[Certified, Certified]) -> None:
    browser = Browser(site)
    plain = re.sub(r"&code_challenge(_method)?=[^&]+", "", browser.depart(two[0].organisation_id))
    with site.refusals() as refusals:
        assert _through(browser, plain).status_code == 400
    assert [one["reason"] for one in refusals] == ["provider-error"]


def test_an_answer_of_the_one_counts_nothing_at_the_other(
    site: Site, two: tuple[Certified, Certified]
) -> None:
    for sender, taker in (two, two[::-1]):
        browser = Browser(site)
        address = browser.depart(sender.organisation_id)
        while not address.startswith(site.url):
            answer = browser.web.get(address, timeout=20, allow_redirects=False)
            address = requests.compat.urljoin(address, answer.headers["Location"])
        assert browser.follow(address.replace(f"/auth/{sender.id}/", f"/auth/{taker.id}/")).status_code == 400
        assert browser.who() is None


def test_a_stronger_login_is_had_from_the_one_that_can(site: Site, two: tuple[Certified, Certified]) -> None:
    for one, lifted in zip(two, (True, False), strict=True):
        browser = _log_in(site, one)
        person = UUID(str((browser.who() or {})["person"]))
        ground.place(site.config, person, "halland", "BOARD", organisation=("REGION", "13"))
        gone = browser.post("/logga-in/starkare", niva="3", nasta="/vem")
        back = _through(browser, gone.headers["Refresh"].removeprefix("0; url="))
        assert (back.status_code == 302) is lifted, text_of(back)
        again = browser.get("/logga-in/starkare?niva=3&nasta=/vem")
        assert (again.status_code == 302) is lifted


def test_who_logs_out_there_is_out_here(site: Site, two: tuple[Certified, Certified]) -> None:
    stays = _log_in(site, two[1])
    for one in two:
        browser, elsewhere = _log_in(site, one), _log_in(site, one)
        page = browser.web.get(f"{one.url}/session/end", timeout=20)
        hidden = re.search(r'name="xsrf" value="([^"]+)"', page.text)
        assert hidden is not None, page.text
        browser.web.post(
            f"{one.url}/session/end/confirm",
            data={"xsrf": hidden[1], "logout": "yes"},
            timeout=20,
            allow_redirects=False,
        )
        for _ in range(200):
            if browser.who() is None:
                break
            time.sleep(0.02)
        assert browser.who() is None, "the issuer's word came"
        assert elsewhere.who() is not None, "of one login of the person, and no other"
    assert stays.who() is not None


def test_who_logs_out_here_is_led_to_do_so_there(site: Site, two: tuple[Certified, Certified]) -> None:
    for one in two:
        browser = _log_in(site, one)
        answer = browser.post("/logga-ut")
        address = unescape(answer.headers["Refresh"].removeprefix("0; url="))
        assert address.startswith(f"{one.url}/session/end?")
        asked = parse_qs(urlsplit(address).query)
        assert asked["post_logout_redirect_uri"] == [f"{site.url}/logga-in"]
        page = browser.web.get(address, timeout=20)
        assert 'name="xsrf"' in page.text, page.text
        assert browser.who() is None
