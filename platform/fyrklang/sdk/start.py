"""The start page is made of what the features bring: things to do, then figures with their base."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fyrklang.access.actor import Actor


@dataclass(frozen=True)
class ToDo:
    """A row with the reason first: why it is here, what it is, one deed. Swedish texts."""

    reason: str
    icon: str
    title: str
    detail: str
    url: str
    deed: str
    late: bool = False


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
    """Everything the features bring, in their order; what is late comes first."""
    parts = [provider(actor) for provider in providers]
    todo = [item for part in parts for item in part.todo]
    return Start(
        todo=tuple(sorted(todo, key=lambda item: not item.late)),
        figures=tuple(figure for part in parts for figure in part.figures),
    )
