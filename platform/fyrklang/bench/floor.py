"""The floors: what somebody would write by hand for one address, and nothing of what a product needs.

Flask, a pool of psycopg connections and the standard library's json. The same SQL as the product's, under
the same row-level security with a context signed for every request; no session, permission, validation,
header or language. Served by the same web server with the same settings:
`gunicorn --config python:fyrklang.kernel.web_server "fyrklang.bench.floor:wsgi()"`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import psycopg
from flask import Flask, Response
from psycopg_pool import ConnectionPool

from fyrklang.bench.ground import YEAR
from fyrklang.kernel.config import Config
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.session import SETTING
from fyrklang.tenancy.token import TokenSigner

COLUMNS = (
    "id", "name", "direction", "focus", "format", "status", "follow_up_method", "mode", "esf_funded",
    "target_groups", "parties", "kommun_code", "places", "starts_on", "ends_on",
)  # fmt: skip
LIST = (
    f"SELECT {', '.join(COLUMNS)}, count(*) OVER () AS total FROM office.intervention "  # noqa: S608
    "WHERE tenant_id = %s ORDER BY registry.sv_sort(name), id LIMIT 100 OFFSET 0"
)
GROUPED = (
    "SELECT tenant_id, sum(ended_work_study), sum(known_outcome) FROM office.intervention_count "
    "WHERE year = %s GROUP BY tenant_id ORDER BY tenant_id"
)
PAGE = "<!doctype html><html lang=sv><title>Insatser</title><p>{count} insatser</p></html>"


class _Store:
    """A pool as large as the product's, opened in the process that uses it: a fork must not share it."""

    def __init__(self, config: Config) -> None:
        self._url = config.url_for("app").replace("+psycopg", "")
        self._signer = TokenSigner(config)
        self._pool: ConnectionPool | None = None
        self._lock = Lock()
        with psycopg.connect(self._url) as connection:
            rows = connection.execute("SELECT slug, id FROM registry.tenant").fetchall()
        self._contexts = {slug: TenantContext(tenant_id, slug) for slug, tenant_id in rows}

    def _open(self) -> ConnectionPool:
        with self._lock:
            if self._pool is None:
                options = {"prepare_threshold": None}
                self._pool = ConnectionPool(self._url, min_size=10, max_size=10, kwargs=options, open=True)
            return self._pool

    @contextmanager
    def walled(self, slug: str) -> Iterator[tuple[psycopg.Connection, TenantContext]]:
        """A transaction in one förbund."""
        context = self._contexts[slug]
        with (self._pool or self._open()).connection() as connection:
            token = self._signer.sign(context)
            connection.execute("SELECT set_config(%s, %s, true)", (SETTING, token))
            yield connection, context

    @contextmanager
    def bare(self, slug: str = "") -> Iterator[tuple[psycopg.Connection, TenantContext | None]]:
        """A transaction without a context, for a database whose wall has been taken down."""
        with (self._pool or self._open()).connection() as connection:
            yield connection, self._contexts.get(slug)


def wsgi() -> Flask:
    """The floors as a web server starts them, with settings from the environment."""
    app = Flask("floor", static_folder=None)
    store = _Store(Config.from_env(os.environ))

    def raw(slug: str) -> Response:
        with store.walled(slug) as (connection, context):
            rows = connection.execute(LIST, (context.tenant_id,)).fetchall()
        return _listed(rows)

    def unwalled(slug: str) -> Response:
        with store.bare(slug) as (connection, context):
            rows = connection.execute(LIST, (context.tenant_id if context else None,)).fetchall()
        return _listed(rows)

    def page(slug: str) -> str:
        with store.walled(slug) as (connection, context):
            rows = connection.execute(LIST, (context.tenant_id,)).fetchall()
        return PAGE.format(count=len(rows))

    def grouped() -> Response:
        with store.bare() as (connection, _context):
            rows = connection.execute(GROUPED, (YEAR,)).fetchall()
        return _json([{"id": str(row[0]), "part": int(row[1]), "whole": int(row[2])} for row in rows])

    app.add_url_rule("/empty/<slug>", view_func=lambda slug: Response(status=204), endpoint="empty")  # noqa: ARG005
    for rule, view in (("/raw/<slug>", raw), ("/unwalled/<slug>", unwalled), ("/page/<slug>", page)):
        app.add_url_rule(rule, view_func=view)
    app.add_url_rule("/grouped", view_func=grouped)
    return app


def _listed(rows: list[tuple[Any, ...]]) -> Response:
    items = [dict(zip(COLUMNS, row, strict=False)) for row in rows]
    return _json({"items": items, "total": rows[0][-1] if rows else 0, "page": 1, "page_size": 100})


def _json(body: Any) -> Response:
    return Response(json.dumps(body, default=str), mimetype="application/json")
