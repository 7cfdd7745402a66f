"""The start page is made of what the features bring: things to do, then figures with their base."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from fyrklang.access.actor import Actor


@dataclass(frozen=True)
class ToDo:
    """A row with the reason first: why it is here, what it is, one deed. Swedish texts.

    `key` (`kind:id`) lets it be put off to another day, and settled in place when the kind is one that
    `settled_in_place` knows; `about` is the stay or referral it shows something of, which the log is told;
    `due` is the day it should be done.
    """

    reason: str
    icon: str
    title: str
    detail: str
    url: str
    deed: str
    late: bool = False
    key: str = ""
    about: UUID | None = None
    due: date | None = None

    @property
    def settles(self) -> bool:
        """Whether it can be marked as done in the list."""
        return self.key.partition(":")[0] in SETTLERS


@dataclass(frozen=True)
class Figure:
    """A number or a word, and what it rests on."""

    label: str
    value: str
    base: str
    url: str = ""


@dataclass(frozen=True)
class Start:
    """What one feature puts on the start page for one actor. `cut`: there is more of it than is shown."""

    todo: tuple[ToDo, ...] = ()
    figures: tuple[Figure, ...] = ()
    cut: bool = False


@dataclass(frozen=True)
class Whose:
    """Whose rows of a team are wanted: those of these people and of nobody; None for the whole team's."""

    people: frozenset[UUID] | None = None


StartProvider = Callable[[Actor], Start]
CaseStartProvider = Callable[[Actor, Whose], Start]


@dataclass(frozen=True)
class Settler:
    """How a row of one kind is marked as done, and how that is taken back."""

    do: Callable[[Actor, UUID], None]
    undo: Callable[[Actor, UUID], None]


SETTLERS: dict[str, Settler] = {}


def settled_in_place(kind: str, settler: Settler) -> None:
    """Let rows of a kind be marked as done in the list; features say so when imported.

    Raises:
        ValueError: another feature has the kind.
    """
    if SETTLERS.setdefault(kind, settler) is not settler:
        raise ValueError(f"two ways to settle a row of kind {kind}")


def together(starts: Iterable[Start]) -> Start:
    """Everything the features bring: what is late first, then by day, then in the features' order."""
    parts = list(starts)
    todo = [item for part in parts for item in part.todo]
    return Start(
        todo=tuple(sorted(todo, key=lambda item: (not item.late, item.due or date.max))),
        figures=tuple(figure for part in parts for figure in part.figures),
        cut=any(part.cut for part in parts),
    )
