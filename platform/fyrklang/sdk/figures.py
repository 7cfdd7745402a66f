"""Figures that features hand to reports: a hook, so that a page, a pack and a file all read the same source."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from fyrklang.tenancy.session import TenantSession

WHOLE, FIRST_HALF = 0, 1
"""Periods of a year that are reported: all of it, or up to and including June."""

Unit = Literal["persons", "ore", "permille"]


@dataclass(frozen=True)
class Figure:
    """One figure. `subject` is an insats' id or empty for the whole förbund; `value` is None where `word` says why.

    `code` names what it is (`women`, `budget` …), `base` what it rests on.
    """

    subject: str
    name: str
    code: str
    label: str
    unit: Unit
    value: int | None
    word: str = ""
    base: str = ""

    @property
    def key(self) -> str:
        """The figure's own name within a period."""
        return f"{self.subject}.{self.code}"


Provider = Callable[[TenantSession, int, int], Iterable[Figure]]
_providers: list[Provider] = []


def provides_figures(provider: Provider) -> Provider:
    """Register a feature's figures; called with a session, a year and a period."""
    _providers.append(provider)
    return provider


def figures(session: TenantSession, year: int, period: int = WHOLE) -> list[Figure]:
    """Every figure of the session's förbund for a period, in the features' order."""
    return [figure for provider in _providers for figure in provider(session, year, period)]
