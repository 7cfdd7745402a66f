"""The one acting: what every service takes first."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from fyrklang.access.permissions import Permission, Role
from fyrklang.kernel.errors import Forbidden
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.session import TenantSession


@dataclass(frozen=True)
class Actor:
    """A person in one förbund, with the session that sees that förbund and no other."""

    session: TenantSession
    context: TenantContext
    person_id: UUID | None
    name: str
    roles: frozenset[Role]
    permissions: frozenset[Permission]

    @property
    def slug(self) -> str:
        """The förbund's place in addresses."""
        return self.context.slug

    def may(self, permission: Permission) -> bool:
        """Whether the role table gives the permission."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Refuse unless the role table gives the permission.

        Raises:
            Forbidden: it does not.
        """
        if permission not in self.permissions:
            raise Forbidden


@dataclass(frozen=True)
class NationalReader:
    """A person reading the national part, with a session whose role reaches schema `national` only."""

    session: Session
    person_id: UUID | None
    name: str
    permissions: frozenset[Permission]
    own_slugs: frozenset[str] = frozenset()

    def may(self, permission: Permission) -> bool:
        """Whether the role table gives the permission."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Refuse unless the role table gives the permission.

        Raises:
            Forbidden: it does not.
        """
        if permission not in self.permissions:
            raise Forbidden
