"""An idea from elsewhere becomes a draft insats here, made by whichever feature keeps insatser.

The national catalogue and the feature of insatser are strangers: the one hands over a `Draft`, the other
has said `makes_drafts` about the function that turns it into a row of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from fyrklang.access.actor import Actor


@dataclass(frozen=True)
class Draft:
    """What is carried over. `goal_permille` is for measure M1 from `first_year` on, None without a goal."""

    name: str
    focus: str
    format: str
    target_groups: tuple[str, ...]
    parties: tuple[str, ...]
    description: str
    goal_permille: int | None
    first_year: int


Maker = Callable[[Actor, Draft], UUID]
_makers: list[Maker] = []


def makes_drafts(maker: Maker) -> Maker:
    """Say that a function makes drafts; there is one such function."""
    _makers[:] = [maker]
    return maker


def make_draft(actor: Actor, draft: Draft) -> UUID:
    """Make the draft in the actor's förbund; returns the id of the insats.

    Raises:
        RuntimeError: no feature keeps insatser.
        Invalid: the name is taken, or values do not fit one another.
    """
    if not _makers:
        raise RuntimeError("no feature makes drafts of insatser")
    return _makers[0](actor, draft)
