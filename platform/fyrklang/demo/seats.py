"""Seat the demo people in their teams, once both they and the nation are there."""

from __future__ import annotations

from uuid import uuid5

from sqlalchemy import Connection, text

from fyrklang.demo.depth_team import team_of
from fyrklang.demo.generate import Nation
from fyrklang.demo.participants import team_insatser
from fyrklang.demo.rows import intervention_id
from fyrklang.identity.demo_people import SINCE

_SEAT = text("""
INSERT INTO office.team_member (tenant_id, id, intervention_id, membership_id, responsible, valid_from)
SELECT m.tenant_id, :id, i.id, m.id, :responsible, CAST(:since AS date)
  FROM registry.membership m JOIN office.intervention i ON i.tenant_id = m.tenant_id AND i.id = :insats
 WHERE m.tenant_id = :tenant AND m.person_id = :person
ON CONFLICT DO NOTHING
""")


def seat(connection: Connection, nation: Nation) -> None:
    """Whoever has a place in the förbund gets it in the team; the others wait until they have one."""
    for item in nation.associations:
        team = team_of(item)
        for own in team_insatser(nation, item) if team else ():
            insats = intervention_id(nation, own)
            for place, worker in enumerate(team.workers if team else ()):
                values = {"tenant": item.id, "person": worker.person.id, "insats": insats, "since": SINCE}
                own_id = uuid5(insats, worker.person.sub)
                connection.execute(_SEAT, {**values, "id": own_id, "responsible": place == 0})
