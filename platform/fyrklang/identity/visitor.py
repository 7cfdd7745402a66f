"""Who is behind a request, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Membership:
    """One person's place in one förbund, valid today.

    `version` rises with every change of the place, so that a cached copy can be told from the present one.
    """

    tenant_id: UUID
    slug: str
    tenant_name: str
    synthetic: bool
    roles: frozenset[str]
    organisation_kind: str
    organisation_name: str
    percent: int | None = None
    id: UUID | None = None
    tenant_short_name: str = ""
    organisation_id: UUID | None = None
    version: int = 1


@dataclass(frozen=True)
class Visitor:
    """A signed-in person and every place they have in this session.

    `csrf_key` is bound to the session; a form token made from it is worthless in another session.
    `loa` is the login's level of assurance, 1–4, or 0 when its issuer is no longer trusted.
    `handle` is the SHA-256 (hex) of the session's cookie, or of the token when a program asks.
    `scope` is what a program's token is limited to; None for people.
    """

    person_id: UUID
    name: str
    memberships: tuple[Membership, ...]
    national_roles: frozenset[str]
    csrf_key: bytes
    loa: int = 0
    handle: str = ""
    scope: frozenset[str] | None = None

    def membership(self, slug: str) -> Membership | None:
        """The place in the förbund the address names, or None."""
        return next((place for place in self.memberships if place.slug == slug), None)
