"""Ways in beside a referrer with an account: a link used once, a status link, and no remiss at all."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from tests.modules.casework.walk import REFERRAL, TODAY, Ground, figures, finish, first, refer, take_in

LINK = r"http://localhost(/remiss/[^<\"]+)"
STATUS = r"http://localhost(/remisstatus/[^<\"]+)"
SEND = {**REFERRAL, "consent_parties": ["AF"], "step": "5", "way": "send"}


@pytest.fixture
def admin(config: Config) -> Any:
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", ""), autocommit=True) as conn:
        yield conn


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    """A browser nobody has signed in with."""
    client = app.test_client()
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    return client


def join_party(admin: psycopg.Connection, ground: Ground, kind: str = "KOMMUN") -> str:
    """Make an organisation of this kind a member of the förbund; the party as rows name it."""
    row = admin.execute(
        "INSERT INTO office.member (tenant_id, id, organisation_id, party_kind, name) SELECT %s, "
        "gen_random_uuid(), id, kind, name FROM registry.organisation WHERE kind = %s AND NOT synthetic "
        "ORDER BY code LIMIT 1 RETURNING organisation_id",
        (ground.forbund.id, kind),
    ).fetchone()
    assert row is not None
    code = admin.execute("SELECT code FROM registry.organisation WHERE id = %s", row).fetchone()
    assert code is not None
    return f"{kind}-{code[0]}"


def invite(ground: Ground, party: str) -> str:
    """The path of a new invitation's link."""
    answer = ground.af.post(
        ground.url("/remisser/inbjudningar"),
        data={"intervention_id": str(ground.insats), "party": party, "name": "Inga Utan-Konto"},
    )
    assert answer.status_code == 200, answer.text
    found = re.search(LINK, answer.text)
    assert found is not None
    return found.group(1)


def test_somebody_without_an_account_sends_one_remiss_and_no_more(
    ground: Ground, stranger: FlaskClient, admin: psycopg.Connection
) -> None:
    link = invite(ground, join_party(admin, ground))
    begun = stranger.get(link).text
    assert "Team Prov" in begun
    assert "Väntan till start" in begun
    shown = stranger.post(link, data={**REFERRAL, "step": "4", "way": "next", "consent_parties": "AF"})
    assert "Målgrupp" in shown.text
    half = stranger.post(link, data={"step": "2", "way": "next", "code": "191212121212"})
    assert half.status_code == 422
    assert "inte ett personnummer" in half.text
    sent = stranger.post(link, data=SEND)
    assert sent.status_code == 200, sent.text
    assert "Remissen är skickad" in sent.text
    assert stranger.get(link).status_code == 404
    assert stranger.post(link, data=SEND).status_code == 404
    referral = first(ground.af, ground.url("/remisser"), r"/remisser/([0-9a-f-]{36})\"")
    page = ground.af.get(ground.url(f"/remisser/{referral}")).text
    assert "Inga Utan-Konto" in page
    assert "K-17" in page
    taken = ground.af.post(ground.url(f"/remisser/{referral}/ta-emot"), data={"started_on": str(TODAY)})
    assert taken.status_code == 303


def test_two_who_hold_the_same_link_send_one_remiss(
    ground: Ground, app: Flask, admin: psycopg.Connection
) -> None:
    link = invite(ground, join_party(admin, ground))

    def send(_turn: int) -> int:
        client = app.test_client()
        client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
        return client.post(link, data=SEND).status_code

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(send, range(4)))
    assert answers == [200, 404, 404, 404]
    assert _count(admin, ground, "care.referral") == 1


