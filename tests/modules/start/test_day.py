"""Min dag: one list with reasons, what is put off, and nobody in it who may not be."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from fyrklang.access.permissions import Role
from fyrklang.kernel import clock
from fyrklang.modules.start import pages
from fyrklang.sdk.parts import Part
from tests.modules.conftest import Team
from tests.modules.followups.test_followups import ended
from tests.modules.groups.test_groups import make_group, put_on_list, save
from tests.people import sign_in


@pytest.fixture(autouse=True)
def no_counts(team: Team) -> None:
    """Quarterly counts have rows of their own; an insats that rests waits for none."""
    team.admin.execute("UPDATE office.intervention SET status = 'PAUSED' WHERE id = %s", (team.insats,))


def shown(leader: FlaskClient, team: Team, query: str = "") -> str:
    answer = leader.get(f"/f/{team.own.slug}/min-dag{query}")
    assert answer.status_code == 200, answer.text
    return answer.text


def titles(page: str) -> list[str]:
    """The rows of the list, in order."""
    listed = page.split('id="att-gora"')[1].split("</section>", maxsplit=1)[0]
    return re.findall(r"<strong>([^<]*)</strong>", listed)


def test_one_list_from_all_features_the_late_first(leader: FlaskClient, team: Team) -> None:
    assert titles(shown(leader, team)) == []
    ended(team, "FRÅGAS", 12)
    make_group(leader, team, name="I dag", first_on=clock.today().isoformat())
    make_group(leader, team, name="I går", first_on=(clock.today() - timedelta(days=1)).isoformat())
    assert titles(shown(leader, team)) == ["I går", "I dag", "FRÅGAS"]
    home = leader.get(f"/f/{team.own.slug}/")
    assert home.status_code == 303
    assert home.location.endswith("/min-dag")


def test_a_row_rests_for_one_person_and_comes_back_when_asked(
    app: Flask, leader: FlaskClient, team: Team
) -> None:
    ended(team, "FRÅGAS", 12)
    key = f"follow_up:{team.people['FRÅGAS']}"
    answer = leader.post(f"/f/{team.own.slug}/min-dag/vila", data={"key": key, "days": "7"})
    assert answer.status_code == 303
    rested = leader.get(answer.location).text
    assert titles(rested) == []
    assert "Raden vilar." in rested
    assert "1 rad vilar" in rested
    other = sign_in(app, (team.own, Role.COORDINATOR), team=team.insats)
    assert titles(shown(other, team)) == ["FRÅGAS"]
    assert leader.post(f"/f/{team.own.slug}/min-dag/vack", data={"key": key}).status_code == 303
    assert titles(shown(leader, team)) == ["FRÅGAS"]
    team.admin.execute("UPDATE office.snooze SET until = current_date WHERE tenant_id = %s", (team.own.id,))
    assert leader.post(f"/f/{team.own.slug}/min-dag/vila", data={"key": "x", "days": "7"}).status_code == 422
    assert leader.post(f"/f/{team.own.slug}/min-dag/vila", data={"key": key, "days": "99"}).status_code == 422


def test_a_rest_ends_on_its_day(leader: FlaskClient, team: Team) -> None:
    ended(team, "FRÅGAS", 12)
    key = f"follow_up:{team.people['FRÅGAS']}"
    leader.post(f"/f/{team.own.slug}/min-dag/vila", data={"key": key, "days": "1"})
    assert titles(shown(leader, team)) == []
    team.admin.execute(
        "UPDATE office.snooze SET until = %s WHERE tenant_id = %s", (clock.today(), team.own.id)
    )
    assert titles(shown(leader, team)) == ["FRÅGAS"]


def test_a_part_that_fails_says_so_and_the_rest_loads(
    leader: FlaskClient, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended(team, "FRÅGAS", 12)
    known = pages._parts

    def broken(actor, _whose):
        actor.session.execute(text("SELECT * FROM office.no_such_table"))

    monkeypatch.setattr(pages, "_parts", lambda: (Part(name="trasig", case_start=(broken,)), *known()))
    page = shown(leader, team)
    assert "En del av listan gick inte att hämta" in page
    assert titles(page) == ["FRÅGAS"]


def test_the_office_keeps_its_own_page(app: Flask, team: Team) -> None:
    ended(team, "FRÅGAS", 12)
    director = sign_in(app, (team.own, Role.DIRECTOR))
    assert director.get(f"/f/{team.own.slug}/").status_code == 200
    assert "FRÅGAS" not in director.get(f"/f/{team.own.slug}/").text
    assert director.get(f"/f/{team.own.slug}/min-dag").status_code == 403
    weak = sign_in(app, (team.own, Role.COORDINATOR), team=team.insats, loa=2)
    assert weak.get(f"/f/{team.own.slug}/").status_code == 200


def test_a_protected_person_is_not_in_the_day(leader: FlaskClient, team: Team) -> None:
    ended(team, "SKYDDAD-SLUT", 12, mode="PROTECTED")
    team.join("SKYDDAD")
    series, meetings = make_group(leader, team)
    put_on_list(leader, team, series, "SKYDDAD")
    for meeting in meetings[:2]:
        save(leader, team, meeting, {"SKYDDAD": "ABSENT"})
    assert [code for code, _what, _done in team.tasks()] == ["SKYDDAD"]
    team.admin.execute("UPDATE care.participant SET identity_mode = 'PROTECTED' WHERE code = 'SKYDDAD'")
    page = shown(leader, team)
    assert "SKYDDAD" not in page
    for stay in team.people.values():
        assert str(stay) not in page


def test_reading_the_day_is_one_event_with_a_count(leader: FlaskClient, team: Team) -> None:
    for number in range(3):
        ended(team, f"P{number}", 12)
    shown(leader, team)
    row = team.admin.execute(
        "SELECT detail ->> 'count' FROM audit.event WHERE tenant_id = %s AND action = 'day.read'",
        (team.own.id,),
    ).fetchall()
    assert row == [("3",)]
