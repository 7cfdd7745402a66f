"""The public register as mapped tables. Only `migrator` may write them, but for `office.member`."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from fyrklang.tenancy.session import Base, TenantOwned

_REGISTRY = {"schema": "registry"}
_OFFICE = {"schema": "office"}


class Tenant(Base):
    """A förbund, or one of the two rows that are none (`kind` PLATFORM and CANARY)."""

    __tablename__ = "tenant"
    __table_args__ = _REGISTRY

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str]
    name: Mapped[str]
    short_name: Mapped[str]
    kind: Mapped[str] = mapped_column(default="ASSOCIATION")
    status: Mapped[str] = mapped_column(default="ACTIVE")
    synthetic: Mapped[bool] = mapped_column(default=False)
    org_nr: Mapped[str | None]
    founded: Mapped[int | None]
    ended: Mapped[int | None]
    website: Mapped[str | None]
    source: Mapped[str] = mapped_column(default="")
    confidence: Mapped[str] = mapped_column(default="high")
    note: Mapped[str] = mapped_column(default="")


class Region(Base):
    """A region; `code` is the county code."""

    __tablename__ = "region"
    __table_args__ = _REGISTRY

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    county: Mapped[str]


class Kommun(Base):
    """A kommun with its latest population."""

    __tablename__ = "kommun"
    __table_args__ = _REGISTRY

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    official_name: Mapped[str]
    region_code: Mapped[str] = mapped_column(ForeignKey("registry.region.code"))
    population: Mapped[int]
    population_date: Mapped[date]


class Organisation(Base):
    """Anybody who can employ a user. `kind`: FK, AF, REGION, KOMMUN, ASSOCIATION, COUNCIL or PLATFORM."""

    __tablename__ = "organisation"
    __table_args__ = _REGISTRY

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    code: Mapped[str]
    name: Mapped[str]
    synthetic: Mapped[bool] = mapped_column(default=False)


class TenantName(Base):
    """A name a förbund bears (`is_current`) or has borne."""

    __tablename__ = "tenant_name"
    __table_args__ = _REGISTRY

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("registry.tenant.id"))
    name: Mapped[str]
    is_current: Mapped[bool]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class Area(Base):
    """That a kommun belongs to a förbund, first and last day included."""

    __tablename__ = "area"
    __table_args__ = _REGISTRY

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("registry.tenant.id"))
    kommun_code: Mapped[str] = mapped_column(ForeignKey("registry.kommun.code"))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class Succession(Base):
    """Where a förbund went. `kind`: MERGED_INTO, RENAMED, SPLIT or ENDED."""

    __tablename__ = "succession"
    __table_args__ = _REGISTRY

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("registry.tenant.id"), primary_key=True)
    successor_id: Mapped[UUID] = mapped_column(ForeignKey("registry.tenant.id"), primary_key=True)
    kind: Mapped[str]
    year: Mapped[int | None]


class Applied(Base):
    """Which content of a set of files was last laid in."""

    __tablename__ = "applied"
    __table_args__ = _REGISTRY

    kind: Mapped[str] = mapped_column(primary_key=True)
    content_hash: Mapped[str]
    applied_at: Mapped[datetime]


class Member(TenantOwned, Base):
    """That an organisation is a member of a förbund.

    `source` REGISTER: follows the area and is kept by `fyrklang tenants apply`. OWN: the office's own.
    """

    __tablename__ = "member"
    __table_args__ = _OFFICE

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("registry.organisation.id"))
    party_kind: Mapped[str]
    name: Mapped[str]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(default="OWN")
