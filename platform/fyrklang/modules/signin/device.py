"""Which organisations were last chosen on this device, so that the next login is one click."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import Request, Response

from fyrklang.identity.organisations import HomeOrganisation
from fyrklang.kernel.config import Config
from fyrklang.kernel.ids import parse_id

LATEST = 5
_YEAR = 365 * 24 * 3600


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


def _remembered(config: Config, request: Request) -> list[UUID]:
    raw = request.cookies.get(_name(config), "")
    found = [parse_id(part) for part in raw.split(".")[:LATEST]]
    return list(dict.fromkeys(key for key in found if key is not None))


def _name(config: Config) -> str:
    return "__Host-hem" if config.secure_cookies else "hem"
