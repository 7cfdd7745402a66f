"""Access in an emergency, as it stands at this moment: asked for, let through by a second person, for an hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from fyrklang.tenancy.session import TenantSession

_IN_FORCE = text(
    "SELECT e.id, e.intervention_id, e.party, e.expires_at FROM office.emergency_access e "
    "WHERE e.id = :id AND e.asker_id = :place AND e.answer = 'APPROVED' AND e.ended_at IS NULL "
    "AND e.expires_at > now()"
)


@dataclass(frozen=True)
class Emergency:
    """One case that is open to one person until `expires_at`."""

    id: UUID
    intervention_id: UUID
    party: str
    expires_at: datetime

    @property
    def tag(self) -> str:
        """What stands in `visible_to` of the rows it opens."""
        return f"G-{self.id.hex}"


def in_force(session: TenantSession, emergency_id: UUID, place_id: UUID | None) -> Emergency | None:
    """The emergency that somebody else let this place through for, while it lasts."""
    row = session.execute(_IN_FORCE, {"id": emergency_id, "place": place_id}).first()
    return Emergency(*row) if row else None