def test_an_invitation_lapses_is_called_back_and_is_kept_as_a_digest(
    ground: Ground, stranger: FlaskClient, admin: psycopg.Connection
) -> None:
    party = join_party(admin, ground)
    link = invite(ground, party)
    token = link.rsplit("/", 1)[1]
    held = admin.execute("SELECT i::text FROM care.referral_invitation i").fetchall()
    assert all(token not in row[0] for row in held)
    assert stranger.get(link.replace(ground.forbund.slug, "finns-inte")).status_code == 404
    admin.execute(
        "UPDATE care.referral_invitation SET created_at = created_at - interval '20 days', "
        "expires_at = now() - interval '1 second' WHERE tenant_id = %s",
        (ground.forbund.id,),
    )
    assert stranger.get(link).status_code == 404
    assert stranger.post(link, data=SEND).status_code == 404
    other = invite(ground, party)
    assert stranger.get(other).status_code == 200
    listing = ground.af.get(ground.url("/remisser/inbjudningar")).text
    revoke = re.search(r'action="([^"]+/aterkalla)"', listing)
    assert revoke is not None
    assert ground.region.post(revoke.group(1)).status_code == 303
    assert stranger.get(other).status_code == 404
    refused = ground.af.post(
        ground.url("/remisser/inbjudningar"),
        data={"intervention_id": str(ground.insats), "party": "KOMMUN-0000", "name": "X"},
    )
    assert "Välj en av förbundets medlemmar." in refused.text
    assert ground.referrer.get(ground.url("/remisser/inbjudningar")).status_code == 403


def test_the_status_link_says_how_it_goes_and_not_of_whom(ground: Ground, stranger: FlaskClient) -> None:
    own_words = "Vill börja arbeta igen"
    receipt = refer(ground, own_words=own_words).split("?")[0]
    found = re.search(STATUS, ground.referrer.get(receipt).text)
    assert found is not None
    link, show = found.group(1), ground.url(f"/remisser/{receipt.rsplit('/', 1)[1]}")
    steps: list[tuple[Callable[[], Any], str]] = [
        (lambda: None, "Skickad"),
        (
            lambda: ground.af.post(
                f"{show}/komplettera", data={"question": "Hemlig fråga", "missing": "TRIED"}
            ),
            "Behöver kompletteras",
        ),
        (lambda: ground.af.post(f"{show}/svar", data={"answer": "Hemligt svar"}), "Skickad"),
        (lambda: ground.af.post(f"{show}/ko"), "plats 1 i kön"),
        (lambda: ground.af.post(f"{show}/ta-emot", data={"started_on": str(TODAY)}), "Mottagen"),
    ]
    for deed, words in steps:
        answer = deed()
        assert answer is None or answer.status_code == 303, answer.text
        page = stranger.get(link)
        assert page.status_code == 200
        assert words in page.text
        for secret in ("K-17", own_words, "Hemlig", "1990", "Kvinna", "010-123", "Prova Person"):
            assert secret not in page.text, (words, secret)
    assert "Vad som har prövats" in ground.af.get(show).text
    assert stranger.get(link[:-1]).status_code == 404
    assert stranger.get(link.replace(ground.forbund.slug, "finns-inte")).status_code == 404


def test_the_queue_is_in_the_order_of_arrival(ground: Ground, stranger: FlaskClient) -> None:
    links = []
    for code in ("K-1", "K-2", "K-3"):
        receipt = refer(ground, code=code).split("?")[0]
        found = re.search(STATUS, ground.referrer.get(receipt).text)
        assert found is not None
        links.append(found.group(1))
        assert ground.af.post(ground.url(f"/remisser/{receipt.rsplit('/', 1)[1]}/ko")).status_code == 303
    places = [re.search(r"plats (\d) i kön", stranger.get(link).text) for link in links]
    assert [place.group(1) for place in places if place] == ["1", "2", "3"]


