"""Users, as the administrators who look after them and the people who are let in or out."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from itertools import combinations
from uuid import UUID, uuid4

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from fyrklang.access.pairs import PAIRS, Where, forbidden
from fyrklang.access.permissions import TENANT_ROLES, Permission, Role
from fyrklang.identity.invitations import ALPHABET, digest, new_code
from fyrklang.identity.outcomes import Accepted
from fyrklang.kernel import clock
from fyrklang.kernel.config import Config
from fyrklang.modules.users import present
from fyrklang.web.security import csrf_token
from tests.people import Forbund, make_forbund, sign_in

PROVKASSAN = UUID("00000000-0000-7000-8000-00000000f0cc")


@pytest.fixture
def admin(config: Config) -> Iterator[psycopg.Connection]:
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", ""), autocommit=True) as conn:
        yield conn


@pytest.fixture
def own(config: Config, admin: psycopg.Connection) -> Forbund:
    """A förbund with a member of its own kind of FK, whose staff log in at the tests' issuer alone."""
    made = make_forbund(config, "alfa")
    admin.execute(
        "INSERT INTO registry.organisation (id, kind, code, name, synthetic) "
        "VALUES (%s, 'FK', 'PROVKASSAN', 'Provkassan', true) ON CONFLICT DO NOTHING",
        (PROVKASSAN,),
    )
    admin.execute(
        "INSERT INTO office.member (tenant_id, id, organisation_id, party_kind, name) "
        "VALUES (%s, %s, %s, 'FK', 'Provkassan')",
        (made.id, uuid4(), PROVKASSAN),
    )
    return made


@pytest.fixture
def boss(app: Flask, own: Forbund, admin: psycopg.Connection) -> FlaskClient:
    client = sign_in(app, (own, Role.TENANT_ADMIN))
    admin.execute(
        "INSERT INTO registry.organisation_issuer VALUES (%s, 'prov') ON CONFLICT DO NOTHING", (PROVKASSAN,)
    )
    return client


def fk(_admin: psycopg.Connection) -> UUID:
    return PROVKASSAN


def enter(app: Flask, organisation: UUID | None, issuer: str = "prov") -> tuple[FlaskClient, UUID]:
    """Somebody who has signed in from an organisation and has no role yet."""
    identity = app.extensions["fyrklang.identity"]
    person = uuid4()
    with psycopg.connect(identity.config.url_for("migrator").replace("+psycopg", "")) as conn:
        conn.execute("INSERT INTO registry.person (id, display_name) VALUES (%s, 'Nya Namnet')", (person,))
        conn.execute(
            "INSERT INTO registry.identity (issuer_id, sub, person_id) VALUES ('prov', %s, %s)",
            (str(person), person),
        )
    accepted = Accepted(issuer, str(person), "Nya Namnet", "loa3", None, organisation, "/", {}, "")
    cookie, session = identity.sessions.create(accepted, person, "prov")
    client = app.test_client()
    client.set_cookie(identity.sessions.cookie_name, cookie)
    token = csrf_token(session.csrf_key.hex(), identity.config.derive("csrf"))
    client.environ_base.update({"HTTP_SEC_FETCH_SITE": "same-origin", "HTTP_X_CSRF_TOKEN": token})
    return client, person


def invite(boss: FlaskClient, own: Forbund, organisation: UUID, **values: object) -> str:
    asked = {"name": "Nya", "organisation_id": str(organisation), "roles": ["BOARD"], **values}
    page = boss.post(f"/f/{own.slug}/anvandare/bjud-in", data=asked)
    assert page.status_code == 200, page.text
    assert page.headers["Cache-Control"] == "no-store"
    found = re.search(rf"[{ALPHABET}]{{4}}(-[{ALPHABET}]{{4}}){{3}}", page.text)
    assert found is not None
    return found.group()


