"""Every page somebody can reach by links, as the one who reaches it: axe, widths, the policy, no script.

The pages are found by following links from each role's start page, so that a new page is looked at
without anybody adding it here. A page nobody can find fails, unless it is in `UNLINKED`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from playwright.sync_api import APIRequestContext, Page
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from fyrklang.identity.demo_people import ASVIKEN, people
from tests.browser.stack import OTTO, STINA, Stack, Who
from tests.chromium import axe, settle, sideways

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ANY_HOME = "Arbetsförmedlingen"
"""The demo's issuer is the same for every home organisation, so one of them opens the list of people."""

WALKERS = (
    *(Who(ANY_HOME, one.name) for one in people() if [place.slug for place in one.places] == [ASVIKEN]),
    OTTO,
    STINA,
)

OF_EACH, ONCE_KNOWN, KNOWN = 4, 1, 8
"""How many pages of one kind are read for links: an insats that is ended leads elsewhere than one that runs. A
kind of which eight have been read is read once more as each further person."""

MOST_PER_PERSON = 2000
"""Far more than there are; a loop of links ends here and fails."""

UNLINKED = {
    "interventions.counting": "a fragment that replaces a part of another page",
    "signin.stronger": "led to by an act that takes a stronger login",
    "plugin.page": "a plugin's own, linked to while the plugin is on",
    "plugin.export": "the same",
    "signin.callback": "where the issuer sends people back to",
    "account.proofs": "led to by a code, and there for half an hour",
    "signin.choose": "shown to people with several places",
    "terms.waiting": "led to when there are terms to accept",
    "invitation.enter": "the address in an invitation, which is sent by hand",
    "outside.begin": "the address in an invitation to refer, which is sent by hand",
    "outside.status": "the address a referrer keeps",
}
"""Pages without a link to them, and why; an entry that is not needed fails."""

NOT_IN_THE_DEMO = {
    "attachments.before_detaching",
    "attachments.fetch",
    "insats_team.place",
    "tasks.edit",
    "entries.direct",
    "emergency.show",
    "imports.batch",
    "imports.faults",
    "imports.working",
    "portfolio.document",
    "rounds.show",
    "webhooks.show",
}
"""Pages that nothing in the invented nation leads to yet; an entry leaves when the nation has what it takes."""


