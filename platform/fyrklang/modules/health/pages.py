"""What browsers tell of a page that broke its own policy: which rule, on which page, and what kind of thing it was.

A report holds addresses, and an address may name a person's row: only the page's name and the host of what was
stopped are kept. Nothing says whose browser it was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Response, current_app, request
from werkzeug.exceptions import HTTPException

from fyrklang.access.guard import PUBLIC
from fyrklang.kernel.errors import BadRequest
from fyrklang.sdk.routes import Pages, Scope

MOST_BYTES = 16_000
MOST_REPORTS = 10
KINDS = ("application/csp-report", "application/reports+json")
_DIRECTIVE = re.compile(r"[a-z-]{1,40}")
_SOURCE = re.compile(r"[a-z0-9.:-]{1,100}")
log = structlog.get_logger(__name__)

pages = Pages("page_faults", __name__, scope=Scope.NONE, prefix="/sidfel")


@pages.route("", permission=PUBLIC, methods=("POST",))
def told() -> Response:
    """Write down what was stopped.

    Raises:
        BadRequest: it is no report of a browser's.
    """
    body = request.get_data(cache=False) if (request.content_length or 0) <= MOST_BYTES else b""
    try:
        found = list(_reports(json.loads(body))) if request.mimetype in KINDS else []
    except (ValueError, TypeError, AttributeError, RecursionError):
        found = []
    if not found:
        raise BadRequest
    for directive, page, source in found[:MOST_REPORTS]:
        log.warning("page_policy_broken", directive=directive, page=page, source=source)
    return Response(status=204)


def _reports(body: Any) -> Iterator[tuple[str, str, str]]:
    """Rule, page and source of each report, in either of the forms browsers send (CSP3 §5, Reporting §3.4)."""
    if isinstance(body, dict):
        told = body.get("csp-report", {})
        names = ("effective-directive", "violated-directive", "document-uri", "blocked-uri")
        yield from _report(told, *names)
        return
    for one in body:
        if one.get("type") == "csp-violation":
            yield from _report(
                one.get("body"), "effectiveDirective", "effectiveDirective", "documentURL", "blockedURL"
            )


def _report(
    told: dict[str, Any], rule: str, other: str, page: str, source: str
) -> Iterator[tuple[str, str, str]]:
    directive = str(told.get(rule) or told.get(other) or "").split(" ")[0]
    if _DIRECTIVE.fullmatch(directive):
        yield directive, _page(str(told.get(page, ""))), _source(str(told.get(source, "")))


def _page(address: str) -> str:
    """The name of one of our pages; empty for any other."""
    try:
        return str(current_app.url_map.bind("").match(urlsplit(address).path)[0])
    except (HTTPException, ValueError):
        return ""


def _source(address: str) -> str:
    """The host of what was stopped, or the word browsers have for what has none: `inline`, `eval`, `data`."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    source = (parts.hostname or parts.scheme or address).lower()
    return source if _SOURCE.fullmatch(source) else ""
