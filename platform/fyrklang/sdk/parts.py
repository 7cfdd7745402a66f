"""A part: what one feature or plugin brings. `app.py` holds the ordered list of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from fyrklang.access.permissions import Permission
from fyrklang.sdk.routes import Api, Pages, Scope
from fyrklang.sdk.start import CaseStartProvider, StartProvider

Place = Literal["daily", "admin", "me"]
"""Where an entry stands: in the left menu, there under *Administration*, or under the user's own name."""


@dataclass(frozen=True)
class MenuEntry:
    """A line in a menu, shown to those who hold the permission. `icon` names a sprite symbol.

    It is marked as where one is on its own pages, and on those that `also` names: pages that lie under it.
    """

    label: Callable[[], str]
    icon: str
    endpoint: str
    permission: Permission
    scope: Scope = Scope.TENANT
    order: int = 100
    place: Place = "daily"
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """Everything a feature registers, named in one place. Jobs and facts register when imported.

    What `case_start` brings is asked for only with a context that reaches participants. `search` is where the
    search field of the frame sends what is written in it, as a form; its label says what can be found.
    """

    name: str
    pages: tuple[Pages, ...] = ()
    apis: tuple[Api, ...] = ()
    menu: tuple[MenuEntry, ...] = ()
    start: tuple[StartProvider, ...] = ()
    case_start: tuple[CaseStartProvider, ...] = ()
    search: MenuEntry | None = None