class _Links(HTMLParser):
    """The addresses a page links to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        where = dict(attrs).get("href")
        if tag == "a" and where:
            self.found.append(where)


def crawl(
    app: Flask, ask: APIRequestContext, start: str, known: Counter[str]
) -> Iterator[tuple[str, str, bool]]:
    """Endpoint and address of one of each kind that links lead to from `start`, and whether it is a page."""
    match = app.url_map.bind("127.0.0.1").match
    waiting, asked, times = [start], set[str](), Counter[str]()
    while waiting:
        path = waiting.pop(0)
        if path in asked:
            continue
        asked.add(path)
        try:
            endpoint, _values = match(urlsplit(path).path, method="GET")
        except RequestRedirect as moved:
            endpoint, _values = match(urlsplit(moved.new_url).path, method="GET")
        except HTTPException as fault:
            raise AssertionError(f"a link leads to {path}, which is not served: {fault}") from fault
        times[endpoint] += 1
        enough = ONCE_KNOWN if known[endpoint] >= KNOWN else OF_EACH
        if times[endpoint] > enough or endpoint == "static_asset":
            continue
        known[endpoint] += 1
        assert len(asked) < MOST_PER_PERSON, "links without end"
        answer = ask.get(path)
        assert answer.status == 200, f"a link leads to {path}, which answers {answer.status}"
        is_page = "text/html" in answer.headers["content-type"]
        if times[endpoint] == 1:
            yield endpoint, path, is_page
        if not is_page:
            continue
        reader = _Links()
        reader.feed(answer.text())
        here = urlsplit(answer.url)
        for link in (urlsplit(urljoin(answer.url, one)) for one in reader.found):
            if link.netloc == here.netloc and link.scheme == here.scheme:
                waiting.append(link.path + (f"?{link.query}" if link.query else ""))


def _act(stack: Stack) -> None:
    """Do the few things without which some page has nobody to lead to it."""
    reviewer = next(who for who in WALKERS if who.name == "Ebba Spegelgren")
    with stack.context(reviewer) as context:
        page = context.new_page()
        page.goto(f"/f/{ASVIKEN}/logg/granskning")
        page.get_by_role("button", name="Starta månadens granskning").click()
        page.get_by_role("heading", level=1).wait_for()


@dataclass
class Found:
    """Each kind of page with the first person who reaches it, and every endpoint a link leads to."""

    pages: dict[str, tuple[Who | None, str]] = field(default_factory=dict)
    linked: set[str] = field(default_factory=set)

    def by_person(self) -> dict[Who | None, list[str]]:
        """The addresses to open as each person."""
        told: dict[Who | None, list[str]] = {}
        for who, path in self.pages.values():
            told.setdefault(who, []).append(path)
        return told


@pytest.fixture(scope="module")
def found(app: Flask, stack: Stack) -> Found:
    _act(stack)
    told, known = Found(), Counter[str]()
    for who in (None, *WALKERS):
        with stack.context(who) as context:
            for endpoint, path, is_page in crawl(
                app, context.request, "/logga-in" if who is None else "/", known
            ):
                told.linked.add(endpoint)
                if is_page:
                    told.pages.setdefault(endpoint, (who, path))
    return told


LOOKS = ((("light", 1280), ("dark", 390)), (("dark", 1280), ("light", 390)))
"""Each page is looked at in both modes and at both widths, and pages take turns at which goes with which."""


def faults(page: Page, path: str, turn: int) -> list[str]:
    """What is wrong with the page, at two widths and in two modes."""
    told: list[str] = []
    for mode, width in LOOKS[turn % 2]:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=mode)
        told += [f"{path} {width} {mode}: {one}" for one in axe(page)]
        over = sideways(page)
        told += [f"{path} {width}: {over} px sideways"] if over else []
    told += [f"{path}: {one}" for one in page.evaluate("violations")]
    return told


def test_axe_finds_nothing_on_any_page(stack: Stack, found: Found, record_property) -> None:
    told: list[str] = []
    for who, paths in found.by_person().items():
        with stack.context(who, reduced_motion="reduce") as context:
            page = context.new_page()
            for turn, path in enumerate(paths):
                page.goto(path)
                settle(page)
                told += faults(page, path, turn)
    assert told == [], "\n".join(told)
    record_property("pages under axe, at 2 widths and in 2 modes", len(found.pages))


def test_pages_say_the_same_without_script(stack: Stack, found: Found) -> None:
    short: list[str] = []
    for who, paths in found.by_person().items():
        with stack.context(who, java_script_enabled=False) as context:
            page = context.new_page()
            for path in paths:
                page.goto(path)
                heading = page.locator("h1")
                if heading.count() != 1 or not heading.is_visible() or not page.locator("main").inner_text():
                    short.append(path)
                hidden = page.locator("main button[type=submit]").evaluate_all(
                    "all => all.filter((one) => !one.closest('details:not([open])') && !one.offsetParent)"
                    ".map((one) => one.outerHTML)"
                )
                short += [f"{path}: {one}" for one in hidden]
    assert short == []


def test_every_page_is_found(app: Flask, found: Found) -> None:
    pages = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and not rule.rule.startswith("/api/")
        and not rule.endpoint.startswith(("static", "health", "scim"))
    }
    unfound = sorted(pages - found.linked - set(UNLINKED) - NOT_IN_THE_DEMO)
    assert unfound == [], "\n".join(unfound)
    assert (set(UNLINKED) | NOT_IN_THE_DEMO) & found.linked == set()
