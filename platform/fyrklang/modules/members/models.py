"""The table of members."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Mapped

from fyrklang.tenancy.session import Base, TenantOwned


class Member(TenantOwned, Base):
    """An organisation that is a member for a time; null dates are not known."""

    __tablename__ = "member"
    __table_args__ = {"schema": "office"}  # noqa: RUF012

    organisation_id: Mapped[UUID]
    party_kind: Mapped[str]
    name: Mapped[str]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    source: Mapped[str]
