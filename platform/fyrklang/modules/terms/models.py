"""Texts and who has accepted them. Neither is ever changed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped

from fyrklang.tenancy.session import Base, TenantOwned

_REGISTRY = {"schema": "registry"}


class TermsText(TenantOwned, Base):
    """One version of a förbund's text, or of the platform's under the platform's own tenant."""

    __tablename__ = "terms"
    __table_args__ = _REGISTRY

    version: Mapped[int]
    body: Mapped[str]
    published_by: Mapped[UUID | None]
    published_at: Mapped[datetime]


class Acceptance(TenantOwned, Base):
    """That a person has accepted one version. The database takes the person from the signed context."""

    __tablename__ = "terms_acceptance"
    __table_args__ = _REGISTRY

    terms_id: Mapped[UUID]
    person_id: Mapped[UUID]
    accepted_at: Mapped[datetime]
