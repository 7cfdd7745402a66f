"""Headers on every answer, and the refusal of requests that another site made in the user's name.

Three things stand between a foreign page and a change here: the browser's own word for where the request
came from, a token bound to the session, and a JSON API that takes nothing but JSON. A request without a
session has nothing of anyone's to ride on and needs only the first.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Flask, Request, Response, current_app, request

from fyrklang.kernel.errors import BadRequest, Forbidden
from fyrklang.web.i18n import gettext

CSRF_FIELD = "_csrf"
CSRF_HEADER = "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
API_PREFIX = "/api/"
REPORT_PATH = "/sidfel"
"""Where browsers tell of what the policy stopped. They cannot send a token, and nothing is changed there."""
REPORT_NAME = "sidfel"
_HTTPS = "FYRKLANG_HTTPS"

PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope", "hid",
        "magnetometer", "microphone", "midi", "payment", "serial", "usb",
    )
)  # fmt: skip

FIXED_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS_POLICY,
    "Reporting-Endpoints": f'{REPORT_NAME}="{REPORT_PATH}"',
}
HSTS = "max-age=31536000"
FILE_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
"""What a file to be saved may do should a browser show it after all: nothing."""


def content_security_policy(form_origins: tuple[str, ...] = ()) -> str:
    """The policy of every page.

    Args:
        form_origins: login services a form may end up at; browsers follow redirects when they judge this.
    """
    forms = " ".join(("'self'", *form_origins))
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self'; form-action {forms}; base-uri 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types fyrklang; "
        f"report-uri {REPORT_PATH}; report-to {REPORT_NAME}"
    )


def csrf_token(session_id: str, key: bytes) -> str:
    """The token of a session; empty when there is none.

    It is the same through the session, so that two answers about the same thing are the same bytes.
    """
    if not session_id:
        return ""
    digest = hmac.new(key, b"csrf\0" + session_id.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def csrf_valid(token: str, session_id: str, key: bytes) -> bool:
    """Whether `token` belongs to the session."""
    return bool(session_id) and hmac.compare_digest(token.encode(), csrf_token(session_id, key).encode())


def same_origin(asked: Request, own_origin: str) -> bool:
    """Whether the browser says the request came from our own pages.

    A page sent with `no-referrer` posts with `Origin: null`; every browser in support then says
    `Sec-Fetch-Site`. A client that says neither is no browser, and is judged by its token alone; a page that
    tells where it is (`Referer`) is none of ours unless it is here.
    """
    site = asked.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    if asked.headers.get("Origin") not in (None, "null", own_origin):
        return False
    referrer = asked.headers.get("Referer")
    return not referrer or origin_of(referrer) == own_origin


def origin_of(url: str) -> str:
    """`https://host:port` of an address, as browsers write it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def is_https() -> bool:
    """Whether the browser speaks to us over https: the request says so, or the public address does."""
    return request.is_secure or bool(current_app.config.get(_HTTPS))


def guard_request(asked: Request, session_id: str, key: bytes, own_origin: str) -> None:
    """Refuse a forged change.

    Raises:
        Forbidden: made by another site, or without the session's token.
        BadRequest: the JSON API was sent something else than JSON.
    """
    if asked.method in SAFE_METHODS:
        return
    if not same_origin(asked, own_origin):
        raise Forbidden(gettext("Begäran kom från en annan webbplats och har stoppats. Inget är ändrat."))
    if asked.path == REPORT_PATH:
        return
    api = asked.path.startswith(API_PREFIX)
    if api and asked.method != "DELETE" and asked.mimetype != "application/json":
        raise BadRequest(gettext("Skicka innehållet som application/json."))
    if not session_id or (api and asked.headers.get("Authorization", "").startswith("Bearer ")):
        return
    token = asked.headers.get(CSRF_HEADER) or ("" if api else asked.form.get(CSRF_FIELD, ""))
    if not csrf_valid(token, session_id, key):
        raise Forbidden(
            gettext("Sidan har legat öppen för länge. Ladda om sidan och försök igen. Inget är ändrat.")
        )


def set_headers(response: Response, policy: str) -> Response:
    """Put the fixed headers on an answer. Nothing may be kept by browsers unless its route says so."""
    for name, value in FIXED_HEADERS.items():
        response.headers[name] = value
    is_file = response.headers.get("Content-Disposition", "").startswith("attachment")
    response.headers["Content-Security-Policy"] = FILE_POLICY if is_file else policy
    # Nothing is kept unless the route says so of what it shows; a release is the same for everyone.
    response.headers.setdefault("Cache-Control", "no-store")
    if is_https():
        response.headers["Strict-Transport-Security"] = HSTS
    return response


def init_security(
    app: Flask, session_id: Callable[[], str], key: bytes, own_origin: str, form_origins: tuple[str, ...]
) -> None:
    """Guard every request and head every answer. Call it after sessions are resolved in `before_request`."""
    policy = content_security_policy(form_origins)
    app.config[_HTTPS] = own_origin.startswith("https://")

    def guard() -> None:
        # Asked here too, so that a static file costs no look-up of a session.
        if request.method not in SAFE_METHODS:
            guard_request(request, session_id(), key, own_origin or origin_of(request.host_url))

    def head(response: Response) -> Response:
        return set_headers(response, policy)

    app.before_request(guard)
    app.after_request(head)
    app.jinja_env.globals["csrf_token"] = lambda: csrf_token(session_id(), key)