def test_who_comes_by_themselves_starts_only_where_no_remiss_is_demanded(
    ground: Ground, admin: psycopg.Connection, database: Database
) -> None:
    path = ground.url(f"/remisser/utan/{ground.insats}")
    data = {**REFERRAL, "consent_parties": ["AF"], "came_by": "SELF", "started_on": str(TODAY)}
    assert "Insatsen kräver remiss" in ground.af.get(path).text
    refused = ground.af.post(path, data=data)
    assert refused.status_code == 422
    assert "en av de fyra parterna" in refused.text
    assert _count(admin, ground, "care.stay") == _count(admin, ground, "care.referral") == 0
    admin.execute("UPDATE office.intervention SET referral_required = false WHERE id = %s", (ground.insats,))
    assert path in ground.af.get(ground.url("/remisser")).text
    missing = ground.af.post(path, data={**data, "code": "", "consented": ""})
    assert missing.status_code == 422
    taken = ground.af.post(path, data=data)
    assert taken.status_code == 303, taken.text
    assert "K-17" in ground.af.get(taken.location).text
    assert figures(ground, database)["M12:SELF"] == (1, 0)
    assert ground.referrer.get(path).status_code == 403


def test_a_remiss_from_none_of_the_four_cannot_be_accepted_where_one_is_demanded(
    ground: Ground, admin: psycopg.Connection
) -> None:
    refer(ground)
    admin.execute(
        "UPDATE care.referral SET referring_party = 'OTHER' WHERE tenant_id = %s", (ground.forbund.id,)
    )
    referral = first(ground.af, ground.url("/remisser"), r"/remisser/([0-9a-f-]{36})\"")
    refused = ground.af.post(ground.url(f"/remisser/{referral}/ta-emot"), data={"started_on": str(TODAY)})
    assert refused.status_code == 422
    assert "en av de fyra parterna" in refused.text
    assert _count(admin, ground, "care.stay") == 0


def test_each_stay_asks_for_consent_anew(ground: Ground, admin: psycopg.Connection) -> None:
    stay = take_in(ground)
    health = {"purpose": "HEALTH_INFO", "given_on": str(TODAY), "form": "WRITTEN", "language": "sv"}
    ledger = ground.af.get(f"{stay}/samtycke").text
    region = re.search(r'value="(REGION-\w+)"', ledger)
    assert region is not None
    assert ground.af.post(f"{stay}/samtycke", data={**health, "parties": region.group(1)}).status_code == 303
    later = {**health, "purpose": "CONTACT_1Y", "parties": "AF"}
    assert ground.af.post(f"{stay}/samtycke", data=later).status_code == 303
    admin.execute(
        "UPDATE care.stay SET status = 'ENDED', end_reason = 'DONE', ended_on = started_on WHERE id = %s",
        (stay.rsplit("/", 1)[1],),
    )
    take_in(ground, consent_given_on=str(TODAY), consent_reference="nytt")
    rows = admin.execute(
        "SELECT purpose, withdrawn_on IS NULL, reference FROM care.consent WHERE tenant_id = %s",
        (ground.forbund.id,),
    ).fetchall()
    held = {(purpose, reference) for purpose, in_force, reference in rows if in_force}
    assert held == {("INFO_EXCHANGE", "nytt"), ("CONTACT_1Y", "")}
    assert ("HEALTH_INFO", False, "") in rows


def _count(admin: psycopg.Connection, ground: Ground, table: str) -> int:
    query = f"SELECT count(*) FROM {table} WHERE tenant_id = %s"
    row = admin.execute(query, (ground.forbund.id,)).fetchone()  # type: ignore[arg-type]
    assert row is not None
    return int(row[0])


def test_whoever_refers_sees_that_no_place_is_free(ground: Ground, admin: psycopg.Connection) -> None:
    page, word = ground.url("/remisser/ny"), "ingen ledig just nu"
    assert word not in ground.referrer.get(page).text
    admin.execute("UPDATE office.intervention SET places = 1 WHERE id = %s", (ground.insats,))
    assert word not in ground.referrer.get(page).text
    stay = take_in(ground)
    assert word in ground.referrer.get(page).text
    assert finish(ground, stay)[1].status_code == 303
    assert word not in ground.referrer.get(page).text
