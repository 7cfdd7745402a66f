"""The application, built of the parts. Nobody imports this module."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

from flask import Flask, redirect, request, url_for
from werkzeug.middleware.proxy_fix import ProxyFix

from fyrklang.access.guard import refuse_unguarded
from fyrklang.identity import sessions
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.kernel.errors import NotSignedIn, TermsWaiting, TooWeak
from fyrklang.kernel.limits import Limiter
from fyrklang.national.compare.limits import places
from fyrklang.parts import PARTS
from fyrklang.sdk import frame
from fyrklang.sdk.openapi import Documents
from fyrklang.tenancy.selfcheck import require_wall
from fyrklang.web import limits, problems, shell
from fyrklang.web.security import API_PREFIX

UNGUARDED = frozenset({"static_asset", "set_preferences", "api-docs.openapi_json"})
"""Endpoints open to anyone that read and change nothing of anyone's."""


def wsgi() -> Flask:
    """The application as a web server starts it, with settings from the environment."""
    return create_app(Config.from_env(os.environ))


def create_app(config: Config) -> Flask:
    """Build the application and refuse to if the tenant wall does not stand.

    Raises:
        WallDownError: a check of the wall failed.
        RuntimeError: a route was registered without saying who may use it.
    """
    app = Flask("fyrklang", static_folder=None)
    if config.proxy_hops:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=config.proxy_hops, x_proto=config.proxy_hops, x_host=0
        )
    database = Database(config)
    require_wall(database)
    # A web server may fork after this; a connection must not be shared by two processes.
    database.dispose()
    app.extensions["fyrklang.database"] = database
    app.extensions["fyrklang.parts"] = PARTS
    sessions.init_app(app, config, database)
    frame.init_app(app, PARTS, demo=config.demo)
    _register(app)
    if config.limits:
        limits.init_limits(app, Limiter(config.redis_url), sessions.current)
    shell.init_app(app, _web_options(app, config))
    app.register_error_handler(NotSignedIn, _lead_to_login)
    app.register_error_handler(TooWeak, _lead_to_stronger_login)
    app.register_error_handler(TermsWaiting, _lead_to_terms)
    refuse_unguarded(app, UNGUARDED)
    app.extensions["fyrklang.warm_up"] = _warm_up
    return app


def _warm_up() -> None:
    """Load the statistics and the chart renderer, which take seconds and are needed by few pages."""
    places([(10, 20)], (10, 20))
    import_module("vl_convert")


def _lead_to_login(error: NotSignedIn) -> Any:
    """A page asked for without a session leads to the login and back; a program gets its 401."""
    if request.method != "GET" or request.path.startswith(API_PREFIX):
        return problems.answer(error)
    return redirect(url_for("signin.login", nasta=request.full_path.rstrip("?")), 303)


def _lead_to_stronger_login(error: TooWeak) -> Any:
    """A page that takes a stronger login leads there and back; a form or a program is told."""
    if request.method != "GET" or request.path.startswith(API_PREFIX):
        return problems.answer(error)
    wanted = request.full_path.rstrip("?")
    return redirect(url_for("signin.stronger", niva=error.level, nasta=wanted), 303)


def _lead_to_terms(error: TermsWaiting) -> Any:
    """A page asked for before the terms are accepted leads to them and back; a form or a program is told."""
    if request.method != "GET" or request.path.startswith(API_PREFIX):
        return problems.answer(error)
    return redirect(url_for("terms.waiting", nasta=request.full_path.rstrip("?")), 303)


def _register(app: Flask) -> None:
    app.config.update(
        API_TITLE="Fyrklang",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
    )
    # Its error pages are replaced by ours, which `shell.init_app` lays on top.
    documents = Documents(app)
    for part in PARTS:
        for pages in part.pages:
            app.register_blueprint(pages.blueprint)
        for api in part.apis:
            documents.register_blueprint(api.blueprint)


def _web_options(app: Flask, config: Config) -> shell.WebOptions:
    def session_id() -> str:
        session = sessions.current(request)
        return session.csrf_key.hex() if session else ""

    return shell.WebOptions(
        shell=app.extensions["fyrklang.shell"],
        session_id=session_id,
        csrf_key=config.derive("csrf"),
        base_url=config.base_url,
        synthetic=config.demo,
    )
