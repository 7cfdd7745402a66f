"""Looking through a lens: for a while somebody sees another's cases instead of their own.

The browser names the lens in a cookie; what it opens is asked of the database at every request, so that a
lens that has ended, or is another's, opens nothing. Under a lens the signed context names the lens's own tag
as its party, and the wall shows the rows that carry the tag: nothing of the person's own, nothing besides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from werkzeug.wrappers import Response

from fyrklang.access.covers import Cover
from fyrklang.access.emergencies import Emergency
from fyrklang.access.permissions import Permission, permissions_of
from fyrklang.identity.sessions import installed

COOKIE = "lins"
COVER = "cover"
EMERGENCY = "emergency"
READING = frozenset({Permission.CASES_READ, Permission.CASES_UNMASK})
"""What an emergency lets through: to read, never to write."""

SPECIAL_TAGS = ("R-", "D-", "G-")
"""How what stands in `visible_to` begins when it is no party: a referrer, a cover, an emergency."""


@dataclass(frozen=True)
class Lens:
    """What the present request looks through.

    Attributes:
        kind: what sort of lens; names its mark in the log.
        tag: the party that the signed context names.
        interventions: the insatser in which it opens anything.
        allows: the acts that the lens lets through, of those the person's own roles give.
        whose: whose cases they are, in words; empty in an emergency.
        until: the last day of it, or the moment it ends.
    """

    kind: str
    id: UUID
    tag: str
    interventions: tuple[UUID, ...]
    allows: frozenset[Permission]
    whose: str
    until: date | datetime


def of_emergency(found: Emergency) -> Lens:
    """The lens through which somebody reads one case in an emergency."""
    return Lens(EMERGENCY, found.id, found.tag, (found.intervention_id,), READING, "", found.expires_at)


def of_cover(cover: Cover) -> Lens:
    """The lens through which somebody covers for a colleague."""
    allows = permissions_of(cover.giver_roles)
    return Lens(COVER, cover.id, cover.tag, cover.teams, allows, cover.giver, cover.last_day)


def named(value: str | None) -> tuple[str, UUID] | None:
    """The kind and the id that a cookie names, None when it names nothing."""
    kind, _dot, digits = (value or "").partition(".")
    try:
        return (kind, UUID(hex=digits)) if len(digits) == 32 else None
    except ValueError:
        return None


def look_through(answer: Response, kind: str, lens_id: UUID) -> None:
    """Have the browser name this lens from now on."""
    answer.set_cookie(
        COOKIE,
        f"{kind}.{lens_id.hex}",
        path="/",
        secure=installed().config.secure_cookies,
        httponly=True,
        samesite="Lax",
    )
