"""Covering for a colleague: exactly that one's own cases, for the days it lasts, and nothing more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from fyrklang.access.covers import close_past, covered_by, covering
from fyrklang.access.lens import COOKIE
from fyrklang.access.permissions import Role
from fyrklang.kernel import clock
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.session import tenant_session
from fyrklang.tenancy.token import TokenSigner
from tests.modules.conftest import Team
from tests.people import sign_in

TODAY = clock.today()
DAY = timedelta(days=1)


@dataclass
class Ground:
    """Anna works in the insats and has ANNA-1; her colleague KARIN-1; Bo works elsewhere in the same party."""

    app: Flask
    config: Config
    team: Team
    anna: UUID
    bo: UUID
    giver: FlaskClient
    taker: FlaskClient

    @property
    def url(self) -> str:
        return f"/f/{self.team.own.slug}"

    def place(self, person: UUID) -> UUID:
        row = self.team.admin.execute(
            "SELECT id FROM registry.membership WHERE tenant_id = %s AND person_id = %s",
            (self.team.own.id, person),
        ).fetchone()
        assert row is not None
        return UUID(str(row[0]))

    def asked(self, **values: object) -> dict[str, object]:
        return {
            "taker_id": str(self.place(self.bo)),
            "first_day": TODAY.isoformat(),
            "last_day": (TODAY + 6 * DAY).isoformat(),
            "reason": "Semester",
            **values,
        }

    def arrange(self, **values: object) -> UUID:
        answer = self.giver.post(f"/api/v1{self.url}/covers", json=self.asked(**values))
        assert answer.status_code == 201, answer.text
        return UUID(answer.json["id"])

    def own(self, code: str, person: UUID) -> None:
        self.team.admin.execute(
            "UPDATE care.stay SET assigned_to = %s WHERE id = %s", (person, self.team.people[code])
        )

    def codes(self, person: UUID, tag: str) -> set[str]:
        """What SQL finds as the app's role under a signed context."""
        who = TenantContext(self.team.own.id, self.team.own.slug, person, tag, (self.team.insats,))
        with sql(self.config, who) as conn:
            return {row[0] for row in conn.execute("SELECT code FROM care.participant")}


@contextmanager
def sql(config: Config, who: TenantContext) -> Iterator[psycopg.Connection]:
    with psycopg.connect(config.url_for("app").replace("+psycopg", "")) as conn:
        conn.execute("SELECT set_config('fyrklang.ctx', %s, true)", (TokenSigner(config).sign(who),))
        yield conn
        conn.rollback()


@pytest.fixture
def ground(app: Flask, config: Config, team: Team) -> Ground:
    anna, bo = uuid4(), uuid4()
    giver = sign_in(app, (team.own, Role.CASE_WORKER), person_id=anna, team=team.insats)
    taker = sign_in(app, (team.own, Role.CASE_WORKER), person_id=bo)
    made = Ground(app, config, team, anna, bo, giver, taker)
    for code in ("ANNA-1", "ANNA-2", "KARIN-1"):
        team.join(code)
    made.own("ANNA-1", anna)
    return made


def test_it_opens_exactly_the_colleagues_own_cases(ground: Ground) -> None:
    stays = {code: f"{ground.url}/deltagare/{stay}" for code, stay in ground.team.people.items()}
    assert ground.taker.get(stays["ANNA-1"]).status_code == 404
    cover = ground.arrange()
    assert ground.taker.get(stays["ANNA-1"]).status_code == 404, "nothing before it is opened"
    assert "Du täcker för Prova Person" in ground.taker.get(f"{ground.url}/min-dag").text
    assert "Prova Person täcker för dig" in ground.giver.get(f"{ground.url}/min-dag").text
    opened = ground.taker.post(f"{ground.url}/tackning/{cover}/oppna")
    assert opened.status_code == 303
    assert ground.taker.get_cookie(COOKIE) is not None
    page = ground.taker.get(stays["ANNA-1"])
    assert page.status_code == 200
    assert "Du täcker för" in page.text
    assert ground.taker.get(stays["ANNA-2"]).status_code == 404
    assert ground.taker.get(stays["KARIN-1"]).status_code == 404
    listed = ground.taker.get(f"{ground.url}/deltagare").text
    assert "ANNA-1" in listed
    assert "ANNA-2" not in listed
    assert "KARIN-1" not in listed
    assert ground.taker.post(f"{ground.url}/tackning/tillbaka").status_code == 303
    assert ground.taker.get(stays["ANNA-1"]).status_code == 404


