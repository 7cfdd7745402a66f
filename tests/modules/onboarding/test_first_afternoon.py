"""A förbund born from nothing does its list from top to bottom, and each thing done is seen on it."""

from __future__ import annotations

import re

import psycopg
from flask import Flask
from flask.testing import FlaskClient

from fyrklang.access.permissions import Role
from fyrklang.kernel import clock
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.sdk.facts import Touched, recompute
from fyrklang.tenancy.session import tenant_session
from tests.people import make_forbund, sign_in


def left(client: FlaskClient, slug: str) -> list[str]:
    """The titles that are not done, optional ones aside."""
    page = client.get(f"/f/{slug}/kom-igang").text
    rows = page.split('<ul class="fy-todo">')[1].split("</ul>")[0].split("<li>")[1:]
    return [re.findall(r"<strong>([^<]*)", row)[0] for row in rows if "Kvar" in row]


def test_from_nothing_to_the_first_result(app: Flask, config: Config, database: Database) -> None:
    own = make_forbund(config, "nytt")
    admin = sign_in(app, (own, Role.TENANT_ADMIN))
    base = f"/f/{own.slug}"
    year = clock.today().year
    assert "Kom igång" in admin.get(f"{base}/").text
    todo = left(admin, own.slug)
    assert todo == [
        "Se över medlemmarna",
        "Lägg till styrelsen",
        "Lägg till den första insatsen",
        "Sätt ett mål",
        "Sätt årets bidrag",
        "Lägg årets budget",
        "Bjud in kollegorna",
        "Registrera ett kvartals antal",
    ]
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", "")) as conn:
        [(party,)] = conn.execute(
            "INSERT INTO office.member (tenant_id, id, organisation_id, party_kind, name, valid_from, source) "
            "SELECT %s, gen_random_uuid(), id, 'FK', 'Försäkringskassan', '2020-01-01', 'OWN' "
            "FROM registry.organisation WHERE kind = 'FK' LIMIT 1 RETURNING organisation_id",
            (own.id,),
        ).fetchall()
    seat = {"name": "Prova", "role": "CHAIR", "organisation_id": str(party), "valid_from": "2025-01-01"}
    insats = {"name": "Teamet", "direction": "INDIVIDUAL", "focus": "TEAM", "format": "TEAM"}
    deeds = [
        (f"{base}/medlemmar/styrelse", seat),
        (f"{base}/insatser/ny", {**insats, "status": "RUNNING", "starts_on": f"{year - 1}-01-01"}),
        ("/mal", {"measure": "M1", "target_percent": "35", "first_year": str(year - 1)}),
        (f"{base}/ekonomi/ar?year={year}", {"total": "4 000 000"}),
        (f"{base}/ekonomi/budget/STAFF/FINSAM?year={year}", {"budget": "900 000"}),
        (
            f"/antal?year={year - 1}&quarter=1",
            {"K_ended": "24", "K_known_outcome": "20", "K_ended_work_study": "12"},
        ),
    ]
    team = ""
    for url, form in deeds:
        answer = admin.post(team + url if url.startswith(("/mal", "/antal")) else url, data=form)
        assert answer.status_code == 303, answer.text
        team = answer.location if url.endswith("/insatser/ny") else team
    with tenant_session(database, own.context, "worker") as session:
        recompute(session, Touched())
    assert left(admin, own.slug) == ["Bjud in kollegorna"]
    shown = admin.get(f"{team.partition('?')[0]}?year={year - 1}").text.replace("\u00a0", " ")
    assert "60 %" in shown
    assert "Mål: minst 35 %" in shown


def test_a_role_sees_only_what_it_may_do(app: Flask, config: Config) -> None:
    own = make_forbund(config, "nytt")
    lead = sign_in(app, (own, Role.PROCESS_LEAD))
    assert left(lead, own.slug) == [
        "Lägg till den första insatsen",
        "Sätt ett mål",
        "Registrera ett kvartals antal",
    ]
    assert sign_in(app, (own, Role.BOARD)).get(f"/f/{own.slug}/kom-igang").status_code == 403
