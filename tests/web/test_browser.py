"""What only a browser can tell: accessibility, widths, the content policy, and pages without script."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import make_server

from tests.chromium import WATCH, axe
from tests.web.gallery import make_app

pytestmark = pytest.mark.browser

PAGES = ("/", "/charts", "/plain", "/fault/404")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, make_app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator:
    contexts: list[BrowserContext] = []

    def go(path: str, width: int = 1280, **settings: object) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, **settings)
        contexts.append(context)
        page = context.new_page()
        page.add_init_script(WATCH)
        page.goto(address + path)
        page.evaluate("document.fonts.ready.then(() => true)")
        return page

    yield go
    for context in contexts:
        context.close()


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_and_the_policy_holds(visit, path: str, width: int, mode: str) -> None:
    page = visit(path, width, color_scheme=mode)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert axe(page) == []
    assert page.evaluate("violations") == []


@pytest.mark.parametrize("path", PAGES)
def test_no_sideways_scroll(visit, path: str) -> None:
    page = visit(path)
    for width in (320, 390, 768, 1024, 1280, 1600):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, width


def test_text_spacing_cuts_nothing(visit) -> None:
    page = visit("/", 390)
    page.evaluate(
        """() => { const sheet = new CSSStyleSheet();
        sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important;'
          + 'word-spacing: .16em !important } p { margin-bottom: 2em !important }');
        document.adoptedStyleSheets = [sheet]; }"""
    )
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_htmx_swaps_under_trusted_types(visit) -> None:
    page = visit("/")
    page.get_by_role("button", name="Hämta").click()
    page.wait_for_selector("#fetched")
    assert page.evaluate("violations") == []


def test_code_in_attributes_does_not_run(visit) -> None:
    page = visit("/")
    page.evaluate(
        """() => { const hole = document.getElementById('hole'); const button = document.createElement('button');
        button.setAttribute('hx-on:click', 'window.ran = true'); button.id = 'bad'; hole.append(button);
        htmx.process(hole); button.click(); }"""
    )
    assert page.evaluate("window.ran") is None


def test_script_can_write_no_html_past_the_policy(visit) -> None:
    page = visit("/")
    refused = page.evaluate(
        "() => { try { document.body.innerHTML = '<p>x</p>'; return false } catch (e) { return e.name } }"
    )
    assert refused == "TypeError"


def test_faults_take_focus_and_lead_to_the_field_without_script(visit) -> None:
    page = visit("/", java_script_enabled=False)
    page.get_by_label("Antal").fill("många")
    page.get_by_role("button", name="Spara").click()
    summary = page.locator(".fy-error-summary")
    assert "Tre uppgifter behöver rättas" in summary.inner_text()
    assert page.title().startswith("Fel:")
    assert summary.evaluate("(one) => document.activeElement === one")
    page.get_by_role("link", name="Ange ett heltal, till exempel 12.").click()
    assert page.url.endswith("#f-count")
    assert page.get_by_label("Antal").input_value() == "många"


def test_menus_open_without_script(visit) -> None:
    page = visit("/", java_script_enabled=False)
    page.locator(".fy-me > summary").click()
    assert page.get_by_role("button", name="Logga ut").is_visible()
    page.locator(".fy-switch > summary").click()
    assert page.get_by_role("link", name="Finsam Norrlunda").is_visible()


def test_the_user_chooses_dark_and_english(visit) -> None:
    page = visit("/", color_scheme="light")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator(".fy-me > summary").click()
    page.get_by_role("button", name="Mörkt").click()
    page.wait_for_load_state("load")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    page.locator(".fy-me > summary").click()
    page.get_by_role("button", name="English").click()
    page.wait_for_load_state("load")
    assert page.locator("html").get_attribute("lang") == "en"
    page.locator(".fy-me > summary").click()
    assert page.get_by_role("button", name="Log out").is_visible()


def test_the_skip_link_comes_first_and_rings_are_drawn(visit) -> None:
    page = visit("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "fy-skip"
    assert page.evaluate("getComputedStyle(document.activeElement).boxShadow") != "none"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "innehall"


def test_keys_walk_rows_and_can_be_turned_off(visit) -> None:
    page = visit("/")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") == "Finsam 0"
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") == "Finsam 1"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.locator(".fy-me > summary").click()
    page.locator("button[name=keys][value=off]").click()
    page.wait_for_load_state("load")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.tagName") == "BODY"


def test_one_rendering_of_a_chart_shows_at_each_width(visit) -> None:
    for width, shown in ((390, "fy-chart__view--272"), (1280, "fy-chart__view--700")):
        page = visit("/charts", width)
        seen = page.evaluate(
            "[...document.querySelectorAll('#tratt .fy-chart__view')]"
            ".filter((one) => one.getBoundingClientRect().width)"
            ".map((one) => one.classList[1])"
        )
        assert seen == [shown]
        sizes = page.evaluate(
            "[...document.querySelectorAll('.fy-chart__view text')]"
            ".filter((one) => one.getBoundingClientRect().width)"
            ".map((one) => { const svg = one.ownerSVGElement;"
            "return parseFloat(getComputedStyle(one).fontSize) * svg.getBoundingClientRect().width"
            "/ svg.viewBox.baseVal.width; })"
        )
        assert min(sizes) >= 12


def test_filters_stay_open_beside_and_fold_on_a_phone(visit) -> None:
    wide, narrow = visit("/charts", 1280), visit("/charts", 390)
    assert wide.get_by_label("Period").is_visible()
    assert not narrow.get_by_label("Period").is_visible()
    narrow.locator(".fy-urval > summary").click()
    assert narrow.get_by_label("Period").is_visible()


def test_print_hides_the_frame_and_keeps_the_mark(visit) -> None:
    page = visit("/", color_scheme="dark")
    page.emulate_media(media="print")
    assert not page.locator(".fy-bar").is_visible()
    assert not page.locator(".fy-menu").is_visible()
    assert page.locator(".fy-strip").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_forced_colours_keep_the_chosen_visible(visit) -> None:
    page = visit("/", forced_colors="active")
    outline = page.locator(".fy-menu [aria-current]").evaluate("(one) => getComputedStyle(one).outlineStyle")
    assert outline == "solid"
    assert page.locator(".fy-check > input:checked, .fy-segments input:checked + label").count() > 0


def test_search_opens_on_a_phone(visit) -> None:
    page = visit("/", 390)
    page.locator(".fy-search label").click()
    page.keyboard.type("ham")
    box = page.locator("#fy-q")
    assert box.input_value() == "ham"
    assert box.bounding_box()["width"] > 200


def test_the_table_head_stays_in_sight(visit) -> None:
    page = visit("/")
    page.locator(".fy-table").evaluate(
        "(one) => window.scrollTo(0, one.getBoundingClientRect().top + scrollY - 20)"
    )
    top = page.locator(".fy-table thead th").first.evaluate("(one) => one.getBoundingClientRect().top")
    assert 80 <= top <= 95
