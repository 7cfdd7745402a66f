"""What a feature may know of an insats without being the feature of insatser."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Date, Integer, Select, Text, Uuid, column, func, select, table
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Boolean

from fyrklang.tenancy.session import TenantSession

_COLUMNS = (
    column("id", Uuid),
    column("name", Text),
    column("direction", Text),
    column("mode", Text),
    column("status", Text),
    column("format", Text),
    column("person_level_from", Integer),
    column("person_level_to", Integer),
    column("referral_required", Boolean),
    column("referrals_open", Boolean),
    column("free_text", Boolean),
    column("who_for", Text),
    column("description", Text),
    column("target_groups", ARRAY(Text)),
    column("parties", ARRAY(Text)),
    column("places", Integer),
    column("starts_on", Date),
    column("ends_on", Date),
    column("esf_funded", Boolean),
)
_TABLE = table("intervention", column("tenant_id", Uuid), *_COLUMNS, schema="office")


@dataclass(frozen=True)
class Insats:
    """An insats as other features need it. `mode`: A counts only, B a code, C identity.

    Its figures come from stays from the year `person_level_from` up to `person_level_to`.
    """

    id: UUID
    name: str
    direction: str
    mode: str
    status: str
    format: str
    person_level_from: int | None
    person_level_to: int | None
    referral_required: bool
    referrals_open: bool
    free_text: bool
    who_for: str
    description: str
    target_groups: tuple[str, ...]
    parties: tuple[str, ...]
    places: int | None
    starts_on: date
    ends_on: date | None
    esf_funded: bool

    def runs_in(self, year: int) -> bool:
        """Whether any of its days fall in the year."""
        return self.starts_on.year <= year and (self.ends_on is None or self.ends_on.year >= year)

    @property
    def follows_people(self) -> bool:
        """Whether anything is stored about single participants."""
        return self.mode != "A"

    @property
    def takes_referrals(self) -> bool:
        """Whether a remiss can be sent to it now."""
        return self.referrals_open and self.status == "RUNNING"


def insatser(session: TenantSession, ids: Collection[UUID] | None = None) -> dict[UUID, Insats]:
    """Insatser of the förbund by id, in Swedish order of name; all of them unless some are named."""
    query: Select[*tuple[object, ...]] = select(*_COLUMNS).where(
        _TABLE.c.tenant_id == session.context.tenant_id
    )
    if ids is not None:
        query = query.where(_TABLE.c.id.in_(ids))
    rows = session.execute(query.order_by(func.registry.sv_sort(_TABLE.c.name)))
    return {row.id: _insats(row._asdict()) for row in rows}


def _insats(values: dict[str, object]) -> Insats:
    lists: dict[str, tuple[str, ...]] = {name: tuple(values[name]) for name in ("target_groups", "parties")}  # type: ignore[arg-type]
    return Insats(**{**values, **lists})  # type: ignore[arg-type]
