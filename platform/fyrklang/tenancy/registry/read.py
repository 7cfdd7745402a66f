"""Look-ups in the register for the rest of the platform.

Every request begins by asking which förbund its address names, so the list of förbund is kept in
memory for a short while; it changes when `fyrklang tenants apply` runs, not with users' work.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Connection, Engine, Select, SQLColumnExpression, and_, func, or_, select
from sqlalchemy.orm import Session

from fyrklang.tenancy.registry.models import (
    Area,
    Kommun,
    Organisation,
    Region,
    Succession,
    Tenant,
    TenantName,
)

LIFETIME_SECONDS = 30.0
"""How long another process may go on seeing the list as it was."""
MISS_SECONDS = 1.0
"""An unknown slug asks the database anew at most this often."""


@dataclass(frozen=True)
class TenantInfo:
    """What most of the platform needs to know about a förbund."""

    id: UUID
    slug: str
    name: str
    short_name: str
    status: str
    synthetic: bool


@dataclass(frozen=True)
class PartyInfo:
    """An organisation as a choice in a list."""

    id: UUID
    kind: str
    code: str
    name: str


@dataclass(frozen=True)
class KommunInfo:
    """A kommun with its region and latest population."""

    code: str
    name: str
    region_code: str
    region_name: str
    population: int


@dataclass(frozen=True)
class _Roster:
    read_at: float
    by_slug: Mapping[str, TenantInfo]
    by_id: Mapping[UUID, TenantInfo]


_rosters: WeakKeyDictionary[Engine, _Roster] = WeakKeyDictionary()
_lock = Lock()
_Day = SQLColumnExpression[date | None]


def find_tenant(where: Session | Connection, slug: str) -> TenantInfo | None:
    """The förbund an address names, real or invented, working or not; None when there is none."""
    found = _roster(where, LIFETIME_SECONDS).by_slug.get(slug)
    return found or _roster(where, MISS_SECONDS).by_slug.get(slug)


def tenant_by_id(where: Session | Connection, tenant: UUID) -> TenantInfo | None:
    """The förbund with this id; None for the platform's own tenant, which is no förbund."""
    found = _roster(where, LIFETIME_SECONDS).by_id.get(tenant)
    return found or _roster(where, MISS_SECONDS).by_id.get(tenant)


def list_tenants(where: Session | Connection, *, synthetic: bool | None = None) -> list[TenantInfo]:
    """Working förbund in Swedish order; `synthetic` narrows to the invented or to the real ones."""
    everyone = _roster(where, LIFETIME_SECONDS).by_slug.values()
    return [
        item
        for item in everyone
        if item.status == "ACTIVE" and (synthetic is None or item.synthetic == synthetic)
    ]


def forget() -> None:
    """Drop what is kept, so that the next look-up sees the database as it is."""
    with _lock:
        _rosters.clear()


def kommuner_of(where: Session | Connection, tenant: UUID, day: date) -> list[KommunInfo]:
    """The kommuner a förbund covers on a day, in Swedish order; an unknown first or last day includes it."""
    rows = where.execute(
        _kommuner()
        .join(Area, Area.kommun_code == Kommun.code)
        .where(Area.tenant_id == tenant, _on(Area.valid_from, Area.valid_to, day))
        .order_by(func.registry.sv_sort(Kommun.name))
    )
    return [KommunInfo(*row) for row in rows]


def list_kommuner(where: Session | Connection) -> list[KommunInfo]:
    """Every kommun in Swedish order."""
    return [
        KommunInfo(*row) for row in where.execute(_kommuner().order_by(func.registry.sv_sort(Kommun.name)))
    ]


def list_organisations(where: Session | Connection, kinds: Sequence[str]) -> list[PartyInfo]:
    """Real organisations of the given kinds (FK, AF, REGION, …) in Swedish order."""
    rows = where.execute(
        select(Organisation.id, Organisation.kind, Organisation.code, Organisation.name)
        .where(Organisation.kind.in_(kinds), Organisation.synthetic.is_(False))
        .order_by(func.registry.sv_sort(Organisation.name))
    )
    return [PartyInfo(*row) for row in rows]


def name_on(where: Session | Connection, tenant: UUID, day: date) -> str | None:
    """What a förbund was called on a day: a dated earlier name, else the present one."""
    return where.scalar(
        select(TenantName.name)
        .where(
            TenantName.tenant_id == tenant,
            or_(
                TenantName.is_current,
                and_(TenantName.valid_to >= day, func.coalesce(TenantName.valid_from, date.min) <= day),
            ),
        )
        .order_by(TenantName.is_current)
        .limit(1)
    )


def successors_today(where: Session | Connection, tenant: UUID) -> list[UUID]:
    """The working förbund that now stand where this one stood: itself, one, or several after a split."""
    onward: dict[UUID, list[UUID]] = {}
    for here, there in where.execute(select(Succession.tenant_id, Succession.successor_id)):
        onward.setdefault(here, []).append(there)
    reached: list[UUID] = []
    ahead = [tenant]
    while ahead:
        here = ahead.pop(0)
        if here in onward:
            ahead += onward[here]
        elif here not in reached:
            reached.append(here)
    return reached


def _kommuner() -> Select[str, str, str, str, int]:
    return select(Kommun.code, Kommun.name, Kommun.region_code, Region.name, Kommun.population).join(
        Region, Region.code == Kommun.region_code
    )


def _on(first: _Day, last: _Day, day: date) -> ColumnElement[bool]:
    return and_(or_(first.is_(None), first <= day), or_(last.is_(None), last >= day))


def _roster(where: Session | Connection, lifetime: float) -> _Roster:
    engine = where.get_bind().engine if isinstance(where, Session) else where.engine
    with _lock:
        kept = _rosters.get(engine)
    if kept is not None and time.monotonic() - kept.read_at < lifetime:
        return kept
    fresh = _read(where)
    with _lock:
        _rosters[engine] = fresh
    return fresh


def _read(where: Session | Connection) -> _Roster:
    rows = where.execute(
        select(Tenant.id, Tenant.slug, Tenant.name, Tenant.short_name, Tenant.status, Tenant.synthetic)
        .where(Tenant.kind == "ASSOCIATION")
        .order_by(func.registry.sv_sort(Tenant.short_name))
    )
    found = [TenantInfo(*row) for row in rows]
    return _Roster(time.monotonic(), {item.slug: item for item in found}, {item.id: item for item in found})
