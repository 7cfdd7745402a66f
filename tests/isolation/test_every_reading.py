"""Nobody's rows leave the house without an event: every route, by every role, held against what the database gave."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from flask import Flask
from sqlalchemy import event

from fyrklang.access.permissions import CASE_ROLES, NATIONAL_ROLES, Role
from fyrklang.kernel.config import Config
from tests.isolation.seeds import Planted, plant
from tests.isolation.test_routes import LEAVING, ROWS, address, rules
from tests.people import Forbund, sign_in

SHOWS_NOBODY = {
    "cases.save_draft": "says when the draft was saved, and nothing of whom it is about",
    "emergency.asked": "looks codes through for the one asked for; the request that shows it is told of",
}
"""Answers that rows were read for and that show none of them, and why; an entry that is not needed fails."""

_OF_A_PERSON = re.compile(r"\b(FROM|JOIN)\s+care\.\w+", re.I)


@contextmanager
def watched(app: Flask) -> Iterator[list[str]]:
    """The statements by which the application got rows about people."""
    engine, found = app.extensions["fyrklang.database"].engine("app"), []

    def note(_connection: Any, cursor: Any, statement: str, *_more: Any) -> None:
        asked = statement.lstrip().upper().startswith(("SELECT", "WITH"))
        if asked and cursor.rowcount > 0 and _OF_A_PERSON.search(statement):
            found.append(statement)

    event.listen(engine, "after_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "after_cursor_execute", note)


def test_every_route_tells_whose_rows_it_got(
    app: Flask, config: Config, record_property: Callable[[str, object], None]
) -> None:
    silent, told, spared = [], 0, set()
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", ""), autocommit=True) as admin:
        own = plant(admin, "lasning")
        for role in Role:
            browser = _somebody(app, own, role)
            for rule, method in rules(app):
                if rule.endpoint in LEAVING:
                    continue
                values = {name: own.rows.get(table) for name, table in ROWS.items()}
                url = address(app, rule, slug=own.slug, **values)
                body: dict[str, Any] = (
                    {} if method == "GET" else {"json": {}} if "/api/" in url else {"data": {}}
                )
                before = _last(admin, own)
                with watched(app) as statements:
                    answer = browser.open(url, method=method, **body)
                assert answer.status_code < 500, f"{role} {method} {rule.rule}"
                if statements and answer.status_code < 300 and answer.data:
                    if _tells(admin, own, before):
                        told += 1
                    elif rule.endpoint in SHOWS_NOBODY:
                        spared.add(rule.endpoint)
                    else:
                        silent.append(
                            f"{role} {method} {rule.rule}: {' '.join(statements[-1].split())[:300]}"
                        )
    record_property("answers made of a person's rows, all with an event", told)
    assert silent == [], "\n".join(silent)
    assert spared == set(SHOWS_NOBODY)
    assert told > 30


def _somebody(app: Flask, own: Planted, role: Role) -> Any:
    home = Forbund(own.tenant_id, own.slug)
    if role in NATIONAL_ROLES:
        return sign_in(app, national=role)
    team = own.intervention_id if role in CASE_ROLES - {Role.REFERRER} else None
    return sign_in(
        app, (home, role), team=team, person_id=own.rows["care.referral"] if role is Role.REFERRER else None
    )


def _last(admin: psycopg.Connection, own: Planted) -> int:
    row = admin.execute("SELECT seq FROM audit.head WHERE tenant_id = %s", (own.tenant_id,)).fetchone()
    return row[0] if row else 0


def _tells(admin: psycopg.Connection, own: Planted, after: int) -> bool:
    """Whether an event since then tells of the one person there is: an id of theirs, or a number of read rows."""
    theirs = [row for table, row in own.rows.items() if table.startswith("care.")]
    found = admin.execute(
        "SELECT 1 FROM audit.event WHERE tenant_id = %s AND seq > %s "
        "AND (object_id = ANY(%s) OR (detail ->> 'count')::int > 0) LIMIT 1",
        (own.tenant_id, after, theirs),
    )
    return found.fetchone() is not None
