"""Who works in which insats, and so what the signed context of a request carries.

Only acts that reach into a case get a party and insatser in their context; everything else runs without,
so that a page of the office cannot show a participant even by mistake. A referrer's context names a
party of their own, `R-` and their id: it sees what they sent and nothing else.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from fyrklang.access.permissions import Reach
from fyrklang.identity.visitor import Membership
from fyrklang.kernel import clock
from fyrklang.kernel.db import Database
from fyrklang.kernel.ids import new_id
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.session import Base, TenantOwned, tenant_session

PARTY_KINDS = ("FK", "AF", "REGION", "KOMMUN")

_TEAMS = text(
    """
    SELECT o.kind, o.code, ARRAY(
        SELECT t.intervention_id FROM office.team_member t
         WHERE t.membership_id = :membership AND t.valid_from <= :today
           AND (t.valid_to IS NULL OR t.valid_to >= :today)
         ORDER BY t.intervention_id) AS teams
      FROM registry.organisation o WHERE o.id = :organisation
    """
)
_OPEN = text(
    "SELECT array_agg(i.id ORDER BY i.id) FROM office.intervention i "
    "WHERE i.follow_up_method = 'PERSON' AND i.mode <> 'A'"
)


class TeamMember(TenantOwned, Base):
    """That somebody's place in the förbund reaches into an insats."""

    __tablename__ = "team_member"
    __table_args__ = {"schema": "office"}  # noqa: RUF012

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    intervention_id: Mapped[UUID]
    membership_id: Mapped[UUID]
    responsible: Mapped[bool] = mapped_column(default=False)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


def party_code(kind: str, code: str) -> str | None:
    """A party as rows name it: FK and AF are one in the country, a region or a kommun has its code."""
    if kind not in PARTY_KINDS:
        return None
    return kind if kind in ("FK", "AF") else f"{kind}-{code}"


def referrer_tag(person_id: UUID) -> str:
    """What stands in a referral's `visible_to` for the one who sent it."""
    return f"R-{person_id.hex}"


def context_for(database: Database, place: Membership, person_id: UUID, reach: Reach) -> TenantContext:
    """The context of a request with an act of this reach, from what holds today."""
    plain = TenantContext(place.tenant_id, place.slug, actor_id=person_id)
    if reach not in (Reach.CASE, Reach.REFERRER):
        return plain
    with tenant_session(database, plain) as session:
        if reach is Reach.REFERRER:
            everywhere = session.execute(_OPEN).scalar() or ()
            return TenantContext(
                place.tenant_id, place.slug, person_id, referrer_tag(person_id), tuple(everywhere)
            )
        values = {"membership": place.id, "organisation": place.organisation_id, "today": clock.today()}
        row = session.execute(_TEAMS, values).first()
    if row is None:
        return plain
    return TenantContext(
        place.tenant_id, place.slug, person_id, party_code(row.kind, row.code), tuple(row.teams)
    )
