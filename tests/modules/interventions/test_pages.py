"""The pages of insatser, as the people who use them."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from fyrklang.access.permissions import Role
from fyrklang.kernel.config import Config
from tests.people import make_forbund, sign_in


@pytest.fixture
def own(config: Config):
    return make_forbund(config, "alfa")


@pytest.fixture
def admin(app: Flask, own) -> FlaskClient:
    return sign_in(app, (own, Role.TENANT_ADMIN))


TEAM = {
    "name": "Team Åsen",
    "direction": "INDIVIDUAL",
    "focus": "TEAM",
    "format": "TEAM",
    "status": "RUNNING",
    "starts_on": "2024-01-01",
    "parties": ["FK", "AF"],
}


def make_team(client: FlaskClient, own) -> str:
    made = client.post(f"/f/{own.slug}/insatser/ny", data=TEAM)
    assert made.status_code == 303, made.text
    return made.location


def test_first_insats_from_empty_portfolio_to_result(admin: FlaskClient, own) -> None:
    empty = admin.get(f"/f/{own.slug}/insatser")
    assert empty.status_code == 200
    assert "Här finns inga insatser än" in empty.text
    shown = admin.get(make_team(admin, own))
    assert shown.status_code == 200
    assert "Team Åsen" in shown.text


def test_a_sum_of_nothing_reported_is_not_nought(admin: FlaskClient, own) -> None:
    make_team(admin, own)
    foot = admin.get(f"/f/{own.slug}/insatser").text.split("<tfoot")[1].split("</tfoot>")[0]
    assert foot.count("Ej rapporterat") == 2


def test_a_goal_is_set_and_kept_in_the_list(admin: FlaskClient, own) -> None:
    team = make_team(admin, own)
    assert "Målet gäller tills ett nytt sätts" in admin.get(f"{team}/mal").text
    saved = admin.post(f"{team}/mal", data={"measure": "M1", "target_percent": "35,5", "first_year": "2024"})
    assert saved.status_code == 303
    assert "35,5" in admin.get(f"{team}/mal").text
    refused = admin.post(f"{team}/mal", data={"measure": "M1", "target_percent": "135", "first_year": "2024"})
    assert refused.status_code == 422
    assert "mellan 0 och 100 procent" in refused.text


def test_counts_have_limits_in_the_form_too(app: Flask, admin: FlaskClient, own) -> None:
    team = make_team(admin, own)
    worker = sign_in(app, (own, Role.CASE_WORKER))
    for typed in ("-1", "100001", "999999999999999"):
        answer = worker.post(f"{team}/antal?year=2025&quarter=1", data={"K_ended": typed})
        assert answer.status_code == 422
        assert "Ange ett tal mellan 0 och 100 000." in answer.text
        assert f'value="{typed}"' in answer.text


def test_a_conflict_shows_every_kind_of_difference(admin: FlaskClient, own) -> None:
    team = make_team(admin, own)
    theirs = {**TEAM, "version": "1", "parties": ["FK", "REGION"], "esf_funded": "1"}
    assert admin.post(f"{team}/andra", data=theirs).status_code == 303
    mine = {**TEAM, "version": "1", "starts_on": "20240101", "places": "12"}
    answer = admin.post(f"{team}/andra", data=mine)
    assert answer.status_code == 409
    table = answer.text.split("Skillnader</caption>")[1].split("</table>")[0]
    rows = [re.findall(r">([^<>\n]+)<", row) for row in table.split("<tbody")[1].split("<tr")[1:]]
    assert rows == [
        ["Parter som deltar", "Försäkringskassan, Region", "Försäkringskassan, Arbetsförmedlingen"],
        ["Platser", "Inget", "12"],
        ["Finansieras delvis av ESF", "Ja", "Nej"],
    ]
    assert 'name="version" value="2"' in answer.text
