"""Groups as their leaders use them: a series, its list, who came, and what two absences make."""

from __future__ import annotations

import re
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from fyrklang.access.permissions import Role
from tests.modules.conftest import Team
from tests.people import sign_in


def make_group(leader: FlaskClient, team: Team, **changes: object) -> tuple[UUID, list[UUID]]:
    """A group and its meetings, made from the ten-session template."""
    page = leader.get(f"/f/{team.own.slug}/grupper/ny?mall=ADULT10").text
    themes = re.search(r'name="themes"[^>]*>([^<]*)</textarea>', page)
    assert themes is not None
    values = {
        "intervention_id": str(team.insats), "name": "Hälsoskola", "template": "ADULT10", "themes": themes[1],
        "first_on": "2026-02-02", "starts_at": "9.30", "every_days": "7", "place": "Kvarnen",
        "leaders": "Prova Person, sjuksköterska\nAnnan Person, fysioterapeut", "interpreter": "arabiska",
    }  # fmt: skip
    answer = leader.post(f"/f/{team.own.slug}/grupper/ny", data={**values, **changes})
    assert answer.status_code == 303, answer.text
    series = UUID(answer.location.rsplit("/", 1)[1])
    rows = team.admin.execute(
        "SELECT id FROM office.group_meeting WHERE series_id = %s ORDER BY number", (series,)
    )
    return series, [row[0] for row in rows]


def put_on_list(leader: FlaskClient, team: Team, series: UUID, *codes: str) -> None:
    stays = [str(team.people[code]) for code in codes]
    answer = leader.post(f"/f/{team.own.slug}/grupper/{series}/lista", data={"stay_ids": stays})
    assert answer.status_code == 303, answer.text


def save(leader: FlaskClient, team: Team, meeting: UUID, marks: dict[str, str], **more: object):
    """Send attendance through the JSON door."""
    row = team.admin.execute("SELECT version FROM office.group_meeting WHERE id = %s", (meeting,)).fetchone()
    assert row is not None
    body = {
        "version": row[0],
        "marks": [{"stay_id": str(team.people[code]), "mark": mark} for code, mark in marks.items()],
        **more,
    }
    return leader.put(f"/api/v1/f/{team.own.slug}/groups/meetings/{meeting}/attendance", json=body)


def test_a_series_from_the_template_to_a_filled_grid(leader: FlaskClient, team: Team) -> None:
    for code in ("ÅV-1", "ÅV-2", "ÅV-3"):
        team.join(code)
    series, meetings = make_group(leader, team)
    assert len(meetings) == 10
    put_on_list(leader, team, series, "ÅV-1", "ÅV-2")
    page = leader.get(f"/f/{team.own.slug}/grupper/traffar/{meetings[0]}").text
    assert "ÅV-1" in page
    assert "ÅV-3" not in page
    assert "kl.\u00a09.30, Kvarnen" in page
    posted = {"version": "1", f"mark-{team.people['ÅV-1']}": "HERE", f"mark-{team.people['ÅV-2']}": "LATE"}
    answer = leader.post(f"/f/{team.own.slug}/grupper/traffar/{meetings[0]}", data=posted)
    assert answer.status_code == 303, answer.text
    shown = leader.get(f"/f/{team.own.slug}/grupper/{series}").text
    assert [shown.count(f"fy-mark--{mark}") for mark in ("here", "late", "absent")] == [1, 1, 0]
    listed = leader.get(f"/api/v1/f/{team.own.slug}/groups").json["items"]
    assert [(row["name"], row["meetings"]) for row in listed] == [("Hälsoskola", 10)]


