"""Years in today's borders: what was reported by förbund that have since merged or changed names, under those
that stand now. Only sums of what a release shows, so that they tell no more than it does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from fyrklang.national.store.engine import Word
from fyrklang.national.store.shapes import Figure


def heirs(slugs: Iterable[str], successions: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each förbund to the one that stands where it stood: itself, or the only one at the end of its road.

    One that was split, or whose heir is in no release, stays itself: nobody knows how to share its figures out.
    """
    known = set(slugs)
    onward: dict[str, list[str]] = defaultdict(list)
    for here, there in successions:
        onward[here].append(there)
    found = {}
    for slug in known:
        ends = _ends(slug, onward)
        found[slug] = next(iter(ends)) if len(ends) == 1 and ends <= known else slug
    return found


def _ends(slug: str, onward: Mapping[str, Sequence[str]]) -> set[str]:
    ends, seen, ahead = set(), set(), [slug]
    while ahead:
        here = ahead.pop()
        if here in seen:
            continue
        seen.add(here)
        ahead += onward.get(here, ())
        if here not in onward:
            ends.add(here)
    return ends


def redrawn(
    figures: Mapping[tuple[int, str], Figure], heir: Mapping[str, str]
) -> dict[tuple[int, str], Figure]:
    """(year, slug) to figure, summed under each heir. A sum with a hidden part is hidden."""
    parts: dict[tuple[int, str], list[Figure]] = defaultdict(list)
    for (year, slug), figure in figures.items():
        parts[year, heir[slug]].append(figure)
    return {place: together(found) for place, found in parts.items()}


def together(figures: Sequence[Figure]) -> Figure:
    """The sum of those that reported; one figure alone is itself."""
    told = [figure for figure in figures if figure.word != Word.NOT_REPORTED]
    if len(told) < 2:
        return told[0] if told else figures[0]
    if any(figure.word for figure in told):
        return Figure(None, None, Word.HIDDEN)
    return Figure(
        sum(figure.numerator or 0 for figure in told), sum(figure.denominator or 0 for figure in told), None
    )
