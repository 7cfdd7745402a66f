"""Who works in which insats, and so what the signed context of a request carries.

Only acts that reach into a case get a party and insatser in their context; everything else runs without,
so that a page of the office cannot show a participant even by mistake. A referrer's context names a
party of their own, `R-` and their id: it sees what they sent and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from fyrklang.access import covers, emergencies, lens
from fyrklang.access.covers import Cover
from fyrklang.access.emergencies import Emergency
from fyrklang.access.lens import Lens
from fyrklang.access.permissions import Reach
from fyrklang.identity.visitor import Membership
from fyrklang.kernel import clock
from fyrklang.kernel.db import Database
from fyrklang.kernel.ids import new_id
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.session import Base, TenantOwned, TenantSession, tenant_session

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
_MEMBERS = text(
    """
    SELECT m.person_id, m.display_name, o.kind, o.code, o.name AS home, t.responsible
      FROM office.team_member t
      JOIN registry.membership m ON m.tenant_id = t.tenant_id AND m.id = t.membership_id
      JOIN registry.organisation o ON o.id = m.organisation_id
     WHERE t.intervention_id = :insats AND m.ended_at IS NULL AND t.valid_from <= :today
       AND (t.valid_to IS NULL OR t.valid_to >= :today) AND m.valid_from <= :today
       AND (m.valid_to IS NULL OR m.valid_to >= :today)
     ORDER BY registry.sv_sort(m.display_name)
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


@dataclass(frozen=True)
class Standing:
    """What a request speaks for: its context, the person's own party and teams, and whom they cover for.

    `lens` is what they look through; the context is then the lens's.
    """

    context: TenantContext
    party: str | None = None
    teams: frozenset[UUID] = frozenset()
    covers: tuple[Cover, ...] = ()
    lens: Lens | None = None


def standing_of(
    database: Database, place: Membership, person_id: UUID, reach: Reach, looking: str | None = None
) -> Standing:
    """What a request with an act of this reach speaks for, from what holds today.

    `looking` is the lens the browser names; one that the person does not have is as none.
    """
    plain = TenantContext(place.tenant_id, place.slug, actor_id=person_id)
    if reach not in (Reach.CASE, Reach.REFERRER):
        return Standing(plain)
    values = {"membership": place.id, "organisation": place.organisation_id, "today": clock.today()}
    with tenant_session(database, plain) as session:
        row = session.execute(_TEAMS, values).first()
        everywhere = session.execute(_OPEN).scalar() if reach is Reach.REFERRER else None
        taken = covers.covering(session, person_id) if reach is Reach.CASE else ()
        urgent = _emergency(session, place, looking) if reach is Reach.CASE else None
    party = party_code(row.kind, row.code) if row else None
    if row is None or party is None:
        return Standing(plain)
    if reach is Reach.REFERRER:
        context = replace(plain, party=referrer_tag(person_id), interventions=tuple(everywhere or ()))
        return Standing(context, party)
    own = replace(plain, party=party, interventions=tuple(row.teams))
    taken = tuple(each for each in taken if each.party == party)
    found = urgent if urgent and urgent.party == party else None
    seen = lens.of_emergency(found) if found else _lens(taken, looking)
    context = replace(plain, party=seen.tag, interventions=seen.interventions) if seen else own
    # What the token lets the database show ends with the emergency, however long the request takes.
    context = replace(context, until=found.expires_at) if found else context
    return Standing(context, party, frozenset(row.teams), taken, seen)


def _emergency(session: TenantSession, place: Membership, looking: str | None) -> Emergency | None:
    kind, wanted = lens.named(looking) or ("", None)
    if kind != lens.EMERGENCY or wanted is None:
        return None
    return emergencies.in_force(session, wanted, place.id)


def _lens(taken: Iterable[Cover], looking: str | None) -> Lens | None:
    wanted = lens.named(looking)
    return next((lens.of_cover(each) for each in taken if (lens.COVER, each.id) == wanted), None)


@dataclass(frozen=True)
class Colleague:
    """Somebody in the team of an insats."""

    person_id: UUID
    name: str
    party: str
    home: str
    responsible: bool


def team_of(session: TenantSession, intervention_id: UUID) -> list[Colleague]:
    """Those who work in an insats today, from the four parties, by name in Swedish order."""
    rows = session.execute(_MEMBERS, {"insats": intervention_id, "today": clock.today()})
    found = [(row, party_code(row.kind, row.code)) for row in rows]
    return [
        Colleague(row.person_id, row.display_name, party, row.home, row.responsible)
        for row, party in found
        if party is not None
    ]


def parties_of(team: Iterable[Colleague]) -> list[str]:
    """The parties that sit in a team, in the order FK, AF, region, kommun."""
    return sorted({each.party for each in team}, key=_by_kind)


def _by_kind(party: str) -> tuple[int, str]:
    return PARTY_KINDS.index(party.split("-", 1)[0]), party