def test_two_absences_in_a_row_make_one_task_and_a_mended_mark_takes_it_back(
    leader: FlaskClient, team: Team
) -> None:
    team.join("A")
    team.join("B")
    series, meetings = make_group(leader, team)
    put_on_list(leader, team, series, "A", "B")
    assert save(leader, team, meetings[0], {"A": "ABSENT", "B": "HERE"}).json["tasks"] == 0
    assert save(leader, team, meetings[1], {"A": "EXCUSED", "B": "ABSENT"}).json["tasks"] == 0
    assert team.tasks() == []
    assert save(leader, team, meetings[2], {"A": "ABSENT", "B": "ABSENT"}).json["tasks"] == 1
    assert team.tasks() == [("B", "Hälsoskola", False)]
    assert save(leader, team, meetings[3], {"A": "ABSENT", "B": "ABSENT"}).json["tasks"] == 1
    assert team.tasks() == [("A", "Hälsoskola", False), ("B", "Hälsoskola", False)]
    save(leader, team, meetings[3], {"A": "HERE", "B": "ABSENT"})
    assert team.tasks() == [("A", "Hälsoskola", True), ("B", "Hälsoskola", False)]


def test_the_same_key_twice_is_no_fault_and_a_stale_page_overwrites_nobody(
    leader: FlaskClient, team: Team
) -> None:
    team.join("A")
    series, meetings = make_group(leader, team)
    put_on_list(leader, team, series, "A")
    key = str(uuid4())
    assert save(leader, team, meetings[0], {"A": "HERE"}, key=key, version=1).status_code == 200
    assert save(leader, team, meetings[0], {"A": "ABSENT"}, key=key, version=1).status_code == 200
    assert save(leader, team, meetings[0], {"A": "ABSENT"}, key=str(uuid4()), version=1).status_code == 409
    page = leader.post(
        f"/f/{team.own.slug}/grupper/traffar/{meetings[0]}",
        data={"version": "1", f"mark-{team.people['A']}": "ABSENT"},
    )
    assert page.status_code == 409
    assert "Någon annan har sparat" in page.text
    marks = team.admin.execute(
        "SELECT mark FROM care.attendance WHERE meeting_id = %s", (meetings[0],)
    ).fetchall()
    assert marks == [("HERE",)]


def test_heads_of_an_open_group_are_counted_and_known_nowhere(leader: FlaskClient, team: Team) -> None:
    _series, meetings = make_group(leader, team, open_door="1")
    posted = {"version": "1", "extra_women": "2", "extra_men": "1", "extra_unknown": ""}
    assert leader.post(f"/f/{team.own.slug}/grupper/traffar/{meetings[0]}", data=posted).status_code == 303
    row = team.admin.execute(
        "SELECT extra_women, extra_men, extra_unknown FROM office.group_meeting WHERE id = %s", (meetings[0],)
    ).fetchone()
    assert row == (2, 1, None)
    wrong = leader.post(
        f"/f/{team.own.slug}/grupper/traffar/{meetings[0]}",
        data={"version": "2", "extra_women": "två", "extra_men": "7"},
    )
    assert wrong.status_code == 422
    assert "heltal mellan 0 och 500" in wrong.text
    assert 'value="två"' in wrong.text


def test_a_leader_of_another_party_marks_those_whose_consent_reaches_them(
    app: Flask, leader: FlaskClient, team: Team
) -> None:
    team.join("DELAR")
    team.join("DELAR-INTE")
    team.consent("DELAR", "AF")
    series, meetings = make_group(leader, team)
    put_on_list(leader, team, series, "DELAR", "DELAR-INTE")
    other = sign_in(app, (team.own, Role.CASE_WORKER), team=team.insats, party="AF")
    page = other.get(f"/f/{team.own.slug}/grupper/traffar/{meetings[0]}").text
    assert "DELAR" in page
    assert "DELAR-INTE" not in page
    assert save(other, team, meetings[0], {"DELAR": "ABSENT"}).status_code == 200
    assert save(other, team, meetings[1], {"DELAR-INTE": "HERE"}).status_code == 422
    assert save(leader, team, meetings[1], {"DELAR": "ABSENT", "DELAR-INTE": "HERE"}).json["tasks"] == 1
    shown = leader.get(f"/f/{team.own.slug}/grupper/{series}").text
    assert [shown.count(f"fy-mark--{mark}") for mark in ("here", "absent")] == [1, 2]


