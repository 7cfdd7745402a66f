"""Who works in an insats and what it stores about people: the administrator's page, and what follows from it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from fyrklang.access.permissions import Role
from fyrklang.kernel import clock
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.sdk.facts import Touched, recompute, stored
from fyrklang.tenancy.session import tenant_session
from tests.modules.conftest import Team
from tests.people import sign_in

YEAR = clock.today().year
SAID = {"officer": "Prova Ombud", "basis": "Dnr 2026/7", "decided_on": clock.today().isoformat()}


@pytest.fixture
def admin(app: Flask, team: Team) -> FlaskClient:
    return sign_in(app, (team.own, Role.TENANT_ADMIN))


def api(team: Team, insats: UUID | str) -> str:
    return f"/api/v1/f/{team.own.slug}/interventions/{insats}"


def page(team: Team, insats: UUID | str, rest: str = "team") -> str:
    return f"/f/{team.own.slug}/insatser/{insats}/{rest}"


@pytest.fixture
def counts_only(team: Team) -> UUID:
    """An insats in mode A that has run for three years."""
    made = uuid4()
    team.admin.execute(
        "INSERT INTO office.intervention (tenant_id, id, name, direction, follow_up_method, focus, format, "
        "status, starts_on) VALUES (%s, %s, 'Räknat', 'INDIVIDUAL', 'COUNT_ONLY', 'TEAM', 'TEAM', 'RUNNING', %s)",
        (team.own.id, made, f"{YEAR - 3}-01-01"),
    )
    return made


def count(client: FlaskClient, team: Team, insats: UUID, year: int, ended: int) -> int:
    numbers = {"started": 0, "ongoing": 0, "ended": ended, "known_outcome": ended, "ended_work_study": ended}
    url = f"{api(team, insats)}/counts/{year}/1"
    return client.put(url, json={"K": numbers, "M": dict.fromkeys(numbers, 0)}).status_code


def change(client: FlaskClient, team: Team, insats: UUID, **values: object):
    version = client.get(f"{api(team, insats)}/settings").json["version"]
    return client.put(f"{api(team, insats)}/mode", json={**SAID, "version": version, **values})


def ended_by_year(app: Flask, config: Config, team: Team) -> dict[int, int]:
    """Endings per year as the figures have them now, counted anew by the worker."""

    database: Database = app.extensions["fyrklang.database"]
    with tenant_session(database, team.own.context, "worker") as session:
        recompute(session, Touched())
        cells = stored(session)
        session.rollback()
    return {
        cell.year: cell.denominator
        for cell in cells
        if (cell.measure, cell.quarter, cell.sex) == ("M20", 0, "T")
    }


def test_a_team_is_set_by_the_administrator_and_bites_at_once(
    app: Flask, admin: FlaskClient, team: Team
) -> None:
    worker = sign_in(app, (team.own, Role.CASE_WORKER), party="AF")
    team.join("NATTUGGLA", party="AF")
    stay = f"/f/{team.own.slug}/deltagare/{team.people['NATTUGGLA']}"
    assert worker.get(stay).status_code == 404
    empty = admin.get(page(team, team.insats))
    assert "Ingen är med i teamet" in empty.text
    form = admin.get(page(team, team.insats, "team/ny")).text
    member = team.admin.execute(
        "SELECT id FROM registry.membership WHERE tenant_id = %s AND 'CASE_WORKER' = ANY (roles)",
        (team.own.id,),
    ).fetchone()[0]
    assert str(member) in form
    today = clock.today().isoformat()
    wrong = {"membership_id": str(member), "valid_from": today, "valid_to": "2020-01-01"}
    refused = admin.post(page(team, team.insats, "team/ny"), data=wrong)
    assert refused.status_code == 422
    assert "Sista dagen kan inte vara före den första" in refused.text
    saved = admin.post(
        page(team, team.insats, "team/ny"), data={"membership_id": str(member), "valid_from": today}
    )
    assert saved.status_code == 303
    assert "Personen är med i teamet." in admin.get(saved.location).text
    assert worker.get(stay).status_code == 200
    again = admin.post(
        page(team, team.insats, "team/ny"), data={"membership_id": str(member), "valid_from": today}
    )
    assert again.status_code == 422
    place = admin.get(f"{api(team, team.insats)}/team").json[0]
    ended = admin.post(page(team, team.insats, f"team/{place['id']}/avsluta"))
    assert ended.status_code == 303
    assert worker.get(stay).status_code == 404


def test_days_of_a_place_are_kept_and_somebody_comes_back(app: Flask, admin: FlaskClient, team: Team) -> None:
    sign_in(app, (team.own, Role.COORDINATOR), party="AF", team=team.insats)
    url = f"{api(team, team.insats)}/team"
    place = admin.get(url).json[0]
    assert (place["state"], place["kind"]) == ("on", "AF")
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    assert (
        admin.put(
            f"{url}/{place['id']}", json={"valid_from": "2024-01-01", "valid_to": yesterday}
        ).status_code
        == 204
    )
    assert admin.get(url).json[0]["state"] == "ended"
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    joined = admin.post(
        url, json={"membership_id": place["membership_id"], "valid_from": tomorrow, "responsible": True}
    )
    assert joined.json["id"] == place["id"]
    assert admin.get(url).json[0]["state"] == "planned"
    assert "Insatsansvarig" in admin.get(page(team, team.insats)).text
    assert admin.delete(f"{url}/{place['id']}").status_code == 204
    assert admin.get(url).json == []


def test_only_those_who_meet_participants_and_come_from_a_party_can_join(
    app: Flask, admin: FlaskClient, team: Team
) -> None:
    sign_in(app, (team.own, Role.DIRECTOR))
    sign_in(app, (team.own, Role.REFERRER))
    form = admin.get(page(team, team.insats, "team/ny"))
    assert "Ingen att lägga till" in form.text
    place = team.admin.execute(
        "SELECT id FROM registry.membership WHERE tenant_id = %s AND 'REFERRER' = ANY (roles)", (team.own.id,)
    ).fetchone()[0]
    answer = admin.post(
        f"{api(team, team.insats)}/team",
        json={"membership_id": str(place), "valid_from": clock.today().isoformat()},
    )
    assert answer.status_code == 422


def test_the_director_sets_the_way_in_but_gives_nobody_access(
    app: Flask, team: Team, counts_only: UUID
) -> None:
    director = sign_in(app, (team.own, Role.DIRECTOR))
    shown = director.get(page(team, team.insats)).text
    assert "Förbundets administratör byter läge" in shown
    assert "Byt läge</span>" not in shown
    for rest in ("lage", "team/ny"):
        assert director.get(page(team, team.insats, rest)).status_code == 403
    stored_version = director.get(f"{api(team, team.insats)}/settings").json["version"]
    data = {"version": stored_version, "who_for": "För den som är sjukskriven.", "referrals_open": "1"}
    saved = director.post(page(team, team.insats, "vagen-in"), data=data)
    assert saved.status_code == 303
    assert "För den som är sjukskriven." in director.get(saved.location).text
    late = director.post(page(team, team.insats, "vagen-in"), data=data)
    assert late.status_code == 409
    closed = director.put(f"{api(team, counts_only)}/settings", json={"version": 1, "referrals_open": True})
    assert closed.status_code == 422
    assert "Endast antal" in str(closed.json["errors"])


def test_no_year_is_counted_twice_and_none_is_lost(
    app: Flask, config: Config, admin: FlaskClient, team: Team, counts_only: UUID
) -> None:
    worker = sign_in(app, (team.own, Role.CASE_WORKER))
    assert count(worker, team, counts_only, YEAR - 1, 40) == 202
    early = change(admin, team, counts_only, to_mode="B", first_year=YEAR - 1)
    assert early.status_code == 422
    assert f"Antal är registrerade till och med {YEAR - 1}" in str(early.json["errors"])
    assert change(admin, team, counts_only, to_mode="B", first_year=YEAR + 5).status_code == 422
    assert change(admin, team, counts_only, to_mode="B", first_year=YEAR).status_code == 204
    assert count(worker, team, counts_only, YEAR, 40) == 422
    team.insats = counts_only
    for code, year in (("ETT", YEAR - 1), ("TVÅ", YEAR)):
        team.join(code)
        team.end(code, clock.today().replace(year=year, month=1, day=15))
    assert ended_by_year(app, config, team) == {YEAR - 1: 40, YEAR: 1}
    shown = admin.get(page(team, counts_only))
    assert f"Från och med {YEAR} räknas insatsen på deltagarna" in shown.text
    assert "Dnr 2026/7" in shown.text


def test_going_back_waits_for_what_is_open_and_is_done_once(
    app: Flask, config: Config, admin: FlaskClient, team: Team
) -> None:
    team.join("ÖPPEN")
    waits = change(admin, team, team.insats, to_mode="A", first_year=YEAR + 1)
    assert waits.status_code == 422
    assert "inte avslutade" in str(waits.json["errors"])
    team.end("ÖPPEN", clock.today())
    same = change(admin, team, team.insats, to_mode="A", first_year=YEAR)
    assert f"Välj {YEAR + 1}." in str(same.json["errors"])
    assert change(admin, team, team.insats, to_mode="B").status_code == 422
    assert change(admin, team, team.insats, to_mode="A", first_year=YEAR + 1).status_code == 204
    assert ended_by_year(app, config, team) == {YEAR: 1}
    final = change(admin, team, team.insats, to_mode="B", first_year=YEAR + 1)
    assert final.status_code == 422
    assert "Skapa en ny insats" in str(final.json["errors"])
    assert "kan inte byta läge" in admin.get(page(team, team.insats, "lage")).text


def test_the_form_keeps_what_was_written(admin: FlaskClient, team: Team) -> None:
    form = admin.get(page(team, team.insats, "lage")).text
    assert "går inte att ångra" in form
    refused = admin.post(
        page(team, team.insats, "lage"),
        data={"version": "1", "to_mode": "C", "basis": "Dnr 9", "decided_on": "2024-02-31"},
    )
    assert refused.status_code == 422
    assert "Skriv namnet på dataskyddsombudet" in refused.text
    assert 'value="Dnr 9"' in refused.text
    saved = admin.post(page(team, team.insats, "lage"), data={**SAID, "version": "1", "to_mode": "C"})
    assert saved.status_code == 303
    assert "Parternas uppgifter" in admin.get(saved.location).text
