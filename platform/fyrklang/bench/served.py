"""The product as it is served while it is measured: the real application, with one thing added or removed."""

from __future__ import annotations

from typing import cast

from flask import Flask, Response
from gunicorn.util import import_app
from sqlalchemy import event

from fyrklang.access.actor import Actor
from fyrklang.access.guard import Scope, guard
from fyrklang.access.permissions import Permission
from fyrklang.tenancy.audit import entrances
from fyrklang.tenancy.session import TenantSession, lay_context

EMPTY = "/api/v1/f/{slug}/bench-empty"


def product() -> Flask:
    """The application, and beside it a guarded route that does nothing."""
    # Loaded as the web server loads it; nothing of ours imports the application.
    app = cast("Flask", import_app("fyrklang.app:wsgi()"))
    view = guard(_empty, Permission.INTERVENTIONS_READ, Scope.TENANT)
    app.add_url_rule(EMPTY.format(slug="<slug>"), endpoint="bench-empty", view_func=view)
    return app


def without_context() -> Flask:
    """The application with transactions that carry no context.

    It sees nothing at all, unless its database's wall is taken down after it has started.
    """
    app = product()
    event.remove(TenantSession, "after_begin", lay_context)
    # The log has a wall of its own, so that an entrance cannot be written without a context.
    vars(entrances)["is_known"] = lambda *_entrance: True
    return app


def _empty(_actor: Actor) -> Response:
    return Response(status=204)