def test_whoever_leaves_the_list_keeps_the_past(leader: FlaskClient, team: Team) -> None:
    team.join("A")
    team.join("B")
    series, meetings = make_group(leader, team)
    put_on_list(leader, team, series, "A", "B")
    save(leader, team, meetings[0], {"A": "HERE", "B": "LATE"})
    put_on_list(leader, team, series, "B")
    assert ">A<" in leader.get(f"/f/{team.own.slug}/grupper/traffar/{meetings[0]}").text
    later = team.admin.execute("SELECT count(*) FROM care.attendance WHERE stay_id = %s", (team.people["A"],))
    assert later.fetchone() == (1,)
    put_on_list(leader, team, series, "A", "B")


def test_only_those_who_work_in_the_insats_reach_its_groups(
    app: Flask, leader: FlaskClient, team: Team
) -> None:
    team.join("A")
    series, meetings = make_group(leader, team)
    outside = sign_in(app, (team.own, Role.COORDINATOR))
    for path in (f"grupper/{series}", f"grupper/traffar/{meetings[0]}"):
        assert outside.get(f"/f/{team.own.slug}/{path}").status_code == 404
    assert "Inga grupper" in outside.get(f"/f/{team.own.slug}/grupper").text
    assert save(outside, team, meetings[0], {"A": "HERE"}).status_code == 404
    director = sign_in(app, (team.own, Role.DIRECTOR))
    assert director.get(f"/f/{team.own.slug}/grupper").status_code == 403


def test_faults_stand_at_their_fields_and_nothing_is_saved(leader: FlaskClient, team: Team) -> None:
    answer = leader.post(
        f"/f/{team.own.slug}/grupper/ny",
        data={
            "intervention_id": str(uuid4()),
            "name": "Kvar",
            "themes": "",
            "first_on": "igår",
            "starts_at": "25.00",
        },
    )
    assert answer.status_code == 422
    for sentence in ("minst en rad", "åååå-mm-dd", "tt.mm"):
        assert sentence in answer.text
    assert 'value="Kvar"' in answer.text
    assert team.admin.execute(
        "SELECT count(*) FROM office.group_series WHERE tenant_id = %s", (team.own.id,)
    ).fetchone() == (0,)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_protected_person_stands_in_no_list(leader: FlaskClient, team: Team, when: str) -> None:
    """Also when the protection comes after the person was put on a list and marked."""
    team.join("SYNLIG")
    team.join("SKYDDAD", "PROTECTED" if when == "before" else "PSEUDONYM")
    series, meetings = make_group(leader, team)
    if when == "after":
        put_on_list(leader, team, series, "SYNLIG", "SKYDDAD")
        save(leader, team, meetings[0], {"SYNLIG": "HERE", "SKYDDAD": "ABSENT"})
        team.admin.execute("UPDATE care.participant SET identity_mode = 'PROTECTED' WHERE code = 'SKYDDAD'")
    else:
        put_on_list(leader, team, series, "SYNLIG")
        assert save(leader, team, meetings[0], {"SKYDDAD": "HERE"}).status_code == 422
    stay = str(team.people["SKYDDAD"])
    for path in (
        f"/f/{team.own.slug}/grupper", f"/f/{team.own.slug}/grupper/{series}", f"/f/{team.own.slug}/min-dag",
        f"/f/{team.own.slug}/grupper/traffar/{meetings[0]}", f"/api/v1/f/{team.own.slug}/groups",
    ):  # fmt: skip
        shown = leader.get(path)
        assert shown.status_code == 200
        assert "SKYDDAD" not in shown.text
        assert stay not in shown.text
    for table in ("audit.event", "jobs.job", "facts.cell"):
        rows = team.admin.execute(
            f"SELECT count(*) FROM {table} t WHERE tenant_id = %s AND t::text ~ %s",  # type: ignore[arg-type]
            (team.own.id, f"SKYDDAD|{stay}"),
        ).fetchone()
        assert rows == (0,), table