def test_the_database_decides(ground: Ground) -> None:
    cover = ground.arrange()
    tag = f"D-{cover.hex}"
    assert ground.codes(ground.bo, tag) == {"ANNA-1"}
    assert ground.codes(ground.bo, f"D-{uuid4().hex}") == set()
    ground.own("ANNA-2", ground.anna)
    assert ground.codes(ground.bo, tag) == {"ANNA-1", "ANNA-2"}
    ground.own("ANNA-1", ground.bo)
    assert ground.codes(ground.bo, tag) == {"ANNA-2"}
    who = TenantContext(ground.team.own.id, ground.team.own.slug, ground.bo, tag, (ground.team.insats,))
    with sql(ground.config, who) as conn:
        for table in ("stay", "participant"):
            assert conn.execute(f"SELECT count(*) FROM care.{table}").fetchone() == (1,)  # type: ignore[arg-type]
    with sql(ground.config, replace(who, interventions=())) as conn:
        assert conn.execute("SELECT count(*) FROM care.participant").fetchone() == (0,)
    assert ground.giver.delete(f"/api/v1{ground.url}/covers/{cover}").status_code == 204
    assert ground.codes(ground.bo, tag) == set()


def test_another_partys_rows_stay_closed(ground: Ground) -> None:
    stay = ground.team.people["ANNA-1"]
    for party, sharing, body in (("FK", "OWN", "egen"), ("AF", "OWN", "annans"), ("AF", "SHARED", "delad")):
        ground.team.admin.execute(
            "INSERT INTO care.note (tenant_id, id, intervention_id, owner_party, sharing, participant_id, stay_id, "
            "kind, happened_on, body, written_by, writer_name) SELECT tenant_id, %s, intervention_id, %s, %s, "
            "participant_id, id, 'MEETING', '2026-02-02', %s, %s, 'X' FROM care.stay WHERE id = %s",
            (uuid4(), party, sharing, body, uuid4(), stay),
        )
    tag = f"D-{ground.arrange().hex}"
    who = TenantContext(ground.team.own.id, ground.team.own.slug, ground.bo, tag, (ground.team.insats,))
    with sql(ground.config, who) as conn:
        assert {row[0] for row in conn.execute("SELECT body FROM care.note")} == {"egen"}
    ground.team.consent("ANNA-1", "AF")
    with sql(ground.config, who) as conn:
        assert {row[0] for row in conn.execute("SELECT body FROM care.note")} == {"egen", "delad"}


def test_what_is_written_through_it_is_the_partys_and_marked(ground: Ground) -> None:
    cover = ground.arrange()
    ground.taker.post(f"{ground.url}/tackning/{cover}/oppna")
    stay = ground.team.people["ANNA-1"]
    written = ground.taker.post(
        f"{ground.url}/deltagare/{stay}/kartlaggning",
        data={"occupations": "NONE", "income_sources": "SJP", "work_extent": "0", "study_extent": "0"},
    )
    assert written.status_code in (200, 303), written.text
    marks = ground.team.admin.execute(
        "SELECT DISTINCT detail->>'cover' FROM audit.event WHERE tenant_id = %s AND actor_id = %s "
        "AND action LIKE 'stay%%'",
        (ground.team.own.id, ground.bo),
    ).fetchall()
    assert marks == [(str(cover),)]


def test_a_lens_that_is_not_ones_own_or_is_over_opens_nothing(ground: Ground) -> None:
    cover = ground.arrange()
    stay = f"{ground.url}/deltagare/{ground.team.people['ANNA-1']}"
    stranger = sign_in(ground.app, (ground.team.own, Role.CASE_WORKER))
    assert stranger.post(f"{ground.url}/tackning/{cover}/oppna").status_code == 404
    for value in (f"cover.{cover.hex}", f"cover.{uuid4().hex}", "cover.", "x", "emergency." + cover.hex):
        stranger.set_cookie(COOKIE, value)
        assert stranger.get(stay).status_code == 404
    ground.taker.set_cookie(COOKIE, f"cover.{cover.hex}")
    assert ground.taker.get(stay).status_code == 200
    place = ground.place(ground.anna)
    for table, change, row in (
        ("registry.membership", "roles = '{REFERRER}'", ground.place(ground.bo)),
        ("registry.membership", "valid_to = '2026-01-01'", place),
    ):
        kept = ground.team.admin.execute(
            f"SELECT roles, valid_to FROM {table} WHERE id = %s", (row,)
        ).fetchone()  # type: ignore[arg-type]
        ground.team.admin.execute(f"UPDATE {table} SET {change} WHERE id = %s", (row,))  # type: ignore[arg-type]
        ground.app.extensions["fyrklang.identity"].sessions.refresh(ground.bo)
        assert ground.taker.get(stay).status_code in (403, 404), change
        ground.team.admin.execute(
            "UPDATE registry.membership SET roles = %s, valid_to = %s WHERE id = %s", (*(kept or ()), row)
        )
        ground.app.extensions["fyrklang.identity"].sessions.refresh(ground.bo)
    assert ground.taker.get(stay).status_code == 200
    assert ground.taker.post(f"{ground.url}/tackning/{cover}/avsluta").status_code == 303
    assert ground.taker.get(stay).status_code == 404


