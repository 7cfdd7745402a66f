"""Who a participant is: sealed, hidden, shown with a reason; and protection, which destroys it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import psycopg
import pytest
from flask import Flask

from fyrklang.access.permissions import Role
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.tenancy.session import tenant_session
from fyrklang.tenancy.vault import ErasedError, Vault
from tests.modules.casework.walk import REFERRAL, TODAY, Ground, first, refer, take_in
from tests.people import sign_in
from tests.tenancy.vault.numbers import numbers

NUMBER = numbers(1, seed=41)[0]
WHO = {
    "name": "Zvea Kanariesson",
    "number": NUMBER,
    "contact": "zvea@exempel.test",
    "identity_consented": "1",
}


@pytest.fixture
def admin(config: Config) -> Iterator[psycopg.Connection]:
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", ""), autocommit=True) as conn:
        yield conn


@pytest.fixture
def storing(ground: Ground, admin: psycopg.Connection) -> Ground:
    """The insats in mode C."""
    admin.execute("UPDATE office.intervention SET mode = 'C' WHERE id = %s", (ground.insats,))
    return ground


def shown(text: str) -> list[str]:
    """What of the person stands in a text."""
    forms = (NUMBER, NUMBER[2:], f"{NUMBER[2:8]}-{NUMBER[8:]}", f"{NUMBER[:8]}-{NUMBER[8:]}")
    return [word for word in (*forms, "Kanariesson", "zvea@exempel.test") if word in text]


def test_an_insats_that_follows_by_code_takes_no_name(ground: Ground) -> None:
    sent = ground.referrer.post(
        ground.url(f"/remisser/ny/{ground.insats}"),
        data={**REFERRAL, **WHO, "consent_parties": ["AF"], "step": "5", "way": "send"},
    )
    assert sent.status_code == 422
    assert "sparar inte vem personen är" in sent.text
    stay = take_in(ground)
    assert ground.af.post(f"{stay}/identitet", data=WHO).status_code == 422
    assert "sparar inte vem någon är" in ground.af.get(f"{stay}/identitet").text


def test_a_name_is_hidden_until_somebody_says_why(storing: Ground, admin: psycopg.Connection) -> None:
    refused = storing.referrer.post(
        storing.url(f"/remisser/ny/{storing.insats}"),
        data={
            **REFERRAL,
            **WHO,
            "identity_consented": "",
            "consent_parties": ["AF"],
            "step": "5",
            "way": "send",
        },
    )
    assert "Utan samtycke sparas" in refused.text
    refer(storing, **WHO)
    referral = first(storing.af, storing.url("/remisser"), r"/remisser/([0-9a-f-]{36})\"")
    page = storing.url(f"/remisser/{referral}")
    assert shown(storing.af.get(page).text) == []
    assert storing.af.post(f"{page}/identitet", data={}).status_code == 422
    assert len(shown(storing.af.post(f"{page}/identitet", data={"why": "CONTACT"}).text)) == 3
    assert storing.chief.post(f"{page}/identitet", data={"why": "CONTACT"}).status_code == 403
    taken = storing.af.post(f"{page}/ta-emot", data={"started_on": str(TODAY)})
    stay = taken.location.split("?")[0]
    assert shown(storing.af.get(stay).text + storing.af.get(f"{stay}/identitet").text) == []
    assert storing.af.post(f"{stay}/identitet/visa", data={"why": "for skojs skull"}).status_code == 422
    revealed = storing.af.post(f"{stay}/identitet/visa", data={"why": "MEETING"}).text
    assert len(shown(revealed)) == 3
    assert f"{NUMBER[2:8]}-{NUMBER[8:]}" in revealed
    told = admin.execute(
        "SELECT object_type, detail->>'why' FROM audit.event WHERE tenant_id = %s "
        "AND action = 'participant.unmasked' ORDER BY seq",
        (storing.forbund.id,),
    ).fetchall()
    assert told == [("referral", "CONTACT"), ("stay", "MEETING")]
    left = admin.execute(
        "SELECT name_sealed, number_sealed, contact_sealed, number_index FROM care.referral WHERE id = %s",
        (referral,),
    ).fetchone()
    assert left == (None, None, None, None)
    _withdraw_region(storing, stay)
    assert storing.region.post(f"{stay}/identitet/visa", data={"why": "MEETING"}).status_code == 404


def test_the_same_number_is_the_same_person(storing: Ground) -> None:
    stay = take_in(storing, **WHO)
    refer(storing, **{**WHO, "code": "K-99"})
    referral = first(storing.af, storing.url("/remisser"), r"/remisser/([0-9a-f-]{36})\"")
    assert "Deltar i Team Prov" in storing.af.get(storing.url(f"/remisser/{referral}")).text
    twice = storing.af.post(storing.url(f"/remisser/{referral}/ta-emot"), data={"started_on": str(TODAY)})
    assert twice.status_code == 422
    assert "kan ha fått två koder" in twice.text
    door = f"/api/v1{storing.url('/casework/search')}"
    for word in (f"{NUMBER[2:8]}-{NUMBER[8:]}", NUMBER, "kanariesson ZVEA"):
        hits = storing.af.post(door, json={"q": word}).json["items"]
        assert [hit["id"] for hit in hits] == [stay.rsplit("/", 1)[1]], word
    for word in ("Kanarie", numbers(1, seed=42)[0]):
        assert storing.af.post(door, json={"q": word}).json["items"] == [], word
    by_code = storing.url("/deltagare/skyddad")
    for word in (NUMBER, "kanariesson ZVEA", "K-17"):
        assert storing.af.post(by_code, data={"code": word}).status_code == 422, word
    assert storing.chief.post(door, json={"q": NUMBER}).status_code == 403


def test_free_text_takes_no_personal_number(ground: Ground, admin: psycopg.Connection) -> None:
    stay = take_in(ground)
    written = f"Ring om {NUMBER[2:8]}-{NUMBER[8:]} i morgon"
    note = {"body": written, "happened_on": str(TODAY), "sharing": "OWN"}
    refused = ground.af.post(f"{stay}/anteckning", data=note)
    assert refused.status_code == 422
    assert "Ta bort personnumret" in refused.text
    assert ground.af.post(f"{stay}/plan/mal", data={"goal": written, "version": "0"}).status_code == 422
    draft = ground.af.post(f"{stay}/utkast", data={"body": written})
    assert "Ta bort personnumret" in draft.text
    assert admin.execute("SELECT count(*) FROM care.note WHERE body LIKE '%%Ring om%%'").fetchone() == (0,)
    fine = {**note, "body": "Ring 0701-23 45 67 kl 9, dnr 2026/123456"}
    assert ground.af.post(f"{stay}/anteckning", data=fine).status_code == 303


def test_protection_destroys_the_name_and_takes_two_to_lift(
    storing: Ground, app: Flask, admin: psycopg.Connection, database: Database
) -> None:
    stay = take_in(storing, **WHO)
    unsure = storing.af.post(f"{stay}/skydda", data={})
    assert unsure.status_code == 422
    assert storing.af.post(f"{stay}/skydda", data={"understood": "1"}).status_code == 303
    assert storing.af.post(f"{stay}/skydda", data={"understood": "1"}).status_code == 409
    row = admin.execute(
        "SELECT p.id, p.identity_mode, num_nonnulls(name_sealed, number_sealed, contact_sealed, number_index, "
        "name_index, p.kommun_code) FROM care.participant p JOIN care.stay s ON s.participant_id = p.id "
        "WHERE s.id = %s",
        (stay.rsplit("/", 1)[1],),
    ).fetchone()
    assert row is not None
    assert row[1:] == ("PROTECTED", 0)
    with tenant_session(database, storing.forbund.context) as session, pytest.raises(ErasedError):
        Vault(session).seal(row[0], "care.participant.name", "igen")
    assert storing.af.get(stay).status_code == 200
    assert storing.region.get(stay).status_code == 404
    assert storing.af.post(f"{stay}/identitet", data=WHO).status_code == 422
    for path in ("/deltagare", "/remisser?visa=beslutade", "/deltagare?q=K-17", ""):
        assert "K-17</a>" not in storing.af.get(storing.url(path)).text, path
    assert storing.af.post(storing.url("/deltagare/skyddad"), data={"code": "K-1"}).status_code == 422
    led = storing.af.post(storing.url("/deltagare/skyddad"), data={"code": "k-17"})
    assert led.location.split("?")[0] == stay
    assert storing.region.post(storing.url("/deltagare/skyddad"), data={"code": "K-17"}).status_code == 422
    assert storing.af.post(f"{stay}/skydd-upphor").status_code == 303
    assert storing.af.post(f"{stay}/skydd-upphor").status_code == 409
    leader = sign_in(app, (storing.forbund, Role.COORDINATOR), party="AF", team=storing.insats)
    assert leader.post(f"{stay}/skydd-upphor").status_code == 303
    assert "K-17" in storing.af.get(storing.url("/deltagare")).text


def _withdraw_region(ground: Ground, stay: str) -> None:
    ledger = ground.af.get(f"{stay}/samtycke").text
    row = re.search(r"Regionen</td>.*?samtycke/([0-9a-f-]{36})/aterkalla", ledger, re.S)
    assert row is not None
    assert ground.af.post(f"{stay}/samtycke/{row.group(1)}/aterkalla").status_code == 303
