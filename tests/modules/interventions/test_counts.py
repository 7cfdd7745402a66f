"""From a registered quarter to a figure: what is counted, refused, and counted again the same."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fyrklang.access.permissions import Role
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.modules.interventions import service
from fyrklang.modules.interventions.models import COUNT_FIELDS
from fyrklang.sdk.facts import Touched, recompute, stored
from fyrklang.sdk.results import Share, measure_series
from tests.people import Forbund, act, make_forbund, sign_in

TEAM = {
    "name": "Team Åsen",
    "direction": "INDIVIDUAL",
    "focus": "TEAM",
    "format": "TEAM",
    "starts_on": "2024-01-01",
}
NOUGHT = dict.fromkeys(COUNT_FIELDS, 0)


def numbers(*values: int) -> dict[str, int]:
    """Started, ongoing, ended, known outcome, to work or study."""
    return dict(zip(COUNT_FIELDS, values, strict=True))


@pytest.fixture
def own(config: Config) -> Forbund:
    return make_forbund(config, "alfa")


@pytest.fixture
def admin(app: Flask, own: Forbund) -> FlaskClient:
    return sign_in(app, (own, Role.TENANT_ADMIN))


@pytest.fixture
def team(admin: FlaskClient, own: Forbund) -> UUID:
    made = admin.post(f"/api/v1/f/{own.slug}/interventions", json=TEAM)
    assert made.status_code == 201, made.text
    return UUID(made.json["id"])


def put(admin: FlaskClient, own: Forbund, team: UUID, period: str, **sexes: dict[str, int]) -> Any:
    return admin.put(f"/api/v1/f/{own.slug}/interventions/{team}/counts/{period}", json=sexes)


def count_now(database: Database, own: Forbund) -> None:
    """What the worker does with the job."""
    with act(database, own, at="worker").session as session, session.begin():
        recompute(session, Touched())


def test_a_quarter_becomes_a_share_with_base_and_interval(
    admin: FlaskClient, own: Forbund, team: UUID, database: Database
) -> None:
    saved = put(admin, own, team, "2024/1", K=numbers(40, 30, 37, 37, 18), M=numbers(40, 30, 35, 33, 17))
    assert saved.status_code == 202
    assert UUID(saved.json["job_id"])
    admin.put(
        f"/api/v1/f/{own.slug}/interventions/{team}/goals",
        json={"measure": "M1", "target_percent": 35, "first_year": 2024},
    )
    count_now(database, own)
    told = admin.get(f"/api/v1/f/{own.slug}/interventions/{team}/results/M1").json
    everyone = next(row for row in told["items"] if row["sex"] == "T")
    assert told["goal_permille"] == 350
    assert (everyone["numerator"], everyone["denominator"]) == (35, 70)
    assert (round(everyone["low"], 2), round(everyone["high"], 2)) == (0.39, 0.61)
    page = admin.get(f"/f/{own.slug}/insatser/{team}").text
    assert "50\u00a0%" in page
    assert "Över målet. Skillnaden är större än slumpen brukar ge." in page


def test_replacing_a_quarter_leaves_no_trace_of_the_first(
    admin: FlaskClient, own: Forbund, team: UUID, database: Database
) -> None:
    put(admin, own, team, "2024/1", K=numbers(9, 9, 90, 90, 80), M=NOUGHT)
    put(admin, own, team, "2024/1", K=numbers(1, 2, 30, 30, 10), M=NOUGHT)
    count_now(database, own)
    with act(database, own).session as session:
        assert measure_series(session, team, "M1").at(2024) == Share(10, 30)
        assert measure_series(session, team, "M9").at(2024).numerator == 32


@pytest.mark.parametrize(
    ("period", "women", "fault"),
    [
        ("2024/1", numbers(1, 1, 5, 6, 1), "Kan inte vara fler än de avslutade (5)."),
        ("2024/1", numbers(1, 1, 5, 3, 4), "Kan inte vara fler än de med känt utfall (3)."),
        ("2099/1", numbers(1, 1, 5, 3, 2), "Kvartalet har inte börjat än."),
        ("2023/4", numbers(1, 1, 5, 3, 2), "Insatsen startade 2024-01-01."),
        ("2024/1", {**NOUGHT, "ended": -1}, "Ange ett tal mellan 0 och 100 000."),
        ("2024/1", {**NOUGHT, "ended": "fem"}, "Ange ett heltal, till exempel 12."),
    ],
)
def test_contradictions_are_refused_at_the_field_and_nothing_is_saved(
    admin: FlaskClient, own: Forbund, team: UUID, period: str, women: dict[str, Any], fault: str
) -> None:
    refused = put(admin, own, team, period, K=women, M=NOUGHT)
    assert refused.status_code == 422
    assert refused.content_type.startswith("application/problem+json")
    assert any(fault in error["detail"] for error in refused.json["errors"])
    stored_now = admin.get(f"/api/v1/f/{own.slug}/interventions/{team}/counts/2024/1").json
    assert stored_now == {}


def test_the_form_keeps_what_was_typed_and_says_what_is_wrong(
    admin: FlaskClient, own: Forbund, team: UUID
) -> None:
    address = f"/f/{own.slug}/insatser/{team}/antal?year=2024&quarter=1"
    refused = admin.post(address, data={"K_ended": "sju", "M_ended": "4", "M_known_outcome": "5"})
    assert refused.status_code == 422
    assert 'value="sju"' in refused.text
    assert "Ange ett heltal, till exempel 12." in refused.text
    refused = admin.post(address, data={"M_ended": "4", "M_known_outcome": "5"})
    assert "Kan inte vara fler än de avslutade (4)." in refused.text
    assert 'href="#f-M_known_outcome"' in refused.text


def test_locked_fields_lock_once_counted(admin: FlaskClient, own: Forbund, team: UUID) -> None:
    address = f"/api/v1/f/{own.slug}/interventions/{team}"
    changed = {**TEAM, "follow_up_method": "PERSON", "version": 1}
    assert admin.put(address, json=changed).status_code == 204
    put(admin, own, team, "2024/1", K=numbers(1, 1, 1, 1, 1), M=NOUGHT)
    refused = admin.put(address, json={**changed, "follow_up_method": "COUNT_ONLY", "version": 2})
    assert refused.status_code == 422
    assert "Går inte att ändra när antal eller deltagare är registrerade" in refused.text


def test_an_edit_that_started_from_an_older_version_is_a_conflict(
    admin: FlaskClient, own: Forbund, team: UUID
) -> None:
    address = f"/api/v1/f/{own.slug}/interventions/{team}"
    assert admin.put(address, json={**TEAM, "places": 30, "version": 1}).status_code == 204
    assert admin.put(address, json={**TEAM, "places": 40, "version": 1}).status_code == 409
    page = admin.post(f"/f/{own.slug}/insatser/{team}/andra", data={**TEAM, "places": "40", "version": "1"})
    assert page.status_code == 409
    assert "Det här ändrade någon annan" in page.text


def test_names_are_unique_without_regard_to_case(admin: FlaskClient, own: Forbund, team: UUID) -> None:
    again = admin.post(f"/api/v1/f/{own.slug}/interventions", json={**TEAM, "name": " team åSEN "})
    assert again.status_code == 422
    assert again.json["errors"][0]["pointer"] == "#/name"


quarters = st.dictionaries(
    st.tuples(st.sampled_from((2024, 2025)), st.integers(1, 4), st.sampled_from("KMU")),
    st.tuples(*[st.integers(0, 30)] * 5).map(
        lambda v: numbers(v[0], v[1], v[2] + v[3] + v[4], v[3] + v[4], v[4])
    ),
    max_size=12,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories=st.lists(quarters, min_size=1, max_size=3))
def test_stepwise_counting_equals_a_rebuild_and_a_recount_by_hand(
    app: Flask, config: Config, database: Database, histories: list[dict[Any, dict[str, int]]]
) -> None:
    own = make_forbund(config, "hyp")
    actor = act(database, own, Role.TENANT_ADMIN, at="worker")
    latest: dict[tuple[int, int, str], dict[str, int]] = {}
    with actor.session as session, session.begin():
        made = service.create_intervention(
            actor,
            {
                "name": "Team",
                "direction": "INDIVIDUAL",
                "focus": "TEAM",
                "format": "TEAM",
                "status": "RUNNING",
                "follow_up_method": "COUNT_ONLY",
                "starts_on": date(2024, 1, 1),
            },
        )
        for history in histories:
            for year, quarter in sorted({key[:2] for key in history}):
                sexes = {sex: history.get((year, quarter, sex), NOUGHT) for sex in "KMU"}
                service.register_counts(actor, made, (year, quarter), sexes)
                latest.update({(year, quarter, sex): value for sex, value in sexes.items()})
                recompute(session, Touched(made, year))
        stepwise = stored(session)
        recompute(session, Touched())
        assert stored(session) == stepwise
        by_hand: Counter[int] = Counter()
        for (year, _quarter, _sex), value in latest.items():
            by_hand[year] += value["ended_work_study"]
        told = {
            fact.year: fact.numerator
            for fact in stepwise
            if fact.measure == "M1" and fact.sex == "T" and fact.quarter == 0
        }
        assert told == {year: by_hand[year] for year in told}
        assert set(by_hand) == set(told)
