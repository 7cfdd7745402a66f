"""An insats with a team and participants, without casework's pages: rows are laid past the wall."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from fyrklang.access.permissions import Role
from fyrklang.kernel.config import Config
from tests.chromium import WATCH
from tests.people import Forbund, make_forbund, sign_in


@dataclass
class Team:
    """A förbund with one insats; `people` are stays by the code of the person."""

    own: Forbund
    insats: UUID
    admin: psycopg.Connection
    people: dict[str, UUID]

    def join(self, code: str, mode: str = "PSEUDONYM", party: str = "FK") -> UUID:
        """Lay a participant and a stay that goes on."""
        person, stay = uuid4(), uuid4()
        self.admin.execute(
            "INSERT INTO care.participant (tenant_id, id, intervention_id, owner_party, code, sex, "
            "identity_mode) VALUES (%s, %s, %s, %s, %s, 'K', %s)",
            (self.own.id, person, self.insats, party, code, mode),
        )
        self.admin.execute(
            "INSERT INTO care.stay (tenant_id, id, intervention_id, owner_party, participant_id, started_on, "
            "sex) VALUES (%s, %s, %s, %s, %s, '2026-01-10', 'K')",
            (self.own.id, stay, self.insats, party, person),
        )
        self.people[code] = stay
        return stay

    def consent(self, code: str, party: str, purpose: str = "INFO_EXCHANGE") -> None:
        """Let a party read, or do what another purpose says."""
        self.admin.execute(
            "INSERT INTO care.consent (tenant_id, id, intervention_id, owner_party, participant_id, purpose, "
            "party, text_version, form, given_on) SELECT tenant_id, %s, intervention_id, owner_party, "
            "participant_id, %s, %s, '1', 'PAPER', '2024-01-10' FROM care.stay WHERE id = %s",
            (uuid4(), purpose, party, self.people[code]),
        )

    def end(self, code: str, day: date, occupation: str = "NONE", reason: str = "DONE") -> None:
        """End a stay, with what the person did then."""
        self.admin.execute(
            "UPDATE care.stay SET status = 'ENDED', started_on = '2023-01-10', ended_on = %s, end_reason = %s "
            "WHERE id = %s",
            (day, reason, self.people[code]),
        )
        self.admin.execute(
            "INSERT INTO care.situation (tenant_id, id, intervention_id, owner_party, participant_id, stay_id, "
            "moment, taken_on, occupations, work_extent, income_sources) SELECT tenant_id, %s, intervention_id, "
            "owner_party, participant_id, id, 'END', ended_on, %s, %s, '{UNK}' FROM care.stay WHERE id = %s",
            (uuid4(), [occupation], 50 if occupation == "WORK" else 0, self.people[code]),
        )

    def tasks(self) -> list[tuple[str, str, bool]]:
        """Every task: whose, about what, whether it is done."""
        return self.admin.execute(
            "SELECT p.code, t.what, t.done_at IS NOT NULL FROM care.task t JOIN care.participant p "
            "ON p.id = t.participant_id WHERE t.tenant_id = %s ORDER BY p.code, t.created_at",
            (self.own.id,),
        ).fetchall()


@pytest.fixture
def team(config: Config) -> Iterator[Team]:
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", ""), autocommit=True) as admin:
        own, insats = make_forbund(config), uuid4()
        admin.execute(
            "INSERT INTO office.intervention (tenant_id, id, name, direction, follow_up_method, mode, "
            "person_level_from, focus, format, status, starts_on) VALUES (%s, %s, 'Hälsoteamet', 'INDIVIDUAL', "
            "'PERSON', 'B', 2024, 'HEALTH', 'GROUP', 'RUNNING', '2024-01-01')",
            (own.id, insats),
        )
        yield Team(own, insats, admin, {})


@pytest.fixture
def leader(app: Flask, team: Team) -> FlaskClient:
    return sign_in(app, (team.own, Role.COORDINATOR), team=team.insats)


@pytest.fixture
def visit(app: Flask, browser: Browser) -> Iterator[Callable[[FlaskClient, str], Page]]:
    """Open a page in a real browser as whoever is signed in with a client."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 900})

    def go(client: FlaskClient, path: str) -> Page:
        name = app.extensions["fyrklang.identity"].sessions.cookie_name
        cookie = client.get_cookie(name)
        assert cookie is not None
        context.add_cookies([{"name": name, "value": cookie.value, "url": address}])
        page = context.new_page()
        page.add_init_script(WATCH)
        page.goto(path)
        return page

    yield go
    context.close()
    server.shutdown()
    thread.join()
