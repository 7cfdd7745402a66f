"""Access in an emergency: nothing with one person, one case with two, for an hour, to read, and reviewed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from uuid import UUID, uuid4

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from fyrklang.access.lens import COOKIE
from fyrklang.access.permissions import Role
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.modules.emergency import service
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.session import tenant_session
from fyrklang.tenancy.token import TokenSigner
from fyrklang.tenancy.vault import Vault
from tests.isolation.census import tenant_tables
from tests.modules.conftest import Team
from tests.people import sign_in

REASON = "Deltagaren har ringt och mår mycket dåligt"


@dataclass
class Ground:
    """Anna works in the insats with P-1 and P-2; Bo works elsewhere; Gro reviews. All but Gro come from FK."""

    app: Flask
    config: Config
    team: Team
    anna: UUID
    bo: UUID
    helper: FlaskClient
    asker: FlaskClient
    reviewer: FlaskClient

    @property
    def url(self) -> str:
        return f"/f/{self.team.own.slug}"

    @property
    def api(self) -> str:
        return f"/api/v1/f/{self.team.own.slug}/emergencies"

    def ask(self, code: str = "P-1", client: FlaskClient | None = None) -> UUID:
        asked = {"intervention_id": str(self.team.insats), "code": code, "reason": REASON}
        answer = (client or self.asker).post(self.api, json=asked)
        assert answer.status_code == 201, answer.text
        return UUID(answer.json["id"])

    def answer(self, emergency: UUID, client: FlaskClient, *, yes: bool = True) -> int:
        return client.post(f"{self.api}/{emergency}/answer", json={"approve": yes}).status_code

    def stay(self, code: str) -> str:
        return f"{self.url}/deltagare/{self.team.people[code]}"

    def place(self, person: UUID) -> UUID:
        row = self.team.admin.execute(
            "SELECT id FROM registry.membership WHERE tenant_id = %s AND person_id = %s",
            (self.team.own.id, person),
        ).fetchone()
        assert row is not None
        return UUID(str(row[0]))

    def pass_time(self, emergency: UUID, minutes: int) -> None:
        self.team.admin.execute(
            "UPDATE office.emergency_access SET asked_at = asked_at - make_interval(mins => %(m)s), answered_at = "
            "answered_at - make_interval(mins => %(m)s), expires_at = expires_at - make_interval(mins => %(m)s) "
            "WHERE id = %(id)s",
            {"m": minutes, "id": emergency},
        )

    @contextmanager
    def sql(self, actor: UUID, party: str | None = None, role: str = "app") -> Iterator[psycopg.Connection]:
        teams = (self.team.insats,) if party else ()
        who = TenantContext(self.team.own.id, self.team.own.slug, actor, party, teams)
        with psycopg.connect(self.config.url_for(role).replace("+psycopg", "")) as conn:
            conn.execute("SELECT set_config('fyrklang.ctx', %s, true)", (TokenSigner(self.config).sign(who),))
            yield conn
            conn.rollback()


@pytest.fixture
def ground(app: Flask, config: Config, team: Team) -> Ground:
    anna, bo = uuid4(), uuid4()
    helper = sign_in(app, (team.own, Role.CASE_WORKER), person_id=anna, team=team.insats)
    asker = sign_in(app, (team.own, Role.CASE_WORKER), person_id=bo)
    reviewer = sign_in(app, (team.own, Role.LOG_REVIEWER))
    for code in ("P-1", "P-2"):
        team.join(code)
    return Ground(app, config, team, anna, bo, helper, asker, reviewer)


def test_from_a_request_to_one_case_for_an_hour_and_its_review(ground: Ground) -> None:
    emergency = ground.ask(" p-1 ")
    assert ground.asker.post(f"{ground.url}/nodatkomst/{emergency}/oppna").status_code == 404
    assert "ber om nödåtkomst" in ground.helper.get(f"{ground.url}/min-dag").text
    page = ground.helper.get(f"{ground.url}/nodatkomst/svara").text
    assert "P-1" in page
    assert REASON in page
    assert (
        ground.helper.post(f"{ground.url}/nodatkomst/{emergency}/svara", data={"approve": "1"}).status_code
        == 303
    )
    assert ground.asker.get(ground.stay("P-1")).status_code == 404
    assert ground.asker.post(f"{ground.url}/nodatkomst/{emergency}/oppna").status_code == 303
    shown = ground.asker.get(ground.stay("P-1"))
    assert shown.status_code == 200
    assert "Nödåtkomst till ett ärende, till klockan" in shown.text
    assert ground.asker.get(ground.stay("P-2")).status_code == 404
    listed = ground.asker.get(f"{ground.url}/deltagare").text
    assert "P-1" in listed
    assert "P-2" not in listed
    assert ground.asker.post(f"{ground.stay('P-1')}/kartlaggning", data={}).status_code == 403
    early = ground.reviewer.post(f"{ground.api}/{emergency}/review", json={"verdict": "REASONABLE"})
    assert early.status_code == 409
    ground.pass_time(emergency, 61)
    assert ground.asker.get(ground.stay("P-1")).status_code == 404
    page = ground.reviewer.get(f"{ground.url}/nodatkomst/granska").text
    assert "Väntar" in page
    assert "P-1" not in page
    ground.pass_time(emergency, 8 * 24 * 60)
    assert "Försenad" in ground.reviewer.get(f"{ground.url}/nodatkomst/granska").text
    review = f"{ground.url}/nodatkomst/{emergency}/granska"
    assert "Skriv vad du undrar" in ground.reviewer.post(review, data={"verdict": "QUESTION"}).text
    assert ground.reviewer.post(review, data={"verdict": "REASONABLE"}).status_code == 303
    assert ground.reviewer.post(review, data={"verdict": "REPORT", "note": "Nej"}).status_code == 409


def test_everything_under_it_is_logged_and_marked(ground: Ground) -> None:
    emergency = ground.ask()
    ground.answer(emergency, ground.helper)
    ground.asker.post(f"{ground.url}/nodatkomst/{emergency}/oppna")
    for path in (ground.stay("P-1"), f"{ground.url}/deltagare", ground.stay("P-2")):
        ground.asker.get(path)
    events = ground.team.admin.execute(
        "SELECT action, detail->>'emergency' FROM audit.event WHERE tenant_id = %s AND actor_id = %s "
        "AND action <> 'session.begun' ORDER BY seq",
        (ground.team.own.id, ground.bo),
    ).fetchall()
    assert events == [
        ("emergency.asked", None),
        ("emergency.begun", str(emergency)),
        ("stay.read", str(emergency)),
        ("stay.list_read", str(emergency)),
    ]
    ground.reviewer.post(f"{ground.url}/logg/granskning")
    rules = ground.team.admin.execute(
        "SELECT i.rule, count(*) FROM audit.review_item i JOIN audit.event e ON e.tenant_id = i.tenant_id "
        "AND e.id = i.event_id WHERE i.tenant_id = %s AND (e.detail ? 'emergency' OR e.action LIKE 'emergency.%%') "
        "GROUP BY 1",
        (ground.team.own.id,),
    ).fetchall()
    assert sum(count for _rule, count in rules) == 6, "each event of an emergency is in the month's sample"


def test_nobody_lets_themselves_in(ground: Ground, record_property: Callable[[str, object], None]) -> None:
    """Every door that could answer, as everybody who is not a second person with a right to the case."""
    own = ground.team.own
    others = {
        "the asker": ground.asker,
        "another who does not work there": sign_in(ground.app, (own, Role.CASE_WORKER)),
        "another party in the team": sign_in(
            ground.app, (own, Role.COORDINATOR), party="AF", team=ground.team.insats
        ),
        "administrator": sign_in(ground.app, (own, Role.TENANT_ADMIN)),
        "director": sign_in(ground.app, (own, Role.DIRECTOR)),
        "board": sign_in(ground.app, (own, Role.BOARD)),
        "reviewer": ground.reviewer,
        "council": sign_in(ground.app, national=Role.NAT_COUNCIL),
    }
    emergency, tried = ground.ask(), 0
    for name, client in others.items():
        assert ground.answer(emergency, client) in (403, 404, 409), name
        page = client.post(f"{ground.url}/nodatkomst/{emergency}/svara", data={"approve": "1"})
        assert page.status_code in (403, 404, 409), name
        tried += 2
    member = sign_in(ground.app, (own, Role.CASE_WORKER), team=ground.team.insats)
    mine = ground.ask(client=member)
    assert ground.answer(mine, member) == 403
    assert ground.asker.post(f"{ground.url}/nodatkomst/{emergency}/oppna").status_code == 404
    assert ground.answer(ground.ask("FINNS-EJ"), ground.helper) == 409
    ground.pass_time(emergency, 25 * 60)
    assert ground.answer(emergency, ground.helper) == 409
    refused = ground.ask()
    assert ground.answer(refused, ground.helper, yes=False) == 204
    assert ground.answer(refused, ground.helper) == 409
    assert ground.asker.get(ground.stay("P-1")).status_code == 404
    record_property("emergencies let through by one person", f"0 of {tried + 6}")


def test_sql_under_one_persons_context_opens_nothing(
    ground: Ground, record_property: Callable[[str, object], None]
) -> None:
    """As the app's role, with every signed context one person can have, by hand-written SQL."""
    boss, reviewer = uuid4(), uuid4()
    sign_in(ground.app, (ground.team.own, Role.TENANT_ADMIN), person_id=boss)
    sign_in(ground.app, (ground.team.own, Role.LOG_REVIEWER), person_id=reviewer)
    case = ground.team.admin.execute(
        "SELECT participant_id FROM care.stay WHERE id = %s", (ground.team.people["P-1"],)
    ).fetchone()
    assert case is not None
    emergency, tried = ground.ask(), 0
    approve = (
        "UPDATE office.emergency_access SET answer = 'APPROVED', approver_id = %s, participant_id = %s "
        "WHERE id = %s"
    )
    places = [ground.place(person) for person in (ground.anna, ground.bo, boss)]
    for actor, place in product((ground.bo, boss, reviewer), places):
        with ground.sql(actor) as conn, pytest.raises(psycopg.errors.CheckViolation):
            conn.execute(approve, (place, case[0], emergency))
        tried += 1
    laid = (
        "INSERT INTO office.emergency_access (tenant_id, id, intervention_id, case_index, reason, asker_id, answer, "
        "approver_id, participant_id, answered_at, expires_at) VALUES (%s, %s, %s, %s, %s, %s, 'APPROVED', %s, %s, "
        "now(), now() + interval '1 hour')"
    )
    for actor in (ground.bo, boss, ground.anna):
        values = (ground.team.own.id, uuid4(), ground.team.insats, bytes(32), REASON, *places[1::-1], case[0])
        with ground.sql(actor) as conn, pytest.raises(psycopg.errors.CheckViolation):
            conn.execute(laid, values)
        tried += 1
    for change in (
        "reason = 'något helt annat'",
        "asked_at = now() + interval '1 day'",
        "asker_id = approver_id",
    ):
        with ground.sql(ground.bo) as conn, pytest.raises(psycopg.errors.CheckViolation):
            conn.execute(f"UPDATE office.emergency_access SET {change} WHERE id = %s", (emergency,))  # type: ignore[arg-type]
        tried += 1
    with ground.sql(ground.anna) as conn:
        conn.execute(approve, (places[0], case[0], emergency))
        row = conn.execute(
            "SELECT expires_at - now() <= interval '60 minutes' FROM office.emergency_access WHERE id = %s",
            (emergency,),
        ).fetchone()
        assert row == (True,)
    tag = f"G-{emergency.hex}"
    with ground.sql(ground.bo, tag) as conn:
        assert conn.execute("SELECT count(*) FROM care.participant").fetchone() == (0,)
    record_property("hand-written ways in with one person", f"0 of {tried}")


