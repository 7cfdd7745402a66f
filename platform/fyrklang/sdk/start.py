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

    `key` (`kind:id`) lets it be put off to another day; `about` is the stay or referral it shows something of,
    which the log is told; `due` is the day it should be done.
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


@dataclass(frozen=True)
class Figure:
    """A number or a word, and what it rests on."""

    label: str
    value: str
    base: str
    url: str = ""


@dataclass(frozen=True)
class Start:
    """What one feature puts on the start page for one actor."""

    todo: tuple[ToDo, ...] = ()
    figures: tuple[Figure, ...] = ()


StartProvider = Callable[[Actor], Start]


def collect(actor: Actor, providers: Iterable[StartProvider]) -> Start:
    """Everything the features bring: what is late first, then by day, then in the features' order."""
    parts = [provider(actor) for provider in providers]
    todo = [item for part in parts for item in part.todo]
    return Start(
        todo=tuple(sorted(todo, key=lambda item: (not item.late, item.due or date.max))),
        figures=tuple(figure for part in parts for figure in part.figures),
    )