def place_of(admin: psycopg.Connection, own: Forbund, person: UUID) -> tuple[UUID, int]:
    row = admin.execute(
        "SELECT id, version FROM registry.membership WHERE tenant_id = %s AND person_id = %s",
        (own.id, person),
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def test_from_invitation_to_a_place_and_out_again(
    app: Flask, own: Forbund, boss: FlaskClient, admin: psycopg.Connection
) -> None:
    code = invite(boss, own, fk(admin))
    assert "Nya" in boss.get(f"/f/{own.slug}/anvandare").text
    stored = admin.execute(
        "SELECT i::text FROM registry.invitation i WHERE tenant_id = %s", (own.id,)
    ).fetchone()
    assert stored is not None
    assert code not in stored[0]
    assert code.replace("-", "") not in stored[0]
    guest, person = enter(app, fk(admin))
    assert guest.get(f"/f/{own.slug}/insatser").status_code == 404
    answer = guest.post("/inbjudan", data={"code": code.lower().replace("-", " ")})
    assert answer.status_code == 303, answer.text
    place, _version = place_of(admin, own, person)
    assert guest.post("/valj", data={"roll": str(place)}).status_code == 303


def test_a_code_works_once_for_the_right_person_only(
    app: Flask, own: Forbund, boss: FlaskClient, admin: psycopg.Connection
) -> None:
    code = invite(boss, own, fk(admin))
    other = admin.execute("SELECT id FROM registry.organisation WHERE kind = 'AF'").fetchone()
    assert other is not None
    for organisation in (other[0], None):
        astray, _person = enter(app, organisation)
        refused = astray.post("/inbjudan", data={"code": code})
        assert refused.status_code == 422
        assert "loggar in från" in refused.text
    admin.execute(
        "INSERT INTO registry.issuer (id, name, issuer, client_id, algorithms) "
        "VALUES ('annan', 'Annan', 'https://annan.test', 'annan', '{RS256}') ON CONFLICT DO NOTHING"
    )
    app.extensions["fyrklang.identity"].issuers.forget()
    foreign, _person = enter(app, fk(admin), issuer="annan")
    assert foreign.post("/inbjudan", data={"code": code}).status_code == 422
    guest, _person = enter(app, fk(admin))
    assert "Koden stämmer inte" in guest.post("/inbjudan", data={"code": new_code()}).text
    assert "Skriv koden" in guest.post("/inbjudan", data={}).text
    assert guest.post("/inbjudan", data={"code": code}).status_code == 303
    late, _person = enter(app, fk(admin))
    assert "redan använd" in late.post("/inbjudan", data={"code": code}).text


def test_an_old_or_revoked_code_opens_nothing(
    app: Flask, own: Forbund, boss: FlaskClient, admin: psycopg.Connection
) -> None:
    code = invite(boss, own, fk(admin))
    admin.execute(
        "UPDATE registry.invitation SET expires_at = now() - interval '1 second' WHERE code_hash = %s",
        (digest(code),),
    )
    guest, _person = enter(app, fk(admin))
    assert "gått ut" in guest.post("/inbjudan", data={"code": code}).text
    code = invite(boss, own, fk(admin))
    row = admin.execute("SELECT id FROM registry.invitation WHERE code_hash = %s", (digest(code),)).fetchone()
    assert row is not None
    assert boss.post(f"/f/{own.slug}/anvandare/inbjudningar/{row[0]}/aterkalla").status_code == 303
    assert guest.post("/inbjudan", data={"code": code}).status_code == 422


def test_nobody_invites_oneself(
    app: Flask, own: Forbund, boss: FlaskClient, admin: psycopg.Connection
) -> None:
    guest, person = enter(app, fk(admin))
    code = invite(boss, own, fk(admin))
    admin.execute(
        "UPDATE registry.invitation SET created_by = %s WHERE code_hash = %s", (person, digest(code))
    )
    assert "bjuda in dig själv" in guest.post("/inbjudan", data={"code": code}).text


def test_a_code_cannot_bring_together_what_must_not_meet(
    app: Flask, own: Forbund, boss: FlaskClient, admin: psycopg.Connection
) -> None:
    guest, person = enter(app, fk(admin))
    other = admin.execute("SELECT id FROM registry.organisation WHERE kind = 'AF'").fetchone()
    assert other is not None
    admin.execute(
        "INSERT INTO registry.membership (tenant_id, id, person_id, organisation_id, display_name, roles, valid_from) "
        "VALUES (%s, %s, %s, %s, 'Nya', '{CASE_WORKER}', '2024-01-01')",
        (own.id, uuid4(), person, other[0]),
    )
    code = invite(boss, own, fk(admin), roles=["TENANT_ADMIN"])
    refused = guest.post("/inbjudan", data={"code": code})
    assert refused.status_code == 422
    assert "höra ihop" in refused.text


def test_no_door_grants_a_forbidden_pair(
    app: Flask, own: Forbund, boss: FlaskClient, admin: psycopg.Connection
) -> None:
    person = uuid4()
    sign_in(app, (own, Role.PREP_GROUP), person_id=person)
    place, version = place_of(admin, own, person)
    organisation, tried = str(fk(admin)), 0
    for left, right in combinations(sorted(TENANT_ROLES), 2):
        if forbidden({left, right}, Where.TENANT) is None:
            continue
        roles = [left.value, right.value]
        asked = {"name": "Nya", "organisation_id": organisation, "roles": roles}
        kept = {"roles": roles, "version": version}
        for answer in (
            boss.post(f"/f/{own.slug}/anvandare/bjud-in", data=asked),
            boss.post(f"/api/v1/f/{own.slug}/users/invitations", json=asked),
            boss.post(f"/f/{own.slug}/anvandare/{place}/andra", data=kept),
            boss.put(f"/api/v1/f/{own.slug}/users/{place}", json=kept),
        ):
            assert answer.status_code == 422, (roles, answer.text)
            assert "kan inte höra ihop" in answer.text
            tried += 1
    assert tried == 4 * sum(pair.where is Where.TENANT for pair in PAIRS)
    for role in ("PLATFORM_ADMIN", "NAT_COUNCIL", "OKÄND"):
        asked = {"name": "Nya", "organisation_id": organisation, "roles": [role]}
        assert boss.post(f"/api/v1/f/{own.slug}/users/invitations", json=asked).status_code == 422


def test_a_change_bites_at_the_next_request(
    app: Flask, own: Forbund, boss: FlaskClient, admin: psycopg.Connection
) -> None:
    person = uuid4()
    colleague = sign_in(app, (own, Role.PROCESS_LEAD), person_id=person)
    assert colleague.get(f"/f/{own.slug}/insatser/ny").status_code == 200
    place, version = place_of(admin, own, person)
    address = f"/f/{own.slug}/anvandare/{place}"
    assert boss.get(f"{address}/andra").status_code == 200
    changed = boss.post(f"{address}/andra", data={"roles": ["BOARD"], "version": version, "percent": "50"})
    assert changed.status_code == 303, changed.text
    assert colleague.get(f"/f/{own.slug}/insatser/ny").status_code == 403
    assert boss.post(f"{address}/andra", data={"roles": ["BOARD"], "version": version}).status_code == 409
    assert boss.get(f"{address}/avsluta").status_code == 200
    assert boss.post(f"{address}/avsluta").status_code == 303
    assert colleague.get(f"/f/{own.slug}/insatser").status_code == 404
    assert boss.post(f"{address}/avsluta").status_code == 409
    assert "Prova Person" in boss.get(f"/f/{own.slug}/anvandare?state=ended").text
    told = admin.execute(
        "SELECT action FROM audit.event WHERE tenant_id = %s AND object_id = %s ORDER BY seq", (own.id, place)
    ).fetchall()
    assert [row[0] for row in told if row[0].startswith("user.")] == ["user.changed", "user.ended"]


def test_own_roles_and_the_last_administrator(app: Flask, own: Forbund, admin: psycopg.Connection) -> None:
    first, second = uuid4(), uuid4()
    alone = sign_in(app, (own, Role.TENANT_ADMIN), person_id=first)
    place, version = place_of(admin, own, first)
    kept = {"roles": ["TENANT_ADMIN", "DIRECTOR"], "version": version}
    refused = alone.post(f"/f/{own.slug}/anvandare/{place}/andra", data=kept)
    assert refused.status_code == 422
    assert "dina egna roller" in refused.text
    assert alone.put(f"/api/v1/f/{own.slug}/users/{place}", json=kept).status_code == 422
    left = alone.post(f"/f/{own.slug}/anvandare/{place}/avsluta")
    assert left.status_code == 422
    assert "sista administratör" in left.text
    assert alone.delete(f"/api/v1/f/{own.slug}/users/{place}").status_code == 422
    sign_in(app, (own, Role.TENANT_ADMIN), person_id=second)
    assert alone.post(f"/f/{own.slug}/anvandare/{place}/avsluta").status_code == 303
    assert alone.get(f"/f/{own.slug}/anvandare").status_code == 404


def test_the_review_asks_about_those_not_seen(
    app: Flask, own: Forbund, boss: FlaskClient, admin: psycopg.Connection
) -> None:
    assert "Ingen att granska" in boss.get(f"/f/{own.slug}/anvandare/granska").text
    people = [uuid4(), uuid4()]
    for person in people:
        sign_in(app, (own, Role.BOARD), person_id=person)
    admin.execute(
        "UPDATE registry.membership SET granted_at = now() - interval '91 days' WHERE tenant_id = %s",
        (own.id,),
    )
    assert "2 personer har inte loggat in på 90 dagar" in boss.get(f"/f/{own.slug}/anvandare").text
    ids = [str(place_of(admin, own, person)[0]) for person in people]
    page = boss.post(f"/f/{own.slug}/anvandare/granska", data={"ids": ids[:1], "deed": "KEEP"})
    assert page.status_code == 200
    assert "behålls" in page.text
    assert "Välj minst en" in boss.post(f"/f/{own.slug}/anvandare/granska", data={"deed": "END"}).text
    save = f"/f/{own.slug}/anvandare/granska/spara"
    assert boss.post(save, data={"ids": ids[:1], "deed": "KEEP"}).status_code == 303
    quiet = boss.get(f"/api/v1/f/{own.slug}/users/review").json["items"]
    assert [row["id"] for row in quiet] == ids[1:]
    ended = boss.post(f"/api/v1/f/{own.slug}/users/review", json={"ids": ids[1:], "deed": "END"})
    assert ended.json == {"count": 1}
    assert len(boss.get(f"/api/v1/f/{own.slug}/users").json["items"]) == 2


def test_faults_stand_at_their_fields(own: Forbund, boss: FlaskClient, admin: psycopg.Connection) -> None:
    yesterday = clock.today() - timedelta(days=1)
    page = boss.post(
        f"/f/{own.slug}/anvandare/bjud-in",
        data={"percent": "200", "valid_to": "i morgon", "organisation_id": "x"},
    )
    assert page.status_code == 422
    for sentence in (
        "Skriv personens namn",
        "Välj minst en roll",
        "mellan 1 och 100",
        "åååå-mm-dd",
        "loggar in från",
    ):
        assert sentence in page.text
    asked = {"name": "Nya", "organisation_id": str(fk(admin)), "roles": ["BOARD"], "valid_to": str(yesterday)}
    assert "Sista dagen" in boss.post(f"/f/{own.slug}/anvandare/bjud-in", data=asked).text
    asked = {"name": "Nya", "organisation_id": str(uuid4()), "roles": ["BOARD"]}
    assert "i listan" in boss.post(f"/f/{own.slug}/anvandare/bjud-in", data=asked).text


def test_a_weak_login_changes_no_roles(app: Flask, own: Forbund) -> None:
    weak = sign_in(app, (own, Role.TENANT_ADMIN), loa=2)
    assert weak.get(f"/f/{own.slug}/anvandare").status_code == 200
    refused = weak.get(f"/f/{own.slug}/anvandare/bjud-in")
    assert refused.status_code == 303
    assert refused.headers["Location"].startswith("/logga-in/starkare?niva=3")
    assert weak.post(f"/f/{own.slug}/anvandare/bjud-in", data={}).status_code == 403
    weakest = sign_in(app, (own, Role.TENANT_ADMIN), loa=1).get(f"/f/{own.slug}/insatser")
    assert weakest.headers["Location"].startswith("/logga-in/starkare?niva=2")


def test_every_permission_has_a_sentence_and_every_role_its_page(app: Flask, own: Forbund) -> None:
    assert set(present.PERMISSION_WORDS) == set(Permission)
    page = sign_in(app, (own, Role.LOG_REVIEWER)).get(f"/f/{own.slug}/roller").text
    for role in TENANT_ROLES:
        can, cannot = present.can_and_cannot(role)
        assert can
        assert cannot
        assert not set(can) & set(cannot)
    assert page.count("Kan inte</h3>") == len(TENANT_ROLES)
    assert "se uppgifter om enskilda deltagare" in page


def test_codes_are_read_however_they_are_typed() -> None:
    code = new_code()
    assert digest(code) == digest(code.lower()) == digest(code.replace("-", "")) == digest(f" {code} ")
    assert digest(code) != digest(new_code())
    assert len(ALPHABET) ** 16 > 2**78


def test_two_administrators_cannot_end_each_other_at_once(
    app: Flask, own: Forbund, admin: psycopg.Connection
) -> None:
    people = [uuid4(), uuid4()]
    clients = [sign_in(app, (own, Role.TENANT_ADMIN), person_id=person) for person in people]
    places = [place_of(admin, own, person)[0] for person in people]
    start, answers = threading.Barrier(2), []

    def end(client: FlaskClient, place: UUID) -> None:
        start.wait(10)
        answers.append(client.delete(f"/api/v1/f/{own.slug}/users/{place}").status_code)

    threads = [
        threading.Thread(target=end, args=pair) for pair in zip(clients, reversed(places), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    left = admin.execute(
        "SELECT count(*) FROM registry.membership WHERE tenant_id = %s AND ended_at IS NULL", (own.id,)
    ).fetchone()
    assert left == (1,), answers
    assert answers.count(204) == 1


def test_an_administrator_logs_somebody_out_everywhere(
    app: Flask, own: Forbund, boss: FlaskClient, admin: psycopg.Connection
) -> None:
    person = uuid4()
    here = sign_in(app, (own, Role.BOARD), person_id=person)
    accepted = Accepted("prov", str(person), "Prova Person", "loa3", None, None, "/", {}, "")
    cookie, _session = app.extensions["fyrklang.identity"].sessions.create(accepted, person, "annan")
    there = app.test_client()
    there.set_cookie(app.extensions["fyrklang.identity"].sessions.cookie_name, cookie)
    assert here.get(f"/f/{own.slug}/medlemmar").status_code == 200
    assert there.get(f"/f/{own.slug}/medlemmar").status_code == 200
    place, _version = place_of(admin, own, person)
    assert "Logga ut överallt" in boss.get(f"/f/{own.slug}/anvandare/{place}/andra").text
    answer = boss.post(f"/f/{own.slug}/anvandare/{place}/logga-ut")
    assert answer.status_code == 303
    assert "utloggad överallt" in boss.get(answer.headers["Location"]).text
    assert [one.get(f"/f/{own.slug}/medlemmar").status_code for one in (here, there)] == [303, 303]
    other = sign_in(app, (make_forbund(app.extensions["fyrklang.identity"].config), Role.TENANT_ADMIN))
    assert other.post(f"/f/{own.slug}/anvandare/{place}/logga-ut").status_code == 404
