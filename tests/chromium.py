"""One Chromium for all tests of a process, and what only a browser can tell about a page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Browser, Error, Page, sync_playwright

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip
NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = "Chromium finns inte här, så inget är prövat i webbläsare."

WATCH = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (e) => violations.push(e.violatedDirective + ' ' + e.blockedURI));
"""
"""Notes what the content policy stops; to be run before the page's own scripts."""

_AXE = """() => axe.run(document, {
    resultTypes: ['violations'], preload: false,
}).then((found) => found.violations.map((one) =>
    one.id + ': ' + one.help + '\\n' +
    one.nodes.map((node) => '  ' + node.html + '\\n  ' + node.failureSummary).join('\\n')))
"""


@contextmanager
def chromium() -> Iterator[Browser | None]:
    """A running browser, or None where there is none."""
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    if found is None:
        yield None
        return
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=found, args=FLAGS)
        yield started
        started.close()


def axe(page: Page) -> list[str]:
    """What axe finds on the page as it stands, with every drawer opened."""
    page.evaluate("document.querySelectorAll('details.fy-drawer').forEach((one) => { one.open = true; })")
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe_source())
    found: list[str] = page.evaluate(_AXE)
    return found


def sideways(page: Page) -> int:
    """How many pixels the page can be scrolled sideways."""
    over: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return max(0, over)


@cache
def _axe_source() -> str:
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def settle(page: Page) -> None:
    """Wait for the fonts, since widths depend on them; of the next page, if one is on its way."""
    while True:
        try:
            page.evaluate("document.fonts.ready.then(() => true)")
        except Error as fault:
            if "because of a navigation" not in str(fault):
                raise
            page.wait_for_load_state()
        else:
            return


Settings = dict[str, Any]
