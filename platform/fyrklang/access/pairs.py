"""Roles that must not meet, in one table.

Refused when granted (service and database), and again when used (guard). The database's own copy is in
migration 0009; a test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from fyrklang.access.permissions import CASE_ROLES, NATIONAL_ROLES, OFFICE_ROLES, ROLE_NAMES, Role


class Where(StrEnum):
    """Where two roles may not meet."""

    TENANT = "tenant"
    """For one person in one förbund, whatever home organisation she has there."""
    SESSION = "session"
    """In one session; the same person may hold both and choose."""
    ANYWHERE = "anywhere"
    """For one person at all."""


@dataclass(frozen=True)
class Pair:
    """Two roles that must not meet, and why, in a sentence for the one who tries."""

    roles: frozenset[Role]
    where: Where
    why: str


_WHY_OFFICE = "Den som leder eller administrerar förbundet får inte se deltagare."
_WHY_REVIEW = "Den som granskar loggen får inte ha en roll som granskas."
_WHY_COUNCIL = "Nationella rådets roller ser bara publicerade siffror, aldrig deltagare."
_WHY_PLATFORM = "Den som förvaltar plattformen får inte ha någon annan roll."


def _pairs() -> Iterator[Pair]:
    reviewed = set(Role) - NATIONAL_ROLES - {Role.LOG_REVIEWER}
    council = NATIONAL_ROLES - {Role.PLATFORM_ADMIN}
    for first, second, where, why in (
        (OFFICE_ROLES, CASE_ROLES, Where.TENANT, _WHY_OFFICE),
        ({Role.LOG_REVIEWER}, reviewed, Where.TENANT, _WHY_REVIEW),
        (council, CASE_ROLES, Where.SESSION, _WHY_COUNCIL),
        ({Role.PLATFORM_ADMIN}, set(Role) - {Role.PLATFORM_ADMIN}, Where.ANYWHERE, _WHY_PLATFORM),
    ):
        for left in sorted(first):
            for right in sorted(second):
                yield Pair(frozenset({left, right}), where, why)


PAIRS: tuple[Pair, ...] = tuple(_pairs())
_APART: dict[frozenset[Role], Pair] = {pair.roles: pair for pair in PAIRS}


def forbidden(roles: Collection[Role], *places: Where) -> Pair | None:
    """The first pair among the roles that may not meet in any of these places, or None."""
    for two in combinations(sorted(set(roles)), 2):
        pair = _APART.get(frozenset(two))
        if pair is not None and pair.where in places:
            return pair
    return None


def refusal(pair: Pair) -> str:
    """The pair as a sentence: which roles, and why not."""
    first, second = (ROLE_NAMES[role].lower() for role in sorted(pair.roles))
    return f"Rollerna {first} och {second} kan inte höra ihop. {pair.why}"
