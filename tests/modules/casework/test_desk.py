"""Min dag, tasks, giving stays out and saved lists, as those in a team use them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from fyrklang.access.permissions import Role
from fyrklang.kernel import clock
from tests.modules.conftest import Team
from tests.people import sign_in

TODAY = clock.today()


@pytest.fixture(autouse=True)
def no_counts(team: Team) -> None:
    """An insats that rests waits for no counts, which have rows of their own."""
    team.admin.execute("UPDATE office.intervention SET status = 'PAUSED' WHERE id = %s", (team.insats,))


@pytest.fixture
def ids(team: Team, leader: FlaskClient) -> dict[str, UUID]:
    """The signed-in leader and a colleague from AF, by person."""
    return {"leader": person_of(team, "COORDINATOR")}


def person_of(team: Team, role: str) -> UUID:
    return team.admin.execute(
        "SELECT person_id FROM registry.membership WHERE tenant_id = %s AND %s = ANY (roles) ORDER BY granted_at DESC",
        (team.own.id, role),
    ).fetchone()[0]


def url(team: Team, path: str) -> str:
    return f"/f/{team.own.slug}{path}"


def rows(client: FlaskClient, team: Team, query: str = "") -> list[tuple[str, str]]:
    """The list of Min dag in order: reason and title."""
    answer = client.get(url(team, f"/min-dag{query}"))
    assert answer.status_code == 200, answer.text
    listed = answer.text.split('id="att-gora"')[1].split("</section>", maxsplit=1)[0]
    found = re.findall(r"</svg>([^<]*)</span><span class=\"fy-todo__what\"><strong>([^<]*)</strong>", listed)
    return [(reason, title) for reason, title in found]


def put(team: Team, table: str, code: str, **values: Any) -> UUID:
    """Lay a row about a stay past the wall."""
    made = uuid4()
    names = ", ".join(values)
    marks = ", ".join(["%s"] * len(values))
    team.admin.execute(
        f"INSERT INTO care.{table} (tenant_id, id, intervention_id, owner_party, participant_id, stay_id, {names}) "
        f"SELECT tenant_id, %s, intervention_id, owner_party, participant_id, id, {marks} FROM care.stay WHERE id = %s",
        (made, *values.values(), team.people[code]),
    )
    return made


def refer(team: Team, reference: str, days: int, status: str = "SENT") -> None:
    team.admin.execute(
        "INSERT INTO care.referral (tenant_id, id, intervention_id, owner_party, reference, status, referring_party, "
        "referred_by, referrer_name, received_on, answer_by, code, sex) VALUES (%s, %s, %s, 'FK', %s, %s, 'FK', %s, "
        "'Prova', %s, %s, 'X', 'K')",
        (
            team.own.id,
            uuid4(),
            team.insats,
            reference,
            status,
            uuid4(),
            TODAY - timedelta(days=20),
            TODAY + timedelta(days=days),
        ),
    )


def give(team: Team, code: str, person: UUID | None) -> None:
    team.admin.execute("UPDATE care.stay SET assigned_to = %s WHERE id = %s", (person, team.people[code]))


def responsible(team: Team) -> dict[str, UUID | None]:
    return {
        code: team.admin.execute("SELECT assigned_to FROM care.stay WHERE id = %s", (stay,)).fetchone()[0]
        for code, stay in team.people.items()
    }


def test_the_day_is_one_list_with_reasons_the_late_first(leader: FlaskClient, team: Team) -> None:
    for code in ("STEG", "SAMTYCKE", "UPPGIFT", "SENARE"):
        team.join(code)
    plan = put(team, "plan", "STEG", goal="Jobba")
    put(
        team, "commitment", "STEG", plan_id=plan, party="FK", what="Ringa", due_on=TODAY - timedelta(days=3),
        changed_at=clock.now(),
    )  # fmt: skip
    team.consent("SAMTYCKE", "AF")
    team.admin.execute(
        "UPDATE care.consent SET valid_to = %s WHERE tenant_id = %s", (TODAY + timedelta(days=9), team.own.id)
    )
    put(team, "task", "UPPGIFT", kind="OWN", what="Boka tid", due_on=TODAY)
    put(team, "task", "SENARE", kind="OWN", what="Nästa månad", due_on=TODAY + timedelta(days=40))
    refer(team, "R-NY", 2)
    refer(team, "R-VÄNTAR", -1, "COMPLETION")
    assert rows(leader, team) == [
        ("Steg har gått ut", "STEG"),
        ("Väntar på svar från remittenten", "R-VÄNTAR"),
        ("Uppgift", "UPPGIFT"),
        ("Ny remiss", "R-NY"),
        ("Samtycke löper ut", "SAMTYCKE"),
    ]


def test_nobody_protected_and_nothing_of_another_insats_is_in_the_day(
    leader: FlaskClient, team: Team
) -> None:
    team.join("SKYDDAD")
    put(team, "task", "SKYDDAD", kind="OWN", what="Hemligt", due_on=TODAY)
    team.consent("SKYDDAD", "AF")
    team.admin.execute("UPDATE care.consent SET valid_to = %s WHERE tenant_id = %s", (TODAY, team.own.id))
    team.admin.execute("UPDATE care.participant SET identity_mode = 'PROTECTED' WHERE code = 'SKYDDAD'")
    assert rows(leader, team, "?visa=teamet") == []
    for path in ("/uppgifter?visa=teamet", "/deltagare", "/fordela"):
        assert "SKYDDAD" not in leader.get(url(team, path)).text


def test_a_colleagues_rows_are_the_teams_until_the_colleague_has_left(
    app: Flask, leader: FlaskClient, team: Team
) -> None:
    sign_in(app, (team.own, Role.CASE_WORKER), team=team.insats)
    other = person_of(team, "CASE_WORKER")
    team.join("ANNANS")
    put(team, "task", "ANNANS", kind="OWN", what="Boka tid", due_on=TODAY, assigned_to=other)
    assert rows(leader, team) == []
    assert rows(leader, team, "?visa=teamet") == [("Uppgift", "ANNANS")]
    team.admin.execute(
        "UPDATE office.team_member t SET valid_to = %s FROM registry.membership m WHERE m.id = t.membership_id "
        "AND m.person_id = %s",
        (TODAY - timedelta(days=1), other),
    )
    assert rows(leader, team) == [("Uppgift", "ANNANS")]


def test_a_task_is_made_given_done_from_the_list_and_taken_back(
    app: Flask, leader: FlaskClient, team: Team
) -> None:
    team.join("ALMA")
    stay = team.people["ALMA"]
    empty = leader.post(url(team, f"/deltagare/{stay}/uppgift"), data={"what": " ", "due_on": "2026-02-31"})
    assert empty.status_code == 422
    assert "Skriv vad som ska göras." in empty.text
    made = leader.post(
        url(team, f"/deltagare/{stay}/uppgift"), data={"what": "Boka möte", "due_on": TODAY.isoformat()}
    )
    assert made.status_code == 303
    assert "Boka möte" in leader.get(made.location).text
    key = f"task:{team.admin.execute('SELECT id FROM care.task WHERE stay_id = %s', (stay,)).fetchone()[0]}"
    done = leader.post(url(team, "/min-dag/klar"), data={"key": key})
    assert done.status_code == 303
    assert rows(leader, team) == []
    assert "Ångra" in leader.get(done.location).text
    assert leader.post(url(team, "/min-dag/angra"), data={"key": key}).status_code == 303
    assert rows(leader, team) == [("Uppgift", "ALMA")]
    assert leader.post(url(team, "/min-dag/klar"), data={"key": f"snooze:{uuid4()}"}).status_code == 404
    assert leader.post(url(team, "/min-dag/klar"), data={"key": f"task:{uuid4()}"}).status_code == 404


def test_a_task_goes_to_whoever_may_read_it_and_to_no_one_else(
    app: Flask, leader: FlaskClient, team: Team
) -> None:
    region = sign_in(app, (team.own, Role.CASE_WORKER), team=team.insats, party="AF")
    taker = person_of(team, "CASE_WORKER")
    team.join("ALMA")
    stay = team.people["ALMA"]
    data = {"what": "Ring", "due_on": TODAY.isoformat(), "assigned_to": str(taker)}
    blind = leader.post(url(team, f"/deltagare/{stay}/uppgift"), data=data)
    assert blind.status_code == 422
    assert "inte har samtyckt" in blind.text
    stranger = leader.post(
        url(team, f"/deltagare/{stay}/uppgift"), data={**data, "assigned_to": str(uuid4())}
    )
    assert "Välj någon i teamet." in stranger.text
    assert team.tasks() == []
    team.consent("ALMA", "AF")
    assert leader.post(url(team, f"/deltagare/{stay}/uppgift"), data=data).status_code == 303
    assert rows(region, team) == [("Uppgift", "ALMA")]
    listed = region.get(url(team, "/uppgifter")).text
    task = re.search(r"/uppgifter/([0-9a-f-]{36})", listed).group(1)
    changed = region.post(
        url(team, f"/uppgifter/{task}"), data={**data, "what": "Ring igen", "assigned_to": ""}
    )
    assert changed.status_code == 303
    assert "Ring igen" in leader.get(url(team, "/uppgifter?visa=teamet")).text
    assert region.post(url(team, f"/uppgifter/{task}/klar")).status_code == 303
    assert leader.post(url(team, f"/uppgifter/{task}/oppna")).status_code == 409


def test_many_are_given_out_at_once_and_taken_back_exactly(
    app: Flask, leader: FlaskClient, team: Team
) -> None:
    sign_in(app, (team.own, Role.CASE_WORKER), team=team.insats)
    taker, mine = person_of(team, "CASE_WORKER"), person_of(team, "COORDINATOR")
    before: dict[str, UUID | None] = {"A": None, "B": mine, "C": taker, "D": None}
    for code, person in before.items():
        team.join(code)
        give(team, code, person)
    chosen = [str(team.people[code]) for code in ("A", "B", "C")]
    saved = leader.post(url(team, "/fordela"), data={"ids": chosen, "taker": str(taker)})
    assert saved.status_code == 303
    assert responsible(team) == {"A": taker, "B": taker, "C": taker, "D": None}
    batch = re.search(r"batch=([0-9a-f-]{36})", saved.location).group(1)
    assert f"/fordela/{batch}/angra" in leader.get(saved.location).text
    other = sign_in(app, (team.own, Role.COORDINATOR), team=team.insats)
    assert other.post(url(team, f"/fordela/{batch}/angra")).status_code == 404
    assert leader.post(url(team, f"/fordela/{batch}/angra")).status_code == 303
    assert responsible(team) == before
    assert leader.post(url(team, f"/fordela/{batch}/angra")).status_code == 409


def test_taking_back_leaves_what_somebody_has_given_on(app: Flask, leader: FlaskClient, team: Team) -> None:
    sign_in(app, (team.own, Role.CASE_WORKER), team=team.insats)
    taker, mine = person_of(team, "CASE_WORKER"), person_of(team, "COORDINATOR")
    for code in ("A", "B"):
        team.join(code)
    made = leader.post(
        f"/api/v1/f/{team.own.slug}/casework/assignments",
        json={"ids": [str(stay) for stay in team.people.values()], "taker": str(taker)},
    )
    assert made.status_code == 201
    give(team, "B", mine)
    undone = leader.delete(f"/api/v1/f/{team.own.slug}/casework/assignments/{made.json['batch']}")
    assert undone.json == {"back": 1, "left": 1}
    assert responsible(team) == {"A": None, "B": mine}


def test_all_or_nothing_is_given_out(app: Flask, leader: FlaskClient, team: Team) -> None:
    sign_in(app, (team.own, Role.CASE_WORKER), team=team.insats, party="AF")
    taker = person_of(team, "CASE_WORKER")
    for code in ("SER", "SER-INTE"):
        team.join(code)
    team.consent("SER", "AF")
    ids = [str(stay) for stay in team.people.values()]
    blind = leader.post(url(team, "/fordela"), data={"ids": ids, "taker": str(taker)})
    assert blind.status_code == 422
    assert "samtycke att läsa om SER-INTE" in blind.text
    assert leader.post(url(team, "/fordela"), data={"taker": str(taker)}).status_code == 422
    assert leader.post(url(team, "/fordela"), data={"ids": [*ids, str(uuid4())]}).status_code == 422
    team.admin.execute("UPDATE care.participant SET identity_mode = 'PROTECTED' WHERE code = 'SER'")
    assert leader.post(url(team, "/fordela"), data={"ids": ids[:1], "taker": str(taker)}).status_code == 422
    assert responsible(team) == {"SER": None, "SER-INTE": None}


def test_a_list_is_narrowed_kept_and_found_again(leader: FlaskClient, team: Team) -> None:
    for code in ("MIN", "INGENS", "AVSLUTAD"):
        team.join(code)
    give(team, "MIN", person_of(team, "COORDINATOR"))
    team.end("AVSLUTAD", TODAY)

    def codes(query: str) -> set[str]:
        page = leader.get(url(team, f"/deltagare{query}")).text
        return {code for code in team.people if f">{code}<" in page}

    assert codes("") == {"MIN", "INGENS"}
    assert codes("?vem=mina") == {"MIN"}
    assert codes("?vem=ingen&behov=plan") == {"INGENS"}
    assert codes("?visa=avslutade") == {"AVSLUTAD"}
    assert codes("?behov=steg") == codes("?q=finns-inte") == set()
    assert codes("?vem=nonsens&behov=x&insats=y&sida=0") == {"MIN", "INGENS"}
    assert leader.get(url(team, "/fordela/lista?vem=ingen")).status_code == 200
    kept = leader.post(url(team, "/fordela/lista?vem=ingen&q=hemligt"), data={"name": "Att fördela"})
    assert kept.status_code == 303
    assert "Att fördela" in leader.get(url(team, "/deltagare")).text
    stored = team.admin.execute(
        "SELECT id, choices FROM office.saved_list WHERE tenant_id = %s", (team.own.id,)
    ).fetchall()
    assert [choices for _id, choices in stored] == [{"state": "ACTIVE", "who": "ingen"}]
    twice = leader.post(url(team, "/fordela/lista?vem=mina"), data={"name": "Att fördela"})
    assert twice.status_code == 422
    assert leader.post(url(team, f"/fordela/lista/{stored[0][0]}/ta-bort")).status_code == 303
    assert "Att fördela" not in leader.get(url(team, "/deltagare")).text


def test_whoever_covers_sees_the_colleagues_rows_as_their_own(
    app: Flask, leader: FlaskClient, team: Team
) -> None:
    sign_in(app, (team.own, Role.CASE_WORKER), team=team.insats)
    other = person_of(team, "CASE_WORKER")
    team.join("ANNANS")
    put(team, "task", "ANNANS", kind="OWN", what="Boka tid", due_on=TODAY, assigned_to=other)
    assert all(title != "ANNANS" for _reason, title in rows(leader, team))
    team.admin.execute(
        "INSERT INTO registry.delegation (tenant_id, id, giver_id, taker_id, reason, first_day, last_day) "
        "SELECT g.tenant_id, %s, g.id, t.id, 'Semester', %s, %s FROM registry.membership g, registry.membership t "
        "WHERE g.tenant_id = %s AND t.tenant_id = g.tenant_id AND 'CASE_WORKER' = ANY (g.roles) "
        "AND 'COORDINATOR' = ANY (t.roles)",
        (uuid4(), TODAY, TODAY, team.own.id),
    )
    assert ("Uppgift", "ANNANS") in rows(leader, team)
