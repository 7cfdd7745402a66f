"""One year after: the window, the queue, a call, no answer, and what all of it adds up to."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from fyrklang.access.permissions import Role
from fyrklang.kernel import clock
from fyrklang.sdk.one_year import months_after, window_of
from tests.modules.conftest import Team
from tests.people import sign_in

ANSWER = {
    "occupations": ["WORK"], "work_extent": "75", "income_sources": ["NONE"],
    "respect": "5", "influence": "4", "difference": "2", "helped_most": "Att någon ringde.",
}  # fmt: skip


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_the_window_holds_the_year_day_and_is_two_months(ended_on: date) -> None:
    window = window_of(ended_on)
    assert window.first < months_after(ended_on, 12) < window.last
    assert (window.last - window.first).days in range(59, 63)
    assert not window.holds(window.first - timedelta(days=1))
    assert not window.holds(window.last + timedelta(days=1))


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)), st.integers(-30, 30))
def test_months_are_counted_as_a_calendar_does(day: date, months: int) -> None:
    moved = months_after(day, months)
    assert (moved.year - day.year) * 12 + moved.month - day.month == months
    assert moved.day == min(day.day, calendar.monthrange(moved.year, moved.month)[1])


def ended(team: Team, code: str, months_ago: int, *, consent: bool = True, **more: str) -> None:
    """Somebody whose stay ended so many months ago."""
    team.join(code, more.pop("mode", "PSEUDONYM"))
    team.end(code, months_after(clock.today(), -months_ago), **more)
    if consent:
        team.consent(code, "FK", "CONTACT_1Y")


def path(team: Team, *more: object) -> str:
    return "/".join([f"/f/{team.own.slug}/uppfoljning", *(str(part) for part in more)])


def call(leader: FlaskClient, team: Team, code: str, **changes: object):
    data = {"taken_on": clock.today().isoformat(), **ANSWER, **changes}
    return leader.post(path(team, team.people[code]), data=data)


def test_the_queue_holds_those_whose_time_it_is(leader: FlaskClient, team: Team) -> None:
    ended(team, "TIDIG", 10)
    ended(team, "INNE", 12, occupation="WORK")
    ended(team, "SEN", 14)
    ended(team, "AVLIDEN", 12, reason="DECEASED")
    ended(team, "UTAN-SAMTYCKE", 12, consent=False)
    team.join("PÅGÅR")
    listed = leader.get(f"/api/v1/f/{team.own.slug}/follow-ups").json["items"]
    assert [(row["code"], row["closed_as"], row["attempts"]) for row in listed] == [("INNE", "WORK", 0)]
    page = leader.get(path(team)).text
    for code in ("TIDIG", "SEN", "AVLIDEN", "UTAN-SAMTYCKE", "PÅGÅR"):
        assert code not in page
        assert leader.get(path(team, team.people[code])).status_code in (409, 200 if code == "SEN" else 409)


@pytest.mark.parametrize("party", ["FK", "KOMMUN-0180", "KOMMUN-demo-asviken-2", "REGION-demo_sol-1"])
def test_a_consent_given_on_the_page_puts_somebody_in_the_queue(
    leader: FlaskClient, team: Team, party: str
) -> None:
    """Whatever the organisation's code looks like: a party is named as the tables let it be."""
    ended(team, "INNE", 12, consent=False)
    asked = {"purpose": "CONTACT_1Y", "parties": [party], "given_on": str(clock.today()), "form": "WRITTEN"}
    page = f"/f/{team.own.slug}/deltagare/{team.people['INNE']}/samtycke"
    assert leader.post(page, data={**asked, "parties": ["Kommunen"]}).status_code == 422
    assert leader.get(f"/api/v1/f/{team.own.slug}/follow-ups").json["items"] == []
    assert leader.post(page, data=asked).status_code == 303
    listed = leader.get(f"/api/v1/f/{team.own.slug}/follow-ups").json["items"]
    assert [row["code"] for row in listed] == ["INNE"]


