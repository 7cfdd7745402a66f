"""Attendance in a real browser: by keyboard, within the budget, and when the network goes away."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from tests.chromium import axe
from tests.modules.conftest import Team
from tests.modules.groups.test_groups import make_group, put_on_list

pytestmark = pytest.mark.browser
CODES = [f"ÅV-{number:04d}" for number in range(12)]


@pytest.fixture
def page(visit, leader: FlaskClient, team: Team) -> tuple[Page, UUID]:
    """The first meeting of a group of twelve, open in a browser."""
    for code in CODES:
        team.join(code)
    series, meetings = make_group(leader, team)
    put_on_list(leader, team, series, *CODES)
    return visit(leader, f"/f/{team.own.slug}/grupper/traffar/{meetings[0]}"), meetings[0]


def marks(team: Team, meeting: UUID) -> list[str]:
    rows = team.admin.execute(
        "SELECT a.mark FROM care.attendance a JOIN care.participant p ON p.id = a.participant_id "
        "WHERE a.meeting_id = %s ORDER BY p.code",
        (meeting,),
    )
    return [row[0] for row in rows]


def test_twelve_with_two_absent_take_four_clicks(page: tuple[Page, UUID], team: Team) -> None:
    shown, meeting = page
    assert axe(shown) == []
    shown.get_by_role("button", name="Alla här").click()
    for at in (2, 7):
        shown.locator("[data-fy-row]").nth(at).get_by_text("Uteblev", exact=True).click()
    expect(shown.locator("[data-fy-count=HERE]")).to_have_text("10")
    shown.get_by_role("button", name="Spara närvaro").click()
    expect(shown.get_by_text("Närvaron är sparad.")).to_be_visible()
    assert marks(team, meeting) == ["ABSENT" if at in (2, 7) else "HERE" for at in range(12)]
    assert shown.evaluate("violations") == []


def test_keys_choose_and_go_on_to_the_next(page: tuple[Page, UUID], team: Team) -> None:
    shown, meeting = page
    shown.locator("[data-fy-row] input").first.focus()
    for key in "123411111111":
        shown.keyboard.press(key)
    shown.keyboard.press("ArrowUp")
    shown.keyboard.press("3")
    shown.keyboard.press("Control+Enter")
    expect(shown.get_by_text("Närvaron är sparad.")).to_be_visible()
    assert marks(team, meeting) == ["HERE", "LATE", "EXCUSED", "ABSENT", *["HERE"] * 6, "EXCUSED", "HERE"]


def test_what_is_taken_without_network_is_sent_when_there_is_one(page: tuple[Page, UUID], team: Team) -> None:
    shown, meeting = page
    shown.context.set_offline(True)
    expect(shown.get_by_text("Sparas när du får nät")).to_be_hidden()
    shown.get_by_role("button", name="Alla här").click()
    shown.get_by_role("button", name="Spara närvaro").click()
    expect(shown.get_by_text("Sparas när du får nät")).to_be_visible()
    expect(shown.get_by_text("gick inte att spara")).to_be_hidden()
    assert marks(team, meeting) == []
    kept = shown.evaluate("JSON.stringify({...localStorage})")
    assert "HERE" in kept
    assert not [code for code in CODES if code in kept]
    shown.context.set_offline(False)
    expect(shown.get_by_text("Närvaron är sparad.")).to_be_visible()
    assert marks(team, meeting) == ["HERE"] * 12
    assert (
        shown.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('fy-attendance')).length")
        == 0
    )


def test_what_waited_never_overwrites_a_colleague(page: tuple[Page, UUID], team: Team) -> None:
    shown, meeting = page
    shown.context.set_offline(True)
    shown.get_by_role("button", name="Alla här").click()
    shown.get_by_role("button", name="Spara närvaro").click()
    expect(shown.get_by_text("Sparas när du får nät")).to_be_visible()
    team.admin.execute("UPDATE office.group_meeting SET version = 5 WHERE id = %s", (meeting,))
    shown.context.set_offline(False)
    expect(shown.get_by_text("gick inte att spara")).to_be_visible()
    assert marks(team, meeting) == []
