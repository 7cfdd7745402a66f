"""Whoever has left gets no answer any more: each way of leaving, through the whole application, measured.

The application's clock is moved past the minute that grants may be kept, with requests on the way by the open
browser and, where the place itself has ended, by a program with the person's token.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine

from fyrklang.access.permissions import Role
from fyrklang.app import create_app
from fyrklang.identity import build, install
from fyrklang.identity.directory import Directory, new_key
from fyrklang.identity.logout import EVENT
from fyrklang.identity.outcomes import Accepted
from fyrklang.kernel import clock as real
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.web.security import csrf_token
from tests.identity import ground
from tests.identity.hostile import CLIENT_ID, HostileIssuer
from tests.identity.support import Clock
from tests.people import Forbund, make_forbund, sign_in

Recorder = Callable[[str, object], None]
PROMISED_SECONDS = 60
WALK = (*range(0, 57, 3), 57, 58, 59, 60, 65, 75)
"""Seconds after somebody has left at which they ask."""


@dataclass
class Office:
    """The application, a förbund with an administrator who stays and one who leaves."""

    app: Flask
    config: Config
    clock: Clock
    issuer: HostileIssuer
    own: Forbund
    boss: FlaskClient
    person: UUID
    leaver: FlaskClient
    token: str

    def sql(self, statement: str, *values: object) -> None:
        """Something that happens past the application: another process, or the operator."""
        with ground.connect(self.config) as conn:
            conn.execute(statement, values)  # type: ignore[arg-type]

    @property
    def place(self) -> UUID:
        """The leaver's place."""
        with ground.connect(self.config) as conn:
            row = conn.execute(
                "SELECT id FROM registry.membership WHERE tenant_id = %s AND person_id = %s",
                (self.own.id, self.person),
            ).fetchone()
        assert row is not None
        return UUID(str(row[0]))

    def let_in(self, *, program: bool) -> bool:
        """Whether the open browser, or the program, is answered now."""
        browser = self.leaver.get(f"/f/{self.own.slug}/medlemmar").status_code == 200
        sent = {"Authorization": f"Bearer {self.token}"}
        asked = self.app.test_client().get(f"/api/v1/f/{self.own.slug}/members", headers=sent)
        return browser or (program and asked.status_code == 200)


@pytest.fixture(scope="module")
def issuer(grounded: Config) -> Iterator[HostileIssuer]:
    with HostileIssuer("leaving") as made:
        made.register(grounded, loa_map={"loa3": 3})
        yield made


@pytest.fixture(scope="module")
def whole(grounded: Config, database: Database, valkey: redis.Redis, clock: Clock) -> Flask:
    """The whole application with a clock that is moved."""
    app = create_app(grounded)
    install(app, build(grounded, database, valkey, clock, lambda: clock().timestamp()))
    return app


@pytest.fixture
def office(whole: Flask, grounded: Config, clock: Clock, issuer: HostileIssuer) -> Office:
    own, person = make_forbund(grounded, "alfa"), uuid4()
    boss = sign_in(whole, (own, Role.TENANT_ADMIN))
    identity = whole.extensions["fyrklang.identity"]
    with ground.connect(grounded) as conn:
        conn.execute(
            "INSERT INTO registry.person (id, display_name, synthetic) VALUES (%s, 'Lämna Prov', true)",
            (person,),
        )
        conn.execute(
            "INSERT INTO registry.identity (issuer_id, sub, person_id) VALUES (%s, %s, %s)",
            (issuer.id, str(person), person),
        )
        conn.execute(
            "INSERT INTO registry.membership (tenant_id, id, person_id, organisation_id, display_name, roles, "
            "valid_from, granted_at) VALUES (%s, %s, %s, %s, 'Lämna Prov', '{TENANT_ADMIN}', '2024-01-01', "
            "now() - interval '200 days')",
            (own.id, uuid4(), person, issuer.organisation_id),
        )
        conn.execute("UPDATE registry.identity SET last_login_at = NULL WHERE sub = %s", (str(person),))
    identity.issuers.forget()
    accepted = Accepted(
        issuer.id, str(person), "", "loa3", None, issuer.organisation_id, "/", {"sid": "a-login"}, ""
    )
    cookie, session = identity.sessions.create(accepted, person, "prov")
    leaver = whole.test_client()
    leaver.set_cookie(identity.sessions.cookie_name, cookie)
    proof = csrf_token(session.csrf_key.hex(), grounded.derive("csrf"))
    leaver.environ_base.update({"HTTP_SEC_FETCH_SITE": "same-origin", "HTTP_X_CSRF_TOKEN": proof})
    last = (real.today() + timedelta(days=30)).isoformat()
    asked = {"name": "Prov", "permissions": ["members:read"], "last_day": last}
    made = leaver.post(f"/api/v1/f/{own.slug}/tokens", json=asked)
    assert made.status_code == 201, made.text
    return Office(whole, grounded, clock, issuer, own, boss, person, leaver, made.json["token"])


