"""Webhooks: signed, through the wall, tried again, stopped, replayed; and nothing in them about anybody."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import UUID, uuid4

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from fyrklang.access.permissions import Role
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.modules.webhooks import service
from fyrklang.modules.webhooks.models import Delivery, Webhook
from fyrklang.tenancy.session import TenantSession, tenant_session
from tests.people import Forbund, make_forbund, sign_in

INNER = frozenset({"127.0.0.1"})


@dataclass
class Receiver:
    """A real HTTP server that keeps what it was sent and answers as it is told."""

    port: int = 0
    answers: list[int] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


class Holder:
    """What a job gives a service: a session."""

    def __init__(self, session: TenantSession) -> None:
        self.session = session


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.got.append((dict(self.headers), body))
            self.send_response(made.answers.pop(0) if made.answers else 200)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def admin(config: Config) -> Iterator[psycopg.Connection]:
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", ""), autocommit=True) as conn:
        yield conn


@pytest.fixture
def own(config: Config) -> Forbund:
    return make_forbund(config, "krok")


@pytest.fixture
def boss(app: Flask, own: Forbund) -> FlaskClient:
    return sign_in(app, (own, Role.TENANT_ADMIN))


@dataclass
class Hook:
    """A receiver laid up by the administrator, with the secret shown once."""

    id: UUID
    secret: str


@pytest.fixture
def hook(own: Forbund, boss: FlaskClient, admin: psycopg.Connection, receiver: Receiver) -> Hook:
    asked = {"name": "Provsystemet", "url": "https://exempel.test/krok", "events": ["intervention.created"]}
    page = boss.post(f"/f/{own.slug}/webhooks/ny", data=asked)
    assert page.status_code == 200, page.text
    assert page.headers["Cache-Control"] == "no-store"
    found = re.search(r"<code>([\w-]{43})</code>", page.text)
    assert found is not None
    row = admin.execute("SELECT id, w::text FROM office.webhook w WHERE tenant_id = %s", (own.id,)).fetchone()
    assert row is not None
    assert found.group(1) not in row[1]
    assert found.group(1).encode().hex() not in row[1]
    assert found.group(1) not in boss.get(f"/f/{own.slug}/webhooks/{row[0]}").text
    address = f"http://127.0.0.1:{receiver.port}/krok"
    admin.execute("UPDATE office.webhook SET url = %s WHERE id = %s", (address, row[0]))
    return Hook(row[0], found.group(1))


def happen(boss: FlaskClient, own: Forbund) -> None:
    """Something that is told of: a new insats."""
    asked = {
        "name": f"Insats {uuid4().hex[:6]}",
        "direction": "INDIVIDUAL",
        "follow_up_method": "PERSON",
        "focus": "TEAM",
        "format": "TEAM",
        "status": "RUNNING",
        "starts_on": "2026-01-01",
    }
    answer = boss.post(f"/api/v1/f/{own.slug}/interventions", json=asked)
    assert answer.status_code == 201, answer.text


def run(database: Database, own: Forbund, inner: frozenset[str] = INNER) -> list[tuple[str, int, str]]:
    """Every telling tried once, as the worker does; returns state, tries and fault."""
    with tenant_session(database, own.context, "worker") as session:
        for row in session.query(Delivery).order_by(Delivery.created_at).all():
            service.deliver(Holder(session), row.id, inner)
    with tenant_session(database, own.context) as session:
        rows = session.query(Delivery).order_by(Delivery.created_at).all()
        return [(row.state, row.attempts, row.fault) for row in rows]


def test_signed_and_without_anybody(
    own: Forbund,
    boss: FlaskClient,
    hook: Hook,
    receiver: Receiver,
    database: Database,
    admin: psycopg.Connection,
) -> None:
    happen(boss, own)
    jobs = admin.execute(
        "SELECT count(*) FROM jobs.job WHERE tenant_id = %s AND kind = 'webhooks.deliver'", (own.id,)
    ).fetchone()
    assert jobs == (1,)
    assert run(database, own) == [("DELIVERED", 1, "")]
    ((headers, body),) = receiver.got
    moment, mac = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", headers["Fyrklang-Signature"]).groups()  # type: ignore[union-attr]
    mine = hmac.new(hook.secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    assert mac == mine
    told = json.loads(body)
    assert set(told) == {"id", "event", "tenant", "at", "object"}
    assert (told["event"], told["tenant"], told["id"]) == (
        "intervention.created",
        own.slug,
        headers["Fyrklang-Delivery"],
    )
    assert set(told["object"]) == {"type", "id"}
    assert run(database, own) == [("DELIVERED", 1, "")]
    assert len(receiver.got) == 1, "told once"


def test_no_inner_address_is_ever_called(
    own: Forbund, boss: FlaskClient, hook: Hook, receiver: Receiver, database: Database
) -> None:
    assert hook
    happen(boss, own)
    assert run(database, own, frozenset()) == [("WAITING", 1, "inre adress")]
    assert receiver.got == []


def test_failures_wait_longer_and_at_last_stop(
    own: Forbund,
    boss: FlaskClient,
    hook: Hook,
    receiver: Receiver,
    database: Database,
    admin: psycopg.Connection,
) -> None:
    happen(boss, own)
    receiver.answers = [500, 302]
    assert run(database, own) == [("WAITING", 1, "svar 500")]
    assert run(database, own) == [("WAITING", 1, "svar 500")], "not before its time"
    assert len(receiver.got) == 1
    later = "UPDATE office.webhook_delivery SET next_at = now() - interval '1 second' WHERE tenant_id = %s"
    admin.execute(later, (own.id,))
    assert run(database, own) == [("WAITING", 2, "svar 302")], "a redirect is not followed"
    waits = admin.execute(
        "SELECT extract(epoch FROM run_at - created_at)::int FROM jobs.job WHERE tenant_id = %s AND "
        "kind = 'webhooks.deliver' ORDER BY run_at",
        (own.id,),
    ).fetchall()
    assert [round(wait / 60) for (wait,) in waits] == [0, 1, 5]
    admin.execute(
        "UPDATE office.webhook SET failing_since = now() - interval '4 days' WHERE id = %s", (hook.id,)
    )
    admin.execute(later, (own.id,))
    receiver.answers = [503]
    assert run(database, own) == [("FAILED", 3, "svar 503")]
    assert "Webhook stoppad" in boss.get(f"/f/{own.slug}/").text
    assert "tre dagar" in boss.get(f"/f/{own.slug}/webhooks/{hook.id}").text
    happen(boss, own)
    assert len(run(database, own)) == 1, "nothing more is told of while it is stopped"
    told = admin.execute(
        "SELECT count(*) FROM audit.event WHERE tenant_id = %s AND action = 'webhook.stopped'", (own.id,)
    ).fetchone()
    assert told == (1,)
    (row,) = admin.execute(
        "SELECT id FROM office.webhook_delivery WHERE tenant_id = %s", (own.id,)
    ).fetchall()
    again = f"/f/{own.slug}/webhooks/{hook.id}/{row[0]}/igen"
    assert boss.post(again).status_code == 409
    assert boss.post(f"/f/{own.slug}/webhooks/{hook.id}/slapp", data={"on": "1"}).status_code == 303
    assert boss.post(again).status_code == 303
    assert run(database, own) == [("DELIVERED", 1, "")]
    assert receiver.got[0][1] == receiver.got[-1][1], "the same telling under the same id"


def test_the_last_try_fails_for_good(
    own: Forbund,
    boss: FlaskClient,
    hook: Hook,
    receiver: Receiver,
    database: Database,
    admin: psycopg.Connection,
) -> None:
    assert hook
    happen(boss, own)
    admin.execute("UPDATE office.webhook_delivery SET attempts = %s", (len(service.PAUSES),))
    receiver.answers = [500]
    assert run(database, own) == [("FAILED", len(service.PAUSES) + 1, "svar 500")]


def test_a_bad_receiver_says_where(own: Forbund, boss: FlaskClient, admin: psycopg.Connection) -> None:
    good = {"name": "P", "url": "https://exempel.test/", "events": ["report.frozen"]}
    for values, name in (
        ({"url": "http://exempel.test/"}, "url"),
        ({"url": "https://namn:ord@exempel.test/"}, "url"),
        ({"url": "ftp://exempel.test/"}, "url"),
        ({"url": ""}, "url"),
        ({"name": " "}, "name"),
        ({"events": []}, "events"),
        ({"events": ["stay.read"]}, "events"),
    ):
        page = boss.post(f"/f/{own.slug}/webhooks/ny", data={**good, **values})
        assert page.status_code == 422, values
        assert f"f-{name}" in page.text
    assert admin.execute(
        "SELECT count(*) FROM office.webhook WHERE tenant_id = %s", (own.id,)
    ).fetchone() == (0,)


def test_taken_away_with_its_secret(own: Forbund, boss: FlaskClient, hook: Hook, database: Database) -> None:
    assert boss.post(f"/f/{own.slug}/webhooks/{hook.id}/ta-bort").status_code == 303
    with tenant_session(database, own.context) as session:
        assert session.query(Webhook).count() == 0
    assert boss.get(f"/f/{own.slug}/webhooks/{hook.id}").status_code == 404


def test_no_event_is_about_anybody() -> None:
    assert not [
        event for event in service.EVENTS if event.split(".")[0] in {"stay", "participant", "user", "note"}
    ]


def test_a_program_lays_up_sees_and_takes_away(boss: FlaskClient, own: Forbund, hook: Hook) -> None:
    door = f"/api/v1/f/{own.slug}/webhooks"
    asked = {"name": "Ett till", "url": "https://exempel.test/till", "events": ["report.frozen"]}
    made = boss.post(door, json=asked)
    assert made.status_code == 201, made.text
    one = f"{door}/{made.json['id']}"
    assert {**boss.get(one).json, **asked, "status": "ON"} == boss.get(one).json
    listed = boss.get(door)
    assert [row["name"] for row in listed.json["items"]] == ["Ett till", "Provsystemet"]
    assert made.json["secret"] not in listed.text
    for bad in ({**asked, "url": "http://exempel.test"}, {**asked, "events": ["x"]}, {}):
        assert boss.post(door, json=bad).status_code == 422
    happen(boss, own)
    told = boss.get(f"{door}/{hook.id}/deliveries").json["items"]
    assert [(row["event"], row["state"]) for row in told] == [("intervention.created", "WAITING")]
    again = f"{door}/{hook.id}/deliveries/{told[0]['id']}/again"
    assert boss.put(f"{door}/{hook.id}/status", json={"on": "ja"}).status_code == 422
    assert boss.put(f"{door}/{hook.id}/status", json={"on": False}).status_code == 204
    assert boss.post(again, json={}).status_code == 409
    assert boss.put(f"{door}/{hook.id}/status", json={"on": True}).status_code == 204
    assert boss.post(again, json={}).status_code == 204
    assert boss.delete(one).status_code == 204
    assert boss.get(one).status_code == 404
