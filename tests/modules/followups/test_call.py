"""A one-year call in a real browser, within eight interactions."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import expect

from tests.chromium import axe
from tests.modules.conftest import Team
from tests.modules.followups.test_followups import ended, path

pytestmark = pytest.mark.browser


def test_a_call_takes_eight_interactions(visit, leader: FlaskClient, team: Team) -> None:
    ended(team, "ÅV-0001", 12, occupation="SEEK")
    page = visit(leader, path(team))
    _looks_right(page)
    page.get_by_role("link", name="Nästa i kön").click()
    _looks_right(page)
    page.get_by_label("Arbete utan stöd").check()
    page.get_by_label("Hur mycket arbetar du?").fill("75")
    page.get_by_label("Ingen offentlig försörjning").check()
    for item in ("respect", "influence", "difference"):
        page.locator(f"input[name={item}][value='5']").check()
    page.get_by_role("button", name="Spara svaren").click()
    expect(page.get_by_text("Uppföljningen är sparad.")).to_be_visible()
    page.get_by_role("link", name="Resultat").click()
    expect(page.get_by_text("1 av 1").first).to_be_visible()
    _looks_right(page)


def _looks_right(page) -> None:
    assert axe(page) == []
    assert page.evaluate("violations") == []
    for width in (320, 390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, width
