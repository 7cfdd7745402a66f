"""An insats from idea to end, with decisions set against the budget."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fyrklang.access.permissions import Role
from fyrklang.kernel import clock
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.kernel.errors import Conflict, Invalid
from fyrklang.modules.portfolio import service
from fyrklang.modules.portfolio.protocol import STEPS, possible
from fyrklang.sdk.portfolio import one_insats
from tests.people import Forbund, act, make_forbund, sign_in

YEAR = clock.today().year


@pytest.fixture
def own(config: Config) -> Forbund:
    return make_forbund(config, "portfolj")


@pytest.fixture
def chief(app: Flask, own: Forbund) -> FlaskClient:
    return sign_in(app, (own, Role.DIRECTOR))


def idea(config: Config, own: Forbund, status: str = "IDEA") -> UUID:
    """An insats that nobody has decided about."""
    made = uuid4()
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", "")) as conn:
        conn.execute(
            "INSERT INTO office.intervention (tenant_id, id, name, direction, follow_up_method, focus, format, "
            "status, starts_on, target_groups) VALUES (%s, %s, %s, 'INDIVIDUAL', 'COUNT_ONLY', 'TEAM', 'TEAM', "
            "%s, %s, '{MENTAL}')",
            (own.id, made, f"Team {made.hex[:6]}", status, f"{YEAR}-01-01"),
        )
    return made


def take(client: FlaskClient, base: str, code: str, **values: str) -> Any:
    return client.post(f"{base}/steg/{code}", data=values)


DECISION = {
    "by_whom": "Styrelsen",
    "reference": "§ 42",
    "amount_ore": "1 200 000,50",
    "first_day": f"{YEAR}-02-01",
    "last_day": f"{YEAR + 1}-12-31",
    "words": "Delrapport i juni.",
}


def test_from_idea_to_taken_over(app: Flask, chief: FlaskClient, own: Forbund, config: Config) -> None:
    insats = idea(config, own)
    base = f"/f/{own.slug}/portfolj/{insats}"
    page = chief.get(base).text
    assert "Inget steg är registrerat" in page
    assert "Starta insatsen" not in page
    day = f"{YEAR}-01-10"
    assert take(chief, base, "APPLY", on_date=day, by_whom="Provby kommun").status_code == 303
    assert "Beslut saknas" in chief.get(f"/f/{own.slug}/").text
    early = take(chief, base, "DECIDE", on_date=f"{YEAR}-01-09", **DECISION)
    assert early.status_code == 422
    assert f"Steget före är från {day}" in early.text
    bare = take(chief, base, "DECIDE", on_date=day, words="Delrapport i juni.")
    for sentence in (
        "Skriv vem.",
        "Skriv paragraf",
        "Ange ett belopp",
        "Ange första dagen",
        "Ange sista dagen",
    ):
        assert sentence in bare.text
    assert "Delrapport i juni." in bare.text
    turned = take(chief, base, "DECIDE", on_date=day, **{**DECISION, "last_day": f"{YEAR}-01-31"})
    assert "Sista dagen kan inte vara före den första" in turned.text
    assert take(chief, base, "DECIDE", on_date=day, **DECISION).status_code == 303
    page = chief.get(base).text
    assert "1 200 000,50 kr" in page.replace("\u00a0", " ")
    assert "§ 42" in page
    assert take(chief, base, "START", on_date=f"{YEAR}-02-03").status_code == 303
    assert take(chief, base, "APPLY", on_date=day, by_whom="x").status_code == 409
    assert take(chief, base, "NAGOT", on_date=day).status_code == 404
    over = take(chief, base, "IMPLEMENT", on_date=f"{YEAR}-03-01", by_whom="Regionens vårdcentraler")
    assert over.status_code == 303
    assert "Övertagen av ordinarie verksamhet" in chief.get(base).text
    assert f"{YEAR}-02-03 till {YEAR}-03-01" in chief.get(f"/f/{own.slug}/insatser/{insats}").text
    assert "Beslut och steg" in chief.get(f"/f/{own.slug}/insatser/{insats}").text
    log = sign_in(app, (own, Role.BOARD))
    assert log.get(base).status_code == 200
    assert "Nästa steg" not in log.get(base).text
    assert take(log, base, "FOLLOW", on_date=day, words="x").status_code == 403


def test_the_budget_is_set_against_the_decision(chief: FlaskClient, own: Forbund, config: Config) -> None:
    insats = idea(config, own, "APPLIED")
    base = f"/f/{own.slug}/portfolj/{insats}"
    assert take(chief, base, "DECIDE", on_date=f"{YEAR}-01-10", **DECISION).status_code == 303
    for year, budget in ((YEAR, "700 000"), (YEAR + 1, "600 000")):
        url = f"/f/{own.slug}/ekonomi/budget/{insats}/FINSAM?year={year}"
        assert chief.post(url, data={"budget": budget}).status_code == 303
    page = chief.get(base).text.replace("\u00a0", " ")
    assert "1 300 000 kr, 99 999,50 kr mer än det beviljade 1 200 000,50 kr" in page
    whole = chief.get(f"/f/{own.slug}/portfolj").text.replace("\u00a0", " ")
    assert "+99 999,50 kr mot beslutat" in whole
    assert "§ 42" in whole
    paper = chief.get(f"{base}/underlag.pdf")
    assert paper.data.startswith(b"%PDF")
    assert b"pdfuaid" in paper.data


def test_an_application_is_not_overwritten_unseen(chief: FlaskClient, own: Forbund, config: Config) -> None:
    base = f"/f/{own.slug}/portfolj/{idea(config, own)}"
    words = {"background": "Många väntar.\n\nLänge.", "plan": "Tre träffar i veckan."}
    assert chief.post(f"{base}/ansokan", data={**words, "version": "0"}).status_code == 303
    assert "Tre träffar i veckan." in chief.get(base).text
    late = chief.post(f"{base}/ansokan", data={"plan": "Annat.", "version": "0"})
    assert late.status_code == 409
    assert "Annat." in late.text
    assert chief.post(f"{base}/ansokan", data={"plan": "Annat.", "version": "1"}).status_code == 303


def test_time_and_needs(chief: FlaskClient, own: Forbund, config: Config) -> None:
    assert "Här finns inga insatser än" in chief.get(f"/f/{own.slug}/portfolj/tidslinje").text
    idea(config, own, "RUNNING")
    assert "fy-mark-row" in chief.get(f"/f/{own.slug}/portfolj/tidslinje").text
    page = chief.get(f"/f/{own.slug}/portfolj/malgrupper").text
    sentence = re.search(r"Ingen insats riktar sig till: ([^<]*)", page)
    assert sentence is not None
    assert "Psykisk ohälsa" not in sentence[1]
    assert "Nyanlända" in sentence[1]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 400)), max_size=8))
def test_any_walk_can_be_undone_step_by_step(
    app: Flask, config: Config, database: Database, walk: list[tuple[str, int]]
) -> None:
    own = make_forbund(config, "vag")
    insats = idea(config, own)
    actor = act(database, own, Role.DIRECTOR)
    with actor.session as session, session.begin():
        places = [one_insats(session, insats)]
        for code, back in walk:
            day = clock.today() - timedelta(days=back)
            values = {
                "on_date": day,
                "by_whom": "Styrelsen",
                "reference": "§ 1",
                "amount_ore": 100,
                "first_day": day,
                "last_day": day + timedelta(days=back),
                "words": "ord",
            }
            allowed = code in possible(places[-1].status)
            try:
                service.take_step(actor, insats, code, values)
            except Invalid:
                assert allowed
            except Conflict:
                assert not allowed
            else:
                assert allowed
                places.append(one_insats(session, insats))
                assert places[-1].ends_on is None or places[-1].starts_on <= places[-1].ends_on
        steps = list(service.steps_of(actor, insats))
        assert len(steps) == len(places) - 1
        while steps:
            assert one_insats(session, insats) == places.pop()
            service.undo_step(actor, insats, steps.pop().id)
        assert one_insats(session, insats) == places.pop()
