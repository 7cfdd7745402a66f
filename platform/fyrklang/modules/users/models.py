"""Places in a förbund and invitations to one."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Text, column, table
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from fyrklang.tenancy.session import Base, TenantOwned

_REGISTRY = {"schema": "registry"}


class Place(TenantOwned, Base):
    """One person's place in the förbund. `percent` is how much of full time the person is lent.

    `ended_at` is set when an administrator ends it; `valid_to` is the last day agreed beforehand.
    """

    __tablename__ = "membership"
    __table_args__ = _REGISTRY

    person_id: Mapped[UUID]
    organisation_id: Mapped[UUID]
    display_name: Mapped[str]
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    percent: Mapped[int | None]
    mission: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    version: Mapped[int]
    source: Mapped[str]
    granted_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[UUID | None]


class Invitation(TenantOwned, Base):
    """A place that waits for the one who has the code. `code_hash` is SHA-256 in hex."""

    __tablename__ = "invitation"
    __table_args__ = _REGISTRY

    name: Mapped[str]
    organisation_id: Mapped[UUID]
    issuer_id: Mapped[str]
    code_hash: Mapped[str]
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    percent: Mapped[int | None]
    mission: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[UUID | None]


class ApiToken(TenantOwned, Base):
    """What a program acts with, in the name of who made it. `token_hash` is SHA-256 in hex."""

    __tablename__ = "api_token"
    __table_args__ = _REGISTRY

    name: Mapped[str]
    membership_id: Mapped[UUID]
    person_id: Mapped[UUID]
    prefix: Mapped[str]
    token_hash: Mapped[str]
    permissions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


ISSUER = table("issuer", column("id"), column("name"), column("enabled"), column("kind"), schema="registry")
ORGANISATION_ISSUER = table(
    "organisation_issuer", column("organisation_id"), column("issuer_id"), schema="registry"
)
