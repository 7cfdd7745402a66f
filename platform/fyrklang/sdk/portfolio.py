"""The förbund's insatser for features that need their names: a hook that `interventions` fills."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from fyrklang.tenancy.session import TenantSession


@dataclass(frozen=True)
class Insats:
    """An insats as other features may know it."""

    id: UUID
    name: str
    direction: str
    status: str
    esf_funded: bool
    starts_on: date
    ends_on: date | None

    def runs_in(self, year: int) -> bool:
        """Whether any of its days fall in the year."""
        return self.starts_on.year <= year and (self.ends_on is None or self.ends_on.year >= year)


Lister = Callable[[TenantSession], Sequence[Insats]]
_listers: list[Lister] = []


def lists_insatser(lister: Lister) -> Lister:
    """Register the one feature that keeps insatser."""
    _listers[:] = [lister]
    return lister


def insatser(session: TenantSession) -> list[Insats]:
    """Every insats of the session's förbund in name order; empty where no feature keeps any."""
    return [insats for lister in _listers for insats in lister(session)]