def _ended(office: Office) -> None:
    answer = office.boss.post(f"/f/{office.own.slug}/anvandare/{office.place}/avsluta")
    assert answer.status_code == 303, answer.text


def _reviewed(office: Office) -> None:
    asked = {"ids": [str(office.place)], "deed": "END"}
    answer = office.boss.post(f"/f/{office.own.slug}/anvandare/granska/spara", data=asked)
    assert answer.status_code == 303, answer.text


def _logged_out(office: Office) -> None:
    answer = office.boss.post(f"/f/{office.own.slug}/anvandare/{office.place}/logga-ut")
    assert answer.status_code == 303, answer.text


def _last_day_passed(office: Office) -> None:
    office.sql("UPDATE registry.membership SET valid_to = current_date - 1 WHERE id = %s", office.place)


def _person_ended(office: Office) -> None:
    office.sql("UPDATE registry.person SET ended_at = now() WHERE id = %s", office.person)


def _directory_says_so(office: Office) -> None:
    engine = create_engine(office.config.url_for("migrator"))
    with engine.begin() as connection:
        key = new_key(connection, Directory(office.issuer.organisation_id, office.issuer.id), 1)
    engine.dispose()
    told = {"externalId": str(office.person), "userName": str(office.person), "active": False}
    sent = {"Authorization": f"Bearer {key}", "Content-Type": "application/scim+json"}
    answer = office.app.test_client().post("/scim/v2/Users", json=told, headers=sent)
    assert answer.status_code == 201, answer.text


def _issuer_says_so(office: Office) -> None:
    now = int(time.time())
    said = {"iss": office.issuer.url, "aud": CLIENT_ID, "iat": now, "exp": now + 120, "jti": uuid4().hex}
    token = office.issuer.signed({**said, "events": {EVENT: {}}, "sub": str(office.person)}, typ="logout+jwt")
    path = f"/auth/{office.issuer.id}/utloggad"
    assert office.app.test_client().post(path, data={"logout_token": token}).status_code == 200


def _issuer_trusted_no_more(office: Office) -> None:
    office.sql("UPDATE registry.issuer SET enabled = false WHERE id = %s", office.issuer.id)


PATHS: dict[str, tuple[Callable[[Office], None], bool]] = {
    "the administrator ends the place": (_ended, True),
    "the review of quiet users ends it": (_reviewed, True),
    "the agreed last day passes": (_last_day_passed, True),
    "the employer's directory says so (SCIM)": (_directory_says_so, True),
    "the operator ends the person": (_person_ended, True),
    "the issuer says so (back-channel logout)": (_issuer_says_so, False),
    "the operator trusts the issuer no more": (_issuer_trusted_no_more, False),
    "the administrator logs the person out everywhere": (_logged_out, False),
}
"""How somebody leaves, and whether their programs must be out too: the last three end logins, not places."""


@pytest.mark.parametrize("path", PATHS)
def test_the_last_accepted_request_is_within_the_minute(
    office: Office, path: str, record_property: Recorder
) -> None:
    leave, program = PATHS[path]
    # Everything that may be kept is kept as freshly as can be when it happens.
    assert office.let_in(program=program)
    leave(office)
    last = -1
    try:
        for second in WALK:
            office.clock.ahead = float(second)
            if office.let_in(program=program):
                last = second
    finally:
        office.sql("UPDATE registry.issuer SET enabled = true WHERE id = %s", office.issuer.id)
    assert last < PROMISED_SECONDS
    told = "none, from the next request on" if last < 0 else f"{last} s after"
    record_property(f"last accepted request when {path}", told)
