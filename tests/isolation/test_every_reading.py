"""Every route by every role at home: let in as the table says, and nobody's rows given without an event."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.routing import Rule

from fyrklang.access.guard import Scope, guard_of
from fyrklang.access.permissions import NATIONAL_ROLES, ROLE_PERMISSIONS, Permission, Role
from fyrklang.kernel.config import Config
from tests.isolation.hidden import Hidden, hide
from tests.isolation.seeds import Planted, plant
from tests.isolation.test_routes import LEAVING, ROWS, address, ask, at_home, rules
from tests.people import Forbund

OWN_ALONE = (
    "referrals.own",
    "referrals.answer",
    "referrals.take_back",
    "cases.edit_note",
    "cases.change_note",
    *("covers.look", "covers.end", "api-covers.end"),
    *("emergency.look", "emergency.end", "api-emergency.end"),
    # Who gave stays away takes that back, and who saved a list removes it.
    *("caseload.undo", "caseload.forget", "api-caseload.undo", "lists.forget"),
    # Asked after the webhook itself has been taken away by the walk.
    "webhooks.again",
    *(
        f"api-webhooks.{name}"
        for name in ("get_webhook", "switch_webhook", "remove_webhook", "list_deliveries")
    ),
    "api-webhooks.replay_delivery",
)
"""What is open to nobody but those it is between: here the referrer, and for notes, covers and emergencies nobody."""

TAKE_TURNS = 3
"""Each route turns away a third of the roles that lack its permission: `tests/access` tries every cell of the table."""

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


@dataclass
class Walk:
    """A förbund with a row in each table and two people to hide, and what has been seen there."""

    app: Flask
    admin: psycopg.Connection
    own: Planted
    hidden: Hidden
    silent: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    told: int = 0
    spared: set[str] = field(default_factory=set)

    def ask(self, browser: FlaskClient, role: Role, rule: Rule, method: str) -> None:
        """One route, with the ids of the förbund's own rows."""
        values = {name: self.own.rows.get(table) for name, table in ROWS.items()}
        url = address(self.app, rule, slug=self.own.slug, **values)
        before = _last(self.admin, self.own)
        with watched(self.app) as statements:
            status, body = ask(browser, method, url, self.own)
        where = f"{role} {method} {rule.rule}"
        self.wrong += [f"{where}: shows {word!r}" for word in self.hidden.met(body)]
        fault = _unlike_the_table(self.app, role, rule, status)
        if fault:
            self.wrong.append(f"{where}: {status}, {fault}")
        if statements and status < 300:
            if _tells(self.admin, self.own, before):
                self.told += 1
            elif rule.endpoint in SHOWS_NOBODY:
                self.spared.add(rule.endpoint)
            else:
                self.silent.append(f"{where}: {' '.join(statements[-1].split())[:300]}")


def test_every_role_is_let_in_as_the_table_says_and_every_reading_is_told(
    app: Flask, config: Config, record_property: Callable[[str, object], None]
) -> None:
    asked = 0
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", ""), autocommit=True) as admin:
        own = plant(admin, "lasning")
        home = Forbund(own.tenant_id, own.slug)
        browsers = {role: at_home(app, home, role, own) for role in Role}
        walk = Walk(app, admin, own, hide(admin, own, browsers[Role.CASE_WORKER]))
        for turn, (role, browser) in enumerate(browsers.items()):
            for place, (rule, method) in enumerate(rules(app)):
                turned_away = _lacks(app, role, rule) and (place + turn) % TAKE_TURNS
                if rule.endpoint not in LEAVING and not turned_away:
                    walk.ask(browser, role, rule, method)
                    asked += 1
    record_property("routes asked", asked)
    record_property("answers made of a person's rows, all with an event", walk.told)
    assert walk.wrong == [], "\n".join(walk.wrong)
    assert walk.silent == [], "\n".join(walk.silent)
    assert walk.spared == set(SHOWS_NOBODY)
    assert walk.told > 30


def _lacks(app: Flask, role: Role, rule: Rule) -> bool:
    guarded = guard_of(app.view_functions[rule.endpoint])
    return (
        guarded is not None
        and guarded[1] is Scope.TENANT
        and guarded[0] not in ROLE_PERMISSIONS[role]
        and role not in NATIONAL_ROLES
    )


def _unlike_the_table(app: Flask, role: Role, rule: Rule, status: int) -> str:
    """What the table of permissions says against the answer; empty when they agree."""
    guarded = guard_of(app.view_functions[rule.endpoint])
    if status >= 500 and rule.endpoint != "health.ready":
        return "a fault"
    if guarded is None or guarded[1] is not Scope.TENANT:
        return ""
    demand = guarded[0]
    assert isinstance(demand, Permission), rule.rule
    if role in NATIONAL_ROLES:
        return "" if status == 404 else "a national role is at home nowhere"
    if demand not in ROLE_PERMISSIONS[role]:
        return "" if status == 403 else f"without {demand}"
    if rule.endpoint in OWN_ALONE and role is not Role.REFERRER:
        return "" if status in (404, 422) else "another's own"
    return f"with {demand}" if status in (403, 404) and rule.endpoint not in OWN_ALONE else ""


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