def test_a_call_is_saved_counted_and_asked_for_once(leader: FlaskClient, team: Team) -> None:
    ended(team, "A", 12)
    tried = leader.post(
        path(team, team.people["A"], "forsok"), data={"channel": "CALL", "outcome": "NO_ANSWER"}
    )
    assert tried.status_code == 303
    assert leader.get(f"/api/v1/f/{team.own.slug}/follow-ups").json["items"][0]["attempts"] == 1
    assert "Hej! Jag ringer" in leader.get(path(team, team.people["A"])).text
    assert call(leader, team, "A").status_code == 303
    kept = team.admin.execute(
        "SELECT moment, occupations, work_extent, owner_party FROM care.situation WHERE stay_id = %s "
        "AND moment = 'YEAR'",
        (team.people["A"],),
    ).fetchall()
    assert kept == [("YEAR", ["WORK"], 75, "FK")]
    job = team.admin.execute(
        "SELECT args FROM jobs.job WHERE tenant_id = %s AND kind = 'facts.recompute'", (team.own.id,)
    ).fetchone()
    assert job is not None
    assert job[0]["year"] == months_after(clock.today(), -12).year
    assert leader.get(f"/api/v1/f/{team.own.slug}/follow-ups").json["items"] == []
    assert call(leader, team, "A").status_code == 409


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"occupations": []}, "Välj minst ett alternativ."),
        ({"occupations": ["WORK_SUB"]}, "Välj stöd när arbetet är subventionerat"),
        ({"occupations": ["STUDY"], "work_extent": ""}, "Ange hur mycket personen studerar"),
        ({"income_sources": ["NONE", "SJP"]}, "Ingen och okänd står ensamma."),
        ({"respect": "6"}, "Välj 1 till 5"),
        ({"taken_on": "2019-01-01"}, "som har varit"),
        ({"taken_on": (clock.today() + timedelta(days=1)).isoformat()}, "som har varit"),
    ],
)
def test_faults_stand_at_their_fields_and_nothing_is_saved(
    leader: FlaskClient, team: Team, changes: dict[str, object], sentence: str
) -> None:
    ended(team, "A", 12)
    answer = call(leader, team, "A", **changes)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Att någon ringde." in answer.text
    assert team.admin.execute(
        "SELECT count(*) FROM care.follow_up WHERE tenant_id = %s", (team.own.id,)
    ).fetchone() == (0,)


def test_results_leave_nobody_out(leader: FlaskClient, team: Team) -> None:
    """Everybody of one year: answered, declined, not reached, not asked, and still waiting."""
    for code, occupation in (("A", "SEEK"), ("B", "WORK"), ("C", "NONE"), ("D", "NONE")):
        ended(team, code, 12, occupation=occupation)
    year = months_after(clock.today(), -12).year
    ended(team, "GAMMAL", 14)
    team.admin.execute(
        "UPDATE care.stay SET ended_on = %s WHERE id = %s", (date(year - 1, 1, 1), team.people["GAMMAL"])
    )
    ended(team, "UTAN", 14, consent=False)
    team.admin.execute(
        "UPDATE care.stay SET ended_on = %s WHERE id = %s", (date(year - 1, 1, 2), team.people["UTAN"])
    )
    assert call(leader, team, "A").status_code == 303
    assert call(leader, team, "B", occupations=["NONE"], work_extent="", respect="2").status_code == 303
    closed = leader.post(path(team, team.people["C"], "avsluta"), data={"closed_as": "DECLINED"})
    assert closed.status_code == 303
    page = leader.get(path(team, "resultat") + f"?year={year}").text
    assert "2 av 3" in page
    assert "målet 60" in page
    assert "målet 60" in leader.get(path(team)).text
    rows = {row.split("</th>")[0]: row for row in page.split('role="rowheader">')}
    assert _numbers(rows["Arbetssökande"])[:6] == [1, 0, 0, 0, 0, 0]
    assert _numbers(rows["Arbete utan stöd"])[4] == 1
    assert _numbers(rows["Annat eller ingen"])[6:] == [1, 0, 0]
    assert "1 av 2" in rows["Jag blev bemött med respekt."]
    before = leader.get(path(team, "resultat") + f"?year={year - 1}").text
    assert "0 av 2" in before
    rows = {row.split("</th>")[0]: row for row in before.split('role="rowheader">')}
    assert _numbers(rows["Annat eller ingen"])[6:] == [0, 1, 1]


def _numbers(row: str) -> list[int]:
    cells = row.split("</tr>", maxsplit=1)[0].split('role="cell"')[1:]
    return [int(cell.split(">")[1].split("<")[0]) for cell in cells]


def test_a_protected_person_is_never_asked_nor_shown(leader: FlaskClient, team: Team) -> None:
    ended(team, "SKYDDAD", 12, mode="PROTECTED")
    stay = team.people["SKYDDAD"]
    for address in (path(team), path(team, "resultat"), f"/api/v1/f/{team.own.slug}/follow-ups"):
        shown = leader.get(address)
        assert shown.status_code == 200
        assert "SKYDDAD" not in shown.text
        assert str(stay) not in shown.text
    assert leader.get(path(team, stay)).status_code == 404
    assert call(leader, team, "SKYDDAD").status_code == 404
    for table in ("jobs.job", "facts.cell"):
        found = team.admin.execute(
            f"SELECT count(*) FROM {table} t WHERE tenant_id = %s AND t::text ~ %s",  # type: ignore[arg-type]
            (team.own.id, f"SKYDDAD|{stay}"),
        ).fetchone()
        assert found == (0,)


def test_only_the_team_asks(app: Flask, leader: FlaskClient, team: Team) -> None:
    ended(team, "A", 12)
    outside = sign_in(app, (team.own, Role.COORDINATOR))
    assert outside.get(path(team, team.people["A"])).status_code == 404
    assert outside.get(f"/api/v1/f/{team.own.slug}/follow-ups").json["items"] == []
    assert sign_in(app, (team.own, Role.DIRECTOR)).get(path(team)).status_code == 403
