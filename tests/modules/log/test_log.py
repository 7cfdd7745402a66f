"""The log as people meet it: one's own extract, and a review from its draw to the protocol that is filed."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from fyrklang.access.permissions import Role
from fyrklang.kernel import clock
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.modules.log import protocol, review
from fyrklang.tenancy.audit.trail import Entry, note
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.session import tenant_session
from fyrklang.web.formats import date_iso, number
from tests.people import Forbund, make_forbund, sign_in

DONE = 30
"""Events that somebody else than the reviewer has left; the reviewer's login is one more."""


@pytest.fixture
def own(config: Config) -> Forbund:
    return make_forbund(config, "logg")


@pytest.fixture
def reviewer(app: Flask, own: Forbund) -> FlaskClient:
    return sign_in(app, (own, Role.LOG_REVIEWER))


def leave(database: Database, forbund: Forbund, person: UUID, times: int, action: str = "case.read") -> None:
    """Events of somebody's, as if they had worked."""
    with tenant_session(database, TenantContext(forbund.id, forbund.slug, person)) as session:
        for _time in range(times):
            note(session, Entry(action, "stay", uuid4(), detail={"count": 1}))


def test_ones_own_extract_holds_all_of_ones_own_and_nothing_of_anyone_else(
    app: Flask, config: Config, own: Forbund, database: Database
) -> None:
    me, colleague, elsewhere = uuid4(), uuid4(), make_forbund(config, "annan")
    mine = sign_in(app, (own, Role.CASE_WORKER), (elsewhere, Role.BOARD), person_id=me)
    sign_in(app, (own, Role.CASE_WORKER), person_id=colleague)
    leave(database, own, me, 59)  # And the login itself.
    leave(database, own, colleague, 7, "case.exported")
    leave(database, elsewhere, me, 5, "report.frozen")
    said = mine.get(f"/api/v1/f/{own.slug}/log/own").get_json()
    assert (said["total"], len(said["items"])) == (60, 50)
    second = mine.get(f"/api/v1/f/{own.slug}/log/own?page=2").get_json()
    every = [*said["items"], *second["items"]]
    assert len(every) == 60
    acts = {"case.read", "session.begun"}
    assert {item["action"] for item in every} == acts
    asked = mine.get(f"/api/v1/f/{own.slug}/log/own?question=person&person={colleague}").get_json()
    assert {item["action"] for item in asked["items"]} <= acts
    page = mine.get(f"/f/{own.slug}/min-logg")
    assert page.status_code == 200
    assert f"av {number(60)}" in page.text
    last_year = mine.get(f"/f/{own.slug}/min-logg?first=2020-01-01&last=2020-12-31")
    assert last_year.status_code == 200
    assert mine.get(f"/f/{own.slug}/logg").status_code == 403


def test_a_review_is_drawn_judged_signed_and_filed(
    reviewer: FlaskClient, own: Forbund, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave(database, own, uuid4(), DONE)
    begun = reviewer.post(f"/f/{own.slug}/logg/granskning")
    assert begun.status_code == 303
    here = begun.headers["Location"]
    given = typeset(reviewer, here, monkeypatch)
    assert given["title"] == "Protokoll från logggranskning (utkast)"
    assert given["signature"] == "Granskningen är inte signerad."
    facts = dict(given["facts"])
    assert facts["Urval"] == number(review.SAMPLE)
    assert facts["Inte bedömda"] == number(review.SAMPLE)
    assert facts["Omfattar"].endswith(f"händelse 1–{DONE + 1}")

    refused = reviewer.post(here, data={"verdict_1": "QUESTION", "note_1": "", "deed": "save"})
    assert refused.status_code == 422
    early = reviewer.post(here, data={"verdict_1": "REASONABLE", "deed": "sign"})
    assert early.status_code == 409
    judged = {f"verdict_{place}": "REASONABLE" for place in range(1, review.SAMPLE + 1)}
    judged |= {"verdict_3": "QUESTION", "note_3": "Varför just den här?", "deed": "sign"}
    assert reviewer.post(here, data=judged).status_code == 303
    assert reviewer.post(here, data={"verdict_1": "REPORT", "note_1": "Ångrar mig"}).status_code == 409


def test_the_protocol_says_period_sample_verdicts_and_who_signed(
    app: Flask, own: Forbund, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    signer, worker = uuid4(), uuid4()
    reviewer = sign_in(app, (own, Role.LOG_REVIEWER), person_id=signer)
    sign_in(app, (own, Role.CASE_WORKER), person_id=worker)
    leave(database, own, worker, DONE)
    leave(database, own, signer, 4)
    here = reviewer.post(f"/f/{own.slug}/logg/granskning").headers["Location"]
    judged = {f"verdict_{place}": "REASONABLE" for place in range(1, review.SAMPLE + 1)}
    judged |= {"verdict_3": "QUESTION", "note_3": "Varför just den här?", "deed": "sign"}
    assert reviewer.post(here, data=judged).status_code == 303
    given = typeset(reviewer, here, monkeypatch)
    today = date_iso(clock.now())
    assert given["title"] == "Protokoll från logggranskning"
    assert given["synthetic"] is True
    facts = dict(given["facts"])
    assert facts["Händelser i perioden"] == number(DONE + 5)
    assert facts["Varav granskarens egna"].startswith(f"{number(5)}.")
    assert facts["Rimligt"] == number(review.SAMPLE - 1)
    assert facts["Inte bedömda"] == number(0)
    assert len(given["events"]) == review.SAMPLE
    assert [line[0] for line in given["events"]] == [str(place) for place in range(1, review.SAMPLE + 1)]
    assert all("Prova Person" in line[2] for line in given["events"])
    assert "Varför just den här?" in given["events"][2][5]
    assert "Prova Person" in given["signature"]
    assert given["signature"].startswith("Signerad i Fyrklang")
    assert today[:4] in given["signature"]
    assert len(dict(given["fingerprint"])[f"Händelse {DONE + 5}"]) == 64
    with database.engine("migrator").connect() as conn:
        told = conn.exec_driver_sql(
            "SELECT detail ->> 'what' FROM audit.event WHERE tenant_id = %s ORDER BY seq DESC LIMIT 1",
            (own.id,),
        ).scalar_one()
    assert told == "log.protocol"


def typeset(client: FlaskClient, here: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Fetch the protocol; what the typesetter was given for it. The file itself is a whole, tagged PDF."""
    given: dict[str, Any] = {}
    real = protocol.make_pdf

    def make(template: Path, data: dict[str, Any]) -> bytes:
        given.update(data)
        return real(template, data)

    monkeypatch.setattr(protocol, "make_pdf", make)
    answer = client.get(f"{here}/protokoll.pdf")
    monkeypatch.setattr(protocol, "make_pdf", real)
    assert answer.status_code == 200, answer.text
    assert answer.data[:5] == b"%PDF-"
    assert b"pdfuaid" in answer.data
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=logggranskning-")
    return given
