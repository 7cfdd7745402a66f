"""Förbund and people for tests: three förbund that must never meet, and a place in one of them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

import psycopg

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Role, permissions_of
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.session import TenantSession


@dataclass(frozen=True)
class Forbund:
    """A förbund made for one test."""

    id: UUID
    slug: str

    @property
    def context(self) -> TenantContext:
        """The context of the förbund, with nobody acting."""
        return TenantContext(self.id, self.slug)


def make_forbund(config: Config, name: str = "prov", *, synthetic: bool = True) -> Forbund:
    """Lay a new förbund in the register."""
    made = Forbund(uuid4(), f"{name}-{uuid4().hex[:8]}")
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", "")) as conn:
        conn.execute(
            "INSERT INTO registry.tenant (id, slug, name, short_name, synthetic) VALUES (%s, %s, %s, %s, %s)",
            (made.id, made.slug, f"Förbundet {name}", name, synthetic),
        )
    return made


def act(database: Database, forbund: Forbund, *roles: Role) -> Actor:
    """An actor with a session; the caller closes the session."""
    context = TenantContext(forbund.id, forbund.slug, actor_id=uuid4())
    held = frozenset(roles)
    return Actor(
        session=TenantSession(database, context),
        context=context,
        person_id=context.actor_id,
        name="Prova Person",
        roles=held,
        permissions=permissions_of(held),
    )
