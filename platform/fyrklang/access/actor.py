"""The one acting: what every service takes first."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from fyrklang.access.permissions import PERMISSION_TRAITS, Permission, Role
from fyrklang.access.relations import CaseFacts, Decision, Delegation, Reason, judge, relations_of, stand
from fyrklang.kernel.errors import Forbidden, NotFound, TooWeak
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.session import TenantSession


@dataclass(frozen=True)
class Actor:
    """A person in one förbund, with the session that sees that förbund and no other.

    `loa` is the level of assurance of the login, 1–4; 0 until somebody says otherwise. `party` is the home
    organisation as rows about participants name it; None for those who come from none of the four. `teams`
    are the insatser they work in themselves, and `covers` says for whom they stand in today; both are known
    only when the act reaches into a case.
    """

    session: TenantSession
    context: TenantContext
    person_id: UUID | None
    name: str
    roles: frozenset[Role]
    permissions: frozenset[Permission]
    loa: int = 0
    party: str | None = None
    teams: frozenset[UUID] = frozenset()
    covers: tuple[Delegation, ...] = ()

    @property
    def slug(self) -> str:
        """The förbund's place in addresses."""
        return self.context.slug

    def may(self, permission: Permission) -> bool:
        """Whether the role table gives the permission."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Refuse unless a role gives the permission and the login is strong enough.

        Raises:
            Forbidden: one of them is not so.
        """
        require(permission, permission in self.permissions, self.loa)

    def require_case(self, permission: Permission, case: CaseFacts) -> None:
        """Refuse unless the permission is given and the actor stands in a relation to the case.

        Raises:
            Forbidden: role or login is not enough.
            NotFound: no relation holds, which answers as if the case did not exist.
        """
        held = permission in self.permissions
        decision = judge(held, PERMISSION_TRAITS[permission], relations_of(case), self.loa)
        if decision.reason is Reason.RELATION:
            raise NotFound
        _refuse(decision, PERMISSION_TRAITS[permission].loa)


@dataclass(frozen=True)
class NationalReader:
    """A person reading the national part, with a session whose role reaches schema `national` only."""

    session: Session
    person_id: UUID | None
    name: str
    permissions: frozenset[Permission]
    own_slugs: frozenset[str] = frozenset()
    loa: int = 0

    def may(self, permission: Permission) -> bool:
        """Whether the role table gives the permission."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Refuse unless a role gives the permission and the login is strong enough.

        Raises:
            Forbidden: one of them is not so.
        """
        require(permission, permission in self.permissions, self.loa)


def require(permission: Permission, held: bool, loa: int) -> None:
    """Refuse what role or login does not reach; the relation to an object is asked later.

    Raises:
        Forbidden: says which of the two was missing.
    """
    traits = PERMISSION_TRAITS[permission]
    _refuse(stand(held, traits, loa), traits.loa)


def _refuse(decision: Decision, level: int) -> None:
    if decision.reason is Reason.LEVEL:
        raise TooWeak(level)
    if not decision.allowed:
        raise Forbidden
