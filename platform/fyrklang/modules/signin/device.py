"""The device somebody logs in on: its name, the organisations last chosen on it, and how it is sent on."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import Request, Response, make_response, render_template

from fyrklang.identity import prelogin
from fyrklang.identity.oidc import Departure
from fyrklang.identity.organisations import HomeOrganisation
from fyrklang.identity.sessions import installed
from fyrklang.kernel.config import Config
from fyrklang.kernel.ids import parse_id

LATEST = 5
_YEAR = 365 * 24 * 3600
# Each names itself as those after it too, so the order decides.
_BROWSERS = (("Edg", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def latest(
    config: Config, request: Request, organisations: Sequence[HomeOrganisation]
) -> tuple[HomeOrganisation, ...]:
    """The organisations last chosen on this device that still can be, the latest first."""
    by_id = {organisation.id: organisation for organisation in organisations}
    return tuple(by_id[key] for key in _remembered(config, request) if key in by_id)


def remember(config: Config, request: Request, response: Response, organisation_id: UUID) -> None:
    """Put the organisation first among the latest."""
    others = [key for key in _remembered(config, request) if key != organisation_id]
    value = ".".join(key.hex for key in (organisation_id, *others)[:LATEST])
    response.set_cookie(
        _name(config),
        value,
        max_age=_YEAR,
        path="/",
        secure=config.secure_cookies,
        httponly=True,
        samesite="Lax",
    )


def words(agent: str) -> str:
    """What a browser calls itself, shortened for its owner: "Firefox, Windows"; empty when it says nothing known."""
    found = [next((name for mark, name in marks if mark in agent), "") for marks in (_BROWSERS, _SYSTEMS)]
    return ", ".join(filter(None, found))


def send_off(departure: Departure, name: str) -> Response:
    """On to the issuer, called `name` for the reader."""
    config = installed().config
    response = hand_over(departure.url, name)
    response.set_cookie(
        prelogin.cookie_name(config),
        departure.cookie,
        max_age=prelogin.LIFETIME_SECONDS,
        path="/",
        secure=config.secure_cookies,
        httponly=True,
        samesite="Lax",
    )
    return response


def hand_over(url: str, name: str) -> Response:
    """Send the browser on by a page, since `form-action` lets no form end at another host."""
    response = make_response(render_template("signin/handover.html", url=url, name=name))
    response.headers["Refresh"] = f"0; url={url}"
    response.headers["Cache-Control"] = "no-store"
    return response


def _remembered(config: Config, request: Request) -> list[UUID]:
    raw = request.cookies.get(_name(config), "")
    found = [parse_id(part) for part in raw.split(".")[:LATEST]]
    return list(dict.fromkeys(key for key in found if key is not None))


def _name(config: Config) -> str:
    return "__Host-hem" if config.secure_cookies else "hem"
