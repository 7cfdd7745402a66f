"""Looking for a participant: who is found by what, who never is, and what the log and the addresses keep."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from fyrklang.access.permissions import Role
from fyrklang.kernel.db import Database
from fyrklang.sdk.person_numbers import name_index, number_index, parse_number
from fyrklang.tenancy.session import tenant_session
from fyrklang.tenancy.vault import Vault
from tests.modules.conftest import Team
from tests.people import sign_in

NUMBER = "19121212-1212"
"""The one number that may stand in a test."""


def search(client: FlaskClient, team: Team, words: str) -> list[str]:
    """The codes that are found."""
    answer = client.post(f"/api/v1/f/{team.own.slug}/casework/search", json={"q": words})
    assert answer.status_code == 200, answer.text
    return [row["code"] for row in answer.json["items"]]


def name(app: Flask, team: Team, code: str, said: str, number: str | None = None) -> None:
    """Let a participant of an insats that stores identities have a name and perhaps a number."""
    database: Database = app.extensions["fyrklang.database"]
    with tenant_session(database, team.own.context) as session:
        vault = Vault(session)
        words = name_index(vault, said)
        digits = number_index(vault, parse_number(number)) if number else None
    team.admin.execute(
        "UPDATE care.participant SET identity_mode = 'IDENTIFIED', name_index = %s, number_index = %s "
        "WHERE tenant_id = %s AND code = %s",
        (words, digits, team.own.id, code),
    )


@pytest.fixture
def people(app: Flask, team: Team) -> None:
    for code in ("NORD-12", "NORD-13", "SYD-1"):
        team.join(code)
    name(app, team, "NORD-12", "Tolvan Åke Tolvansson", NUMBER)
    name(app, team, "SYD-1", "Ture Tolvansson")


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("nord", ["NORD-12", "NORD-13"]),
        ("  NORD-12 ", ["NORD-12"]),
        ("tolvansson", ["SYD-1", "NORD-12"]),
        ("TOLVANSSON tolvan", ["NORD-12"]),
        ("åke", ["NORD-12"]),
        ("ake", []),
        ("Tolvans", []),
        (NUMBER, ["NORD-12"]),
        ("191212121212", ["NORD-12"]),
        ("191212", []),
        ("%", []),
        ("", []),
    ],
)
def test_each_is_found_by_what_they_are_called(
    leader: FlaskClient, team: Team, words: str, codes: list[str]
) -> None:
    assert search(leader, team, words) == codes


@pytest.mark.usefixtures("people")
def test_nobody_protected_is_found_in_any_way(leader: FlaskClient, team: Team) -> None:
    team.admin.execute(
        "UPDATE care.participant SET identity_mode = 'PROTECTED', name_index = NULL, number_index = NULL "
        "WHERE code = 'NORD-12' AND tenant_id = %s",
        (team.own.id,),
    )
    for words in ("NORD-12", "Tolvan", NUMBER):
        assert search(leader, team, words) == []
        assert "NORD-12" not in re.sub(r'value="[^"]*"', "", page(leader, team, words))


def page(client: FlaskClient, team: Team, words: str) -> str:
    return client.post(f"/f/{team.own.slug}/sok", data={"q": words}).text


@pytest.mark.usefixtures("people")
def test_only_those_one_may_read_about_are_found(app: Flask, leader: FlaskClient, team: Team) -> None:
    other_party = sign_in(app, (team.own, Role.CASE_WORKER), party="AF", team=team.insats)
    outside = sign_in(app, (team.own, Role.CASE_WORKER))
    assert search(other_party, team, "nord") == search(outside, team, "nord") == []
    assert search(outside, team, NUMBER) == []
    team.consent("NORD-12", "AF")
    assert search(other_party, team, "nord") == search(other_party, team, NUMBER) == ["NORD-12"]
    director = sign_in(app, (team.own, Role.DIRECTOR))
    assert director.post(f"/f/{team.own.slug}/sok", data={"q": "nord"}).status_code == 403
    assert "fy-search" not in director.get(f"/f/{team.own.slug}/insatser").text


@pytest.mark.usefixtures("people")
def test_the_log_has_who_was_found_and_nothing_of_what_was_asked(leader: FlaskClient, team: Team) -> None:
    for words in ("Tolvansson", "tolvansson", NUMBER):
        search(leader, team, words)
    rows = team.admin.execute(
        "SELECT detail::text FROM audit.event WHERE tenant_id = %s AND action = 'stay.searched' ORDER BY seq",
        (team.own.id,),
    ).fetchall()
    traces = [re.search(r"h-[0-9a-f]{16}", row[0]).group(0) for row in rows]
    assert traces[0] == traces[1] != traces[2]
    assert not any("olvan" in row[0] or "1212" in row[0].replace(traces[2], "") for row in rows)


@pytest.mark.usefixtures("people")
def test_the_page_says_what_was_found_and_that_there_is_nothing(leader: FlaskClient, team: Team) -> None:
    start = leader.get(f"/f/{team.own.slug}/sok")
    assert start.status_code == 200
    assert 'class="fy-search" role="search"' in start.text
    assert "Träffar" not in start.text
    found = page(leader, team, "tolvan")
    assert "NORD-12" in found
    assert "Tolvan Åke" not in found
    assert "Ingen träff" in page(leader, team, "finns inte")
    long = leader.post(f"/f/{team.own.slug}/sok", data={"q": "x" * 61})
    assert long.status_code == 422
    assert "Skriv högst 60 tecken." in long.text


def test_many_hits_are_cut_and_say_so(leader: FlaskClient, team: Team) -> None:
    for number in range(22):
        team.join(f"M-{number:03}")
    assert len(search(leader, team, "m-")) == 20
    assert "Fler finns" in page(leader, team, "m-")


@pytest.mark.usefixtures("people")
def test_what_holds_no_word_names_nobody(leader: FlaskClient, team: Team) -> None:
    assert search(leader, team, "--") == []
