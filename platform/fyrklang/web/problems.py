"""Errors as pages for people and as RFC 9457 problem documents for programs.

An error page says nothing about whose data was asked for: two answers about a missing and a foreign thing
are the same bytes. A reference to quote is shown where somebody must look in the log (5xx); every answer
has it in `X-Request-ID`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import Flask, Response, current_app, g, render_template, request
from psycopg.errors import UniqueViolation
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from fyrklang.access.audit import request_id
from fyrklang.kernel.errors import ProblemError, TooMany
from fyrklang.web.forms import flatten_errors
from fyrklang.web.i18n import gettext
from fyrklang.web.security import API_PREFIX

REQUEST_ID = "X-Request-ID"
BUSY = (OperationalError, PoolTimeout)
"""The database is full, away or too slow: the same request may succeed in a minute."""


@dataclass(frozen=True)
class Problem:
    """One error as it is shown. `again` is the same address once more, where that makes sense."""

    status: int
    title: str
    detail: str
    fields: Mapping[str, str] = field(default_factory=dict)
    reference: str = ""
    again: str = ""


def _known(status: int) -> tuple[str, str]:
    texts = {
        400: (gettext("Begäran gick inte att läsa"), gettext("Gå tillbaka, ladda om sidan och försök igen.")),
        401: (gettext("Du behöver logga in"), gettext("Logga in och försök igen.")),
        403: (
            gettext("Du har inte behörighet"),
            gettext(
                "Din roll får inte göra det här. Vänd dig till förbundets administratör om du behöver det."
            ),
        ),
        404: (
            gettext("Sidan finns inte"),
            gettext("Det du söker finns inte här. Kontrollera adressen eller gå till startsidan."),
        ),
        405: (
            gettext("Det går inte att göra så här"),
            gettext("Adressen tar inte emot det du skickade. Gå till startsidan och försök därifrån."),
        ),
        409: (
            gettext("Någon annan hann före"),
            gettext("Uppgiften har ändrats sedan du öppnade den. Se skillnaden innan du sparar."),
        ),
        413: (gettext("Filen är för stor"), gettext("Dela upp filen eller ta bort det som inte behövs.")),
        415: (gettext("Formatet går inte att läsa"), gettext("Skicka innehållet som application/json.")),
        422: (
            gettext("Uppgifter behöver rättas"),
            gettext("Rätta de markerade uppgifterna och försök igen. Inget är sparat."),
        ),
        429: (gettext("För många försök"), gettext("Vänta en minut och försök igen.")),
        503: (
            gettext("Tjänsten svarar inte just nu"),
            gettext("Vänta en minut och försök igen. Inget är sparat."),
        ),
    }
    general = (
        gettext("Något gick fel"),
        gettext("Det gick inte att göra klart det du bad om. Försök igen om en stund."),
    )
    return texts.get(status) or (texts[400] if 400 <= status < 500 else general)


def _field_errors(error: HTTPException) -> dict[str, str]:
    """What the JSON door's schema found; it hangs the tree on the exception by place (json, query, …)."""
    data = getattr(error, "data", None)
    found: dict[str, str] = {}
    for tree in (data or {}).get("messages", {}).values():
        if isinstance(tree, Mapping):
            found.update(_pointers(tree))
    return found


def _pointers(tree: Mapping[str, object], above: str = "") -> dict[str, str]:
    """marshmallow's error tree as JSON pointer paths, each with its first sentence."""
    found: dict[str, str] = {}
    for name, inner in tree.items():
        path = above if name == "_schema" else f"{above}/{name}".lstrip("/")
        if isinstance(inner, Mapping):
            found.update(_pointers(inner, path))
        else:
            found.update(flatten_errors({path: inner}))
    return found


def describe(error: Exception) -> Problem:
    """Any error as a problem in the reader's language."""
    if isinstance(error, ProblemError):
        status, title, detail = error.status, gettext(error.title), gettext(error.detail)
        fields: Mapping[str, str] = error.fields
    elif isinstance(error, HTTPException):
        status = error.code or 500
        title, detail = _known(status)
        fields = _field_errors(error)
    else:
        status, fields = _status_of(error), {}
        title, detail = _known(status)
    reference = request_id() if status >= 500 else ""
    again = request.full_path.rstrip("?") if status in (429, 503) and request.method == "GET" else ""
    return Problem(status, title, detail, fields, reference, again)


def _status_of(error: Exception) -> int:
    """What the database's own refusals are to whoever asked; anything else is a fault of ours."""
    if isinstance(error, BUSY):
        return 503
    if isinstance(error, DataError):
        return 400  # A sign or a number that no column can hold, such as U+0000.
    taken = isinstance(error, IntegrityError) and isinstance(error.orig, UniqueViolation)
    return 409 if taken else 500


def problem_document(problem: Problem) -> Response:
    """The error as `application/problem+json`."""
    document: dict[str, object] = {
        "type": "about:blank",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
    }
    if problem.fields:
        document["errors"] = [
            {"pointer": f"#/{name}" if name else "#", "detail": sentence}
            for name, sentence in problem.fields.items()
        ]
    if problem.reference:
        document["reference"] = problem.reference
    body = json.dumps(document, ensure_ascii=False)
    return Response(body, status=problem.status, content_type="application/problem+json; charset=utf-8")


def answer(error: Exception) -> Response:
    """Turn an error into the answer for the door it came through."""
    if isinstance(error, HTTPException) and (error.response is not None or (error.code or 500) < 400):
        return current_app.make_response(error.get_response())  # A redirect in exception's clothing.
    problem = describe(error)
    if not isinstance(error, HTTPException | ProblemError):
        current_app.logger.error("Oväntat fel %s", request_id(), exc_info=error)
    if request.path.startswith(API_PREFIX):
        response = problem_document(problem)
    else:
        g.fy_problem = True
        response = Response(render_template("errors/problem.html", problem=problem), status=problem.status)
    if isinstance(error, HTTPException):
        for name, value in error.get_headers(request.environ):
            if name in ("Allow", "Retry-After", "WWW-Authenticate"):
                response.headers[name] = value
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _stamp(response: Response) -> Response:
    response.headers[REQUEST_ID] = request_id()
    return response


def init_problems(app: Flask) -> None:
    """Answer every error. Call it after the JSON door is registered: the last handler of a class wins."""
    for kind in (ProblemError, HTTPException, Exception):
        app.register_error_handler(kind, answer)
    app.after_request(_stamp)
