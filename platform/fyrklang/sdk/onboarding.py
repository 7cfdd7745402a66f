"""What a new förbund does first: each feature says its own tasks and reads from its tables whether they are done.

@onboards
def first_things(actor: Actor) -> Iterable[Task]: ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fyrklang.access.actor import Actor


@dataclass(frozen=True)
class Task:
    """One thing to do. `order` places it among all features'; an `optional` one need not be done to go live."""

    order: int
    title: str
    detail: str
    url: str
    done: bool
    minutes: int = 3
    optional: bool = False


TaskProvider = Callable[[Actor], Iterable[Task]]
_providers: list[TaskProvider] = []


def onboards(provider: TaskProvider) -> TaskProvider:
    """Register a feature's tasks."""
    _providers.append(provider)
    return provider


def tasks(actor: Actor) -> list[Task]:
    """Every task in order; those of which the actor may do the deed, since features leave out the rest."""
    found = [task for provider in _providers for task in provider(actor)]
    return sorted(found, key=lambda task: task.order)
