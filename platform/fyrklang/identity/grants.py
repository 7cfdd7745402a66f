"""What a person may be: places in förbund and national roles, asked for one person at a time."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from fyrklang.identity.visitor import Membership
from fyrklang.kernel.db import Database
from fyrklang.kernel.ids import new_id

_PERSON = text("SELECT display_name, national_roles FROM registry.person_state(:person)")
_MEMBERSHIPS = text("SELECT * FROM registry.memberships_of(:person)")
_SIGN_IN = text("SELECT person_id, known, active FROM registry.sign_in(:issuer, :subject, :person, :name)")


@dataclass(frozen=True)
class Grants:
    """A person's name, places and national roles, as they were at `read_at` (seconds since 1970)."""

    name: str
    memberships: tuple[Membership, ...]
    national_roles: frozenset[str]
    read_at: float

    def to_json(self) -> str:
        """The form kept beside the session."""
        places = [{key: _plain(value) for key, value in asdict(place).items()} for place in self.memberships]
        return json.dumps(
            {
                "name": self.name,
                "memberships": places,
                "national_roles": sorted(self.national_roles),
                "read_at": self.read_at,
            }
        )

    @classmethod
    def from_json(cls, raw: str | bytes) -> Grants:
        """The inverse of `to_json`."""
        values = json.loads(raw)
        return cls(
            name=values["name"],
            memberships=tuple(_membership(place) for place in values["memberships"]),
            national_roles=frozenset(values["national_roles"]),
            read_at=values["read_at"],
        )


@dataclass(frozen=True)
class SignedIn:
    """The person behind an identity. `known` is false the first time; `active` false when ended."""

    person_id: UUID
    known: bool
    active: bool


def sign_in(database: Database, issuer_id: str, subject: str, name: str) -> SignedIn:
    """The person behind `(issuer, sub)`; a first visit makes a person without any role."""
    with database.engine("auth").begin() as connection:
        row = connection.execute(
            _SIGN_IN, {"issuer": issuer_id, "subject": subject, "person": new_id(), "name": name}
        ).one()
    return SignedIn(row.person_id, row.known, row.active)


def read_grants(database: Database, person_id: UUID, now: float) -> Grants | None:
    """What the person may be at this moment; None when the person has ended."""
    with database.engine("auth").connect() as connection:
        person = connection.execute(_PERSON, {"person": person_id}).one_or_none()
        if person is None:
            return None
        rows = connection.execute(_MEMBERSHIPS, {"person": person_id}).all()
    memberships = tuple(
        Membership(
            tenant_id=row.tenant_id,
            slug=row.tenant_slug,
            tenant_name=row.tenant_name,
            synthetic=row.synthetic,
            roles=frozenset(row.roles),
            organisation_kind=row.organisation_kind,
            organisation_name=row.organisation_name,
            percent=row.percent,
            id=row.id,
            tenant_short_name=row.tenant_short_name,
            organisation_id=row.organisation_id,
            version=row.version,
        )
        for row in rows
    )
    return Grants(person.display_name, memberships, frozenset(person.national_roles), now)


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return sorted(value) if isinstance(value, frozenset) else value


def _membership(values: dict[str, Any]) -> Membership:
    for name in ("tenant_id", "id", "organisation_id"):
        values[name] = UUID(values[name])
    return Membership(**{**values, "roles": frozenset(values["roles"])})