def test_it_opens_one_case_to_read_and_only_by_its_tag(ground: Ground) -> None:
    emergency = ground.ask()
    assert ground.answer(emergency, ground.helper) == 204
    tag = f"G-{emergency.hex}"
    with ground.sql(ground.bo, tag) as conn:
        assert {row[0] for row in conn.execute("SELECT code FROM care.participant")} == {"P-1"}
    with ground.sql(ground.bo, f"G-{uuid4().hex}") as conn:
        assert conn.execute("SELECT count(*) FROM care.participant").fetchone() == (0,)
    tables = [name for name in tenant_tables(ground.team.admin) if name.startswith("care.")]
    assert len(tables) >= 14
    for table in tables:
        for change in (f"UPDATE {table} SET owner_party = owner_party", f"DELETE FROM {table}"):
            with ground.sql(ground.bo, tag) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
                conn.execute(change)  # type: ignore[arg-type]
    assert ground.asker.delete(f"{ground.api}/{emergency}").status_code == 204
    with ground.sql(ground.bo, tag) as conn:
        assert conn.execute("SELECT count(*) FROM care.participant").fetchone() == (0,)


def test_what_is_over_loses_its_marks(ground: Ground, database: Database) -> None:
    emergency = ground.ask()
    ground.answer(emergency, ground.helper)
    ground.pass_time(emergency, 61)
    marked = "SELECT count(*) FROM care.participant WHERE %s = ANY (visible_to)"
    with tenant_session(database, ground.team.own.context, "worker") as session:
        assert service.end_what_is_over(session) == 1
    assert ground.team.admin.execute(marked, (f"G-{emergency.hex}",)).fetchone() == (0,)
    with tenant_session(database, ground.team.own.context, "worker") as session:
        assert service.end_what_is_over(session) == 0


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"reason": "Kort"}, "reason"),
        ({"reason": " " * 20}, "reason"),
        ({"reason": "Det gäller 191212121212 som ringt"}, "reason"),
        ({"code": ""}, "code"),
        ({"code": "191212121212"}, "code"),
        ({"intervention_id": str(uuid4())}, "intervention_id"),
        ({"intervention_id": "x"}, "intervention_id"),
    ],
)
def test_a_bad_request_says_where(ground: Ground, values: dict[str, str], field: str) -> None:
    asked = {"intervention_id": str(ground.team.insats), "code": "P-1", "reason": REASON, **values}
    answer = ground.asker.post(ground.api, json=asked)
    assert answer.status_code == 422
    assert field in answer.text
    page = ground.asker.post(f"{ground.url}/nodatkomst/be", data=asked)
    assert page.status_code == 422
    assert f'id="f-{field}-fault"' in page.text


def test_the_request_tells_nobody_which_person(ground: Ground, database: Database) -> None:
    emergency = ground.ask()
    row = ground.team.admin.execute(
        "SELECT e::text FROM office.emergency_access e WHERE id = %s", (emergency,)
    ).fetchone()
    assert row is not None
    assert "P-1" not in row[0]
    with tenant_session(database, ground.team.own.context) as session:
        assert Vault(session).index("case", f"{ground.team.insats}:p-1").hex() in row[0]
    ground.asker.set_cookie(COOKIE, f"emergency.{emergency.hex}")
    assert ground.asker.get(ground.stay("P-1")).status_code == 404
