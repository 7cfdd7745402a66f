"""Names and numbers nobody may meet: looked for in cases and searches, in files, logs, jobs and Valkey.

Two people were named and numbered in one insats and one of them is protected since. Whatever the platform answers
with, writes or keeps is searched for them as bytes, and for the protected one's code too.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from psycopg import sql

from fyrklang.access.guard import Scope
from fyrklang.access.permissions import Role
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.sdk.facts import Touched, recompute
from fyrklang.tenancy.session import tenant_session
from tests.isolation.hidden import Hidden, hide
from tests.isolation.seeds import Planted, plant
from tests.isolation.test_routes import ROWS, address, rules
from tests.people import Forbund, sign_in


@dataclass
class Nest:
    """A förbund with both, a browser in the team that keeps them, and the förbund's chief."""

    home: Planted
    hidden: Hidden
    worker: FlaskClient
    chief: FlaskClient


@pytest.fixture
def admin(config: Config) -> Iterator[psycopg.Connection]:
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", ""), autocommit=True) as conn:
        yield conn


@pytest.fixture
def nest(app: Flask, admin: psycopg.Connection) -> Nest:
    home = plant(admin, "kanarier")
    forbund = Forbund(home.tenant_id, home.slug)
    worker = sign_in(app, (forbund, Role.CASE_WORKER), team=home.intervention_id)
    return Nest(home, hide(admin, home, worker), worker, sign_in(app, (forbund, Role.DIRECTOR)))


def test_a_case_shows_its_own_person_hidden_and_nobody_else(app: Flask, nest: Nest) -> None:
    """Every page with a stay in its address; the others are asked in `tests/isolation/test_routes.py`."""
    asked, hidden = 0, nest.hidden
    values = {name: nest.home.rows[table] for name, table in ROWS.items()}
    for rule, method in rules(app, Scope.TENANT):
        if method != "GET" or "stay_id" not in rule.arguments:
            continue
        for stay in (hidden.named.stay, hidden.protected.stay):
            for browser in (nest.worker, nest.chief):
                path = address(app, rule, **{**values, "slug": nest.home.slug, "stay_id": stay})
                answer = browser.get(path)
                assert hidden.met(answer.data, stay) == [], path
                asked += 1
    assert asked > 40


def test_a_search_for_a_protected_person_answers_as_for_nobody(app: Flask, nest: Nest) -> None:
    worker, named, protected = nest.worker, nest.hidden.named, nest.hidden.protected
    found = False
    for rule, method in rules(app, Scope.TENANT):
        if method != "GET" or rule.arguments != {"slug"}:
            continue
        path = address(app, rule, slug=nest.home.slug)
        for word in (protected.code, protected.number):
            nobody = re.sub("[0-9]", "8", word).replace("hemlig", "okandx").replace("Kanarie", "Korpfor")
            answers = [
                _neutral(worker.get(path, query_string={"q": each, "sok": each}).data, each)
                for each in (word, nobody)
            ]
            assert answers[0] == answers[1], (path, word)
        listed = worker.get(path, query_string={"q": named.code}).data
        found |= str(named.stay).encode() in listed
    assert found, "the search finds nobody at all"


def test_nothing_kept_holds_them(
    nest: Nest,
    config: Config,
    database: Database,
    admin: psycopg.Connection,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with tenant_session(database, Forbund(nest.home.tenant_id, nest.home.slug).context, "worker") as session:
        recompute(session, Touched())
    with psycopg.connect(config.database_url, autocommit=True) as server:
        server.execute("CHECKPOINT")
    said = "".join(capfd.readouterr()).encode()
    kept = b"\n".join(_tables(config)) + said + _valkey(config)
    code, secrets = nest.hidden.protected.code.encode(), nest.hidden.secrets()
    other = nest.hidden.named.code.encode()
    assert [word for word in secrets if word in kept] == []
    apart = b"\n".join(_tables(config, ("jobs", "audit", "facts", "national"))) + said + _valkey(config)
    assert code not in apart
    assert _on_disk(config, [*secrets, other]) == {other}


def _neutral(body: bytes, word: str) -> bytes:
    return (
        re.sub(rb'nonce="[^"]+"|name="_csrf" value="[^"]+"|[0-9a-f]{8}-[0-9a-f-]{27}', b"", body)
        .replace(word.encode(), b"")
        .replace(quote(word).encode(), b"")
    )


def _tables(config: Config, schemas: tuple[str, ...] = ()) -> Iterator[bytes]:
    """Every row of every table as text; sealed values as hex and as they are."""
    with psycopg.connect(config.database_url) as server:
        found = server.execute(
            "SELECT schemaname, tablename FROM pg_tables "
            "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        for schema, table in found:
            if schemas and schema not in schemas:
                continue
            copy = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(schema, table))
            with server.cursor().copy(copy) as rows:
                yield from (bytes(part) for part in rows)


def _valkey(config: Config) -> bytes:
    client = redis.Redis.from_url(config.redis_url)
    return b"\n".join(key + b" " + (client.dump(key) or b"") for key in client.scan_iter())


def _on_disk(config: Config, words: list[bytes]) -> set[bytes]:
    """Which words stand in what the servers keep: tables, write-ahead log, their own logs, Valkey's files."""
    with psycopg.connect(config.database_url) as server:
        row = server.execute(
            "SELECT current_setting('data_directory'), oid::text FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert row is not None
    found: set[bytes] = set()
    for path in {
        each for root in (row[0], os.environ["FYRKLANG_TEST_DATA"]) for each in Path(root).rglob("*")
    }:
        # Other databases of the server belong to other workers.
        foreign = path.parent.parent.name == "base" and path.parent.name != row[1]
        if path.is_file() and not foreign:
            content = path.read_bytes()
            found |= {word for word in words if word in content}
    return found
