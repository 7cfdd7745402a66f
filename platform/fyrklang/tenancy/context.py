"""The context every tenant query runs in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

_PARTY = re.compile(r"[A-Za-z0-9_-]{1,40}")


@dataclass(frozen=True)
class TenantContext:
    """Which förbund, which person, which party and which insatser a transaction speaks for.

    `party` and `interventions` decide what `care` rows are visible; office staff have neither. `until` ends
    what is visible earlier than the token's usual life.
    """

    tenant_id: UUID
    slug: str
    actor_id: UUID | None = None
    party: str | None = None
    interventions: tuple[UUID, ...] = ()
    until: datetime | None = None

    def __post_init__(self) -> None:
        if self.party is not None and not _PARTY.fullmatch(self.party):
            raise ValueError("party has characters the context token does not carry")
