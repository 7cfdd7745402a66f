"""Who covers for whom today ("Täck för"), and what that opens.

    for cover in covering(actor.session, actor.person_id):
        tasks_of(cover.giver_id)

A cover gives a relation, never a role: whoever covers needs a role of their own for every act, and gets no
act that the one covered for lacks. It opens exactly that one's own open cases, which the database sees to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text

from fyrklang.access.permissions import Role
from fyrklang.access.relations import Delegation
from fyrklang.kernel import clock
from fyrklang.tenancy.session import TenantSession

_IN_FORCE = """
    SELECT d.id, g.person_id AS giver_id, g.display_name AS giver, g.roles AS giver_roles,
           t.person_id AS taker_id, t.display_name AS taker, d.party, d.first_day, d.last_day, ARRAY(
               SELECT w.intervention_id FROM office.team_member w
                WHERE w.tenant_id = d.tenant_id AND w.membership_id = g.id AND w.valid_from <= :today
                  AND (w.valid_to IS NULL OR w.valid_to >= :today) ORDER BY 1) AS teams
      FROM registry.delegation d
      JOIN registry.membership g ON g.tenant_id = d.tenant_id AND g.id = d.giver_id
      JOIN registry.membership t ON t.tenant_id = d.tenant_id AND t.id = d.taker_id
     WHERE d.ended_at IS NULL AND d.first_day <= :today AND d.last_day >= :today
       AND g.ended_at IS NULL AND t.ended_at IS NULL
       AND g.valid_from <= :today AND (g.valid_to IS NULL OR g.valid_to >= :today)
       AND t.valid_from <= :today AND (t.valid_to IS NULL OR t.valid_to >= :today)
"""
_TAKEN = text(f"{_IN_FORCE} AND t.person_id = :person ORDER BY registry.sv_sort(g.display_name), d.id")
_GIVEN = text(f"{_IN_FORCE} AND g.person_id = :person ORDER BY d.first_day, d.id")
_CLOSE = text("UPDATE registry.delegation SET ended_at = now() WHERE ended_at IS NULL AND last_day < :today")


@dataclass(frozen=True)
class Cover:
    """A cover in force today: `taker` stands in for `giver`, both named by person.

    Attributes:
        giver_roles: what the one covered for holds; the one who covers gets no act beyond them.
        teams: the insatser in which the one covered for works, and so the farthest the cover reaches.
    """

    id: UUID
    giver_id: UUID
    giver: str
    giver_roles: frozenset[Role]
    taker_id: UUID
    taker: str
    party: str
    first_day: date
    last_day: date
    teams: tuple[UUID, ...] = ()

    @property
    def tag(self) -> str:
        """What stands in `visible_to` of the rows it opens."""
        return f"D-{self.id.hex}"

    @property
    def relation(self) -> Delegation:
        """The cover as the decision about a case judges it."""
        return Delegation(self.giver_id, self.taker_id, self.party, self.first_day, self.last_day)


def covering(session: TenantSession, person_id: UUID | None) -> tuple[Cover, ...]:
    """Those for whom the person covers today, by name in Swedish order."""
    return _found(session, _TAKEN, person_id)


def covered_by(session: TenantSession, person_id: UUID | None) -> tuple[Cover, ...]:
    """Those who cover for the person today, the longest first."""
    return _found(session, _GIVEN, person_id)


def close_past(session: TenantSession) -> None:
    """Close covers past their last day, so that no row keeps their tag; they open nothing anyway."""
    session.execute(_CLOSE, {"today": clock.today()})


def _found(session: TenantSession, query: Any, person_id: UUID | None) -> tuple[Cover, ...]:
    if person_id is None:
        return ()
    rows: Sequence[Any] = session.execute(query, {"person": person_id, "today": clock.today()}).all()
    return tuple(
        Cover(
            id=row.id,
            giver_id=row.giver_id,
            giver=row.giver,
            giver_roles=frozenset(Role(code) for code in row.giver_roles),
            taker_id=row.taker_id,
            taker=row.taker,
            party=row.party,
            first_day=row.first_day,
            last_day=row.last_day,
            teams=tuple(row.teams),
        )
        for row in rows
    )
