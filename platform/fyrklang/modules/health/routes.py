"""`/healthz` says the process answers; `/readyz` that the database and Valkey do too."""

from __future__ import annotations

from typing import cast

from flask import Response, current_app
from redis import Redis, RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from fyrklang.access.guard import PUBLIC
from fyrklang.kernel.db import Database
from fyrklang.modules.health.pages import pages as page_faults
from fyrklang.sdk.parts import Part
from fyrklang.sdk.routes import Pages, Scope
from fyrklang.sdk.serialise import json_response

pages = Pages("health", __name__, scope=Scope.NONE)


@pages.route("/healthz", permission=PUBLIC)
def alive() -> Response:
    """The process answers."""
    return json_response({"status": "ok"})


@pages.route("/readyz", permission=PUBLIC)
def ready() -> Response:
    """Each thing a request needs, asked now."""
    found = {"database": _database_answers(), "valkey": _valkey_answers()}
    return json_response(found, 200 if all(found.values()) else 503)


def _database_answers() -> bool:
    try:
        with cast("Database", current_app.extensions["fyrklang.database"]).engine("app").connect() as link:
            return bool(link.execute(text("SELECT 1")).scalar_one())
    except SQLAlchemyError:
        return False


def _valkey_answers() -> bool:
    try:
        return bool(cast("Redis", current_app.extensions["fyrklang.valkey"]).ping())
    except RedisError:
        return False


PART = Part(name="health", pages=(pages, page_faults))
