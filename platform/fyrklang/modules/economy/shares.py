"""Who pays what: half the state, a quarter the region, a quarter the kommuner (lag 2003:1210, 5 och 5 a §§).

Everything is whole öre and nothing is lost: the largest remainders get the öre that are left over.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

STATE, REGION, KOMMUN = "FK", "REGION", "KOMMUN"
PARTS = {STATE: 2, REGION: 1, KOMMUN: 1}
"""Quarters of the whole."""

_K = TypeVar("_K", bound=Hashable)


@dataclass(frozen=True)
class Payer:
    """A member's days in a förbund and its weight within its party; both days included, None is open."""

    organisation_id: UUID
    party_kind: str
    valid_from: date | None
    valid_to: date | None
    weight: int = 1

    def days_in(self, year: int) -> int:
        """Days of the year in which it is a member."""
        first = max(self.valid_from or date.min, date(year, 1, 1))
        last = min(self.valid_to or date.max, date(year, 12, 31))
        return max(0, (last - first).days + 1)


def split(total: int, weights: Mapping[_K, int]) -> dict[_K, int]:
    """Share `total` öre by weight, to the öre: the parts sum to the whole, each within one öre of exact."""
    whole = sum(weights.values())
    if whole == 0:
        return dict.fromkeys(weights, 0)
    parts = {key: total * weight // whole for key, weight in weights.items()}
    left = total - sum(parts.values())
    by_remainder = sorted(weights, key=lambda key: -(total * weights[key] % whole))
    for key in by_remainder[:left]:
        parts[key] += 1
    return parts


def allot(total: int, payers: Sequence[Payer], year: int) -> dict[UUID, int]:
    """What each member owes of a year's total: by party, then by weight and days within the party.

    AF pays nothing of its own: the state pays through FK. A party without members (a kommun outside any
    region) leaves its part to the other local party. An organisation with several spells owes for all of them.
    """
    weights: dict[str, dict[UUID, int]] = {kind: {} for kind in PARTS}
    for payer in payers:
        held = payer.weight * payer.days_in(year)
        if payer.party_kind in weights and held:
            of_kind = weights[payer.party_kind]
            of_kind[payer.organisation_id] = of_kind.get(payer.organisation_id, 0) + held
    owed: dict[UUID, int] = {}
    for kind, part in split(total, _parts(weights)).items():
        owed |= split(part, weights[kind])
    return owed


def _parts(weights: Mapping[str, Mapping[UUID, int]]) -> dict[str, int]:
    present = {kind: quarters for kind, quarters in PARTS.items() if weights[kind]}
    for missing, other in ((REGION, KOMMUN), (KOMMUN, REGION)):
        if missing not in present and other in present:
            present[other] += PARTS[missing]
    return present


def instalment(owed: int, quarter: int, called: int) -> int:
    """What to call in a quarter so that four quarters make the whole, whatever was called before."""
    return owed * quarter // 4 - called
