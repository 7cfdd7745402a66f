"""What features do with one another's insatser: hooks between strangers.

`interventions` keeps insatser and moves one from a status to another (`moves_insatser`). Other features tell
what they know of insatser in a year (`tells`), and which pages they have of one (`adds_links`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from fyrklang.access.actor import Actor
from fyrklang.kernel.errors import NotFound
from fyrklang.sdk.insatser import Insats, insatser
from fyrklang.tenancy.session import TenantSession
from fyrklang.web.tables import Link


def one_insats(session: TenantSession, intervention_id: UUID) -> Insats:
    """One insats.

    Raises:
        NotFound: it does not exist in this förbund.
    """
    found = insatser(session, [intervention_id]).get(intervention_id)
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class Place:
    """Where an insats is in its life."""

    status: str
    starts_on: date
    ends_on: date | None


Mover = Callable[[Actor, UUID, Place], None]
_movers: list[Mover] = []


def moves_insatser(mover: Mover) -> Mover:
    """Register the one feature that keeps insatser."""
    _movers[:] = [mover]
    return mover


def move_insats(actor: Actor, intervention_id: UUID, place: Place) -> None:
    """Move an insats to a place in its life; whoever calls has the rules of when.

    Raises:
        NotFound: it does not exist in this förbund.
    """
    for mover in _movers:
        mover(actor, intervention_id, place)


Known = Literal["budget", "actual", "esf_budget", "esf_actual", "promised", "filled"]
"""Money in öre of a year, and lent staff in percent of full posts today."""

Teller = Callable[[TenantSession, int], Iterable[tuple[UUID, Known, int]]]
_tellers: list[Teller] = []


def tells(teller: Teller) -> Teller:
    """Register what a feature knows of insatser in a year."""
    _tellers.append(teller)
    return teller


def known_of(session: TenantSession, year: int) -> Mapping[UUID, Mapping[Known, int]]:
    """What the features know of each insats in a year; what none knows is left out."""
    found: dict[UUID, dict[Known, int]] = defaultdict(dict)
    for teller in _tellers:
        for own, what, value in teller(session, year):
            found[own][what] = value
    return found


Linker = Callable[[Actor, UUID], Iterable[Link]]
_linkers: list[Linker] = []


def adds_links(linker: Linker) -> Linker:
    """Register pages a feature has of one insats."""
    _linkers.append(linker)
    return linker


def links_of(actor: Actor, intervention_id: UUID) -> list[Link]:
    """The features' pages of one insats, those the actor may open."""
    return [link for linker in _linkers for link in linker(actor, intervention_id)]
