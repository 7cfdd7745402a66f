"""Which class of limit a request counts in, and who is counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from flask import Flask, Request, request

from fyrklang.kernel.limits import API, EXPORT, LOGIN, REPORT, SEARCH, WRITE, Limit, Limiter
from fyrklang.web.security import API_PREFIX, REPORT_PATH, SAFE_METHODS

LOGIN_PATHS = ("/logga-in", "/auth/", "/inbjudan", "/remiss/", "/remisstatus/")
EXPORT_ENDINGS = (".xlsx", ".csv", ".pdf", ".zip", ".json")
SEARCH_FIELDS = ("q", "sok", "s")


class HasHandle(Protocol):
    """A session, which names itself without giving away its cookie."""

    @property
    def handle(self) -> str:
        """SHA-256 (hex) of the cookie."""


def class_of(asked: Request) -> Limit | None:
    """The class of limit a request counts in; None for plain reading, which is not counted."""
    if asked.path.startswith(LOGIN_PATHS) and not asked.path.endswith("/utloggad"):
        return LOGIN
    if asked.path == REPORT_PATH:
        return REPORT
    if asked.path.startswith(API_PREFIX):
        return API
    if asked.method not in SAFE_METHODS:
        return WRITE
    if asked.path.endswith(EXPORT_ENDINGS):
        return EXPORT
    return SEARCH if any(asked.args.get(name) for name in SEARCH_FIELDS) else None


def init_limits(app: Flask, limiter: Limiter, session: Callable[[Request], HasHandle | None]) -> None:
    """Count every request of a limited class before anything else is done with it."""

    def count() -> None:
        limit = class_of(request) if request.endpoint != "static_asset" else None
        if limit is None:
            return
        known = None if limit is LOGIN else session(request)
        limiter.count(limit, known.handle if known else request.remote_addr or "")

    app.before_request(count)