def test_who_may_cover_for_whom(ground: Ground) -> None:
    own, app = ground.team.own, ground.app
    path = f"/api/v1{ground.url}/covers"
    af, sender = uuid4(), uuid4()
    sign_in(app, (own, Role.CASE_WORKER), person_id=af, party="AF")
    sign_in(app, (own, Role.REFERRER), person_id=sender)
    for person in (af, sender, ground.anna):
        refused = ground.giver.post(path, json=ground.asked(taker_id=str(ground.place(person))))
        assert refused.status_code == 422, person
    for first, last in ((-1, 3), (0, 30), (3, 2)):
        days = {
            "first_day": (TODAY + first * DAY).isoformat(),
            "last_day": (TODAY + last * DAY).isoformat(),
        }
        assert ground.giver.post(path, json=ground.asked(**days)).status_code == 422
    for reason in ("", "   ", "Gäller 19121212-1212", "x" * 201):
        assert ground.giver.post(path, json=ground.asked(reason=reason)).status_code == 422
    for_oneself = ground.asked(giver_id=str(ground.place(ground.anna)))
    assert ground.taker.post(path, json=for_oneself).status_code == 403
    boss = sign_in(app, (own, Role.TENANT_ADMIN))
    assert boss.post(path, json=for_oneself).status_code == 403
    data = {**for_oneself, "first_day": TODAY.isoformat()}
    assert boss.post(f"{ground.url}/anvandare/tackning/ny", data=data).status_code == 303
    page = boss.get(f"{ground.url}/anvandare/tackning").text
    assert "Semester" in page
    assert "ANNA-1" not in page
    form = ground.giver.get(f"{ground.url}/tackning/ny").text
    assert str(ground.place(ground.bo)) in form
    assert str(ground.place(af)) not in form


def test_sql_alone_cannot_arrange_what_the_pages_refuse(ground: Ground) -> None:
    giver, taker = ground.place(ground.anna), ground.place(ground.bo)
    insert = (
        "INSERT INTO registry.delegation (tenant_id, id, giver_id, taker_id, reason, first_day, last_day, "
        "arranged_by) VALUES (%s, %s, %s, %s, 'x', %s, %s, %s)"
    )
    boss = uuid4()
    sign_in(ground.app, (ground.team.own, Role.TENANT_ADMIN), person_id=boss)
    tried = (
        (ground.bo, giver, taker, ground.bo, False),
        (ground.bo, giver, taker, ground.anna, False),
        (ground.anna, giver, giver, ground.anna, False),
        (ground.anna, giver, ground.place(boss), ground.anna, False),
        (ground.anna, giver, taker, ground.anna, True),
        (boss, giver, taker, boss, True),
    )
    for actor, whose, covers, arranger, works in tried:
        who = TenantContext(ground.team.own.id, ground.team.own.slug, actor)
        with sql(ground.config, who) as conn:
            values = (ground.team.own.id, uuid4(), whose, covers, TODAY, TODAY + DAY, arranger)
            if works:
                assert conn.execute(insert, values).rowcount == 1
                continue
            with pytest.raises(psycopg.errors.CheckViolation):
                conn.execute(insert, values)
    cover = ground.arrange()
    for change in (
        "last_day = last_day + 1",
        "taker_id = giver_id",
        f"ended_at = now(), ended_by = '{boss}'",
    ):
        who = TenantContext(ground.team.own.id, ground.team.own.slug, ground.anna)
        with sql(ground.config, who) as conn, pytest.raises(psycopg.errors.CheckViolation):
            conn.execute(f"UPDATE registry.delegation SET {change} WHERE id = %s", (cover,))  # type: ignore[arg-type]


def test_whom_do_i_cover_today(ground: Ground, database: Database) -> None:
    cover = ground.arrange(first_day=TODAY.isoformat(), last_day=TODAY.isoformat())
    ground.arrange(first_day=(TODAY + DAY).isoformat())
    with tenant_session(database, ground.team.own.context) as session:
        (found,) = covering(session, ground.bo)
        assert (found.id, found.giver_id, found.teams) == (cover, ground.anna, (ground.team.insats,))
        assert [each.id for each in covered_by(session, ground.anna)] == [cover]
        assert covering(session, ground.anna) == covered_by(session, ground.bo) == ()
        assert covering(session, None) == ()


def test_what_is_past_loses_its_marks(ground: Ground, database: Database) -> None:
    tag = f"D-{ground.arrange().hex}"
    assert ground.codes(ground.bo, tag) == {"ANNA-1"}
    with ground.team.admin.transaction():
        ground.team.admin.execute("ALTER TABLE registry.delegation DISABLE TRIGGER USER")
        ground.team.admin.execute(
            "UPDATE registry.delegation SET first_day = first_day - 20, last_day = last_day - 20 "
            "WHERE tenant_id = %s",
            (ground.team.own.id,),
        )
        ground.team.admin.execute("ALTER TABLE registry.delegation ENABLE TRIGGER USER")
    with tenant_session(database, ground.team.own.context, "worker") as session:
        assert covering(session, ground.bo) == ()
        close_past(session)
    assert ground.codes(ground.bo, tag) == set()
