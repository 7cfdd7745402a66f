"""How alike two cards are, and in which words: what is shared, never who is better."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from fyrklang.national.catalogue.words import METHODS
from fyrklang.sdk.codes import NEED_GROUPS, PARTY_KINDS
from fyrklang.web.i18n import gettext as _


class Alike(Protocol):
    """What of a card is compared. `hours` is the dose, `lexemes` the stems of its text."""

    @property
    def need_groups(self) -> Collection[str]: ...
    @property
    def methods(self) -> Collection[str]: ...
    @property
    def parties(self) -> Collection[str]: ...
    @property
    def format(self) -> str: ...
    @property
    def hours(self) -> int | None: ...
    @property
    def lexemes(self) -> Collection[str]: ...


@dataclass(frozen=True)
class Likeness:
    """Points from 0 to 1 and the reasons in words."""

    points: float
    reasons: tuple[str, ...]


def likeness(one: Alike, other: Alike) -> Likeness:
    """.35 need groups + .25 methods + .15 parties + .10 dose + .10 format + .05 text; symmetric, 1 for self.

    The first three are Jaccard's index, the dose 1 − |ln ratio| down to 0, the text a cosine of its stems.
    """
    points = (
        0.35 * jaccard(one.need_groups, other.need_groups)
        + 0.25 * jaccard(one.methods, other.methods)
        + 0.15 * jaccard(one.parties, other.parties)
        + 0.10 * _dose(one.hours, other.hours)
        + 0.10 * (one.format == other.format)
        + 0.05 * _cosine(one.lexemes, other.lexemes)
    )
    return Likeness(points, _reasons(one, other))


def jaccard(one: Collection[str], other: Collection[str]) -> float:
    """Shared over all; two empty ones are alike."""
    first, second = set(one), set(other)
    return len(first & second) / len(first | second) if first | second else 1.0


def _dose(one: int | None, other: int | None) -> float:
    if one is None or other is None:
        return float(one == other)
    return max(0.0, 1 - abs(math.log(one / other)))


def _cosine(one: Collection[str], other: Collection[str]) -> float:
    if not one or not other:
        return float(not one and not other)
    return len(set(one) & set(other)) / math.sqrt(len(set(one)) * len(set(other)))


def _reasons(one: Alike, other: Alike) -> tuple[str, ...]:
    reasons = []
    if groups := _shared(one.need_groups, other.need_groups, NEED_GROUPS):
        reasons.append(_("samma målgrupp: %(groups)s", groups=groups))
    if methods := _shared(one.methods, other.methods, METHODS):
        reasons.append(_("samma arbetssätt: %(methods)s", methods=methods))
    if parties := _shared(one.parties, other.parties, PARTY_KINDS):
        reasons.append(_("båda har %(parties)s", parties=parties))
    if one.format == other.format:
        reasons.append(_("samma form"))
    if one.hours and other.hours and _dose(one.hours, other.hours) >= 0.5:
        reasons.append(_("ungefär lika många timmar"))
    return tuple(reasons)


def _shared(one: Collection[str], other: Collection[str], words: dict[str, str]) -> str:
    return ", ".join(words[code] for code in sorted(set(one) & set(other)))
