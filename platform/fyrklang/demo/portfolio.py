"""The insatser each invented förbund has had: one after another in a fixed number of slots."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from fyrklang.demo import shapes
from fyrklang.demo.catalogue import (
    DESCRIPTIONS,
    STRUCTURAL_FORMATS,
    STRUCTURAL_WEIGHTS,
    name_pool,
    plain_names,
)
from fyrklang.demo.nation import Association
from fyrklang.sdk.codes import PARTY_KINDS

Counts = npt.NDArray[np.int64]
_T = TypeVar("_T")
_Span = tuple[date, date | None]
_STARTS = (((1, 1), 0.62), ((2, 1), 0.10), ((4, 1), 0.10), ((9, 1), 0.18))
_ENDS = (((12, 31), 0.66), ((6, 30), 0.28), ((3, 31), 0.06))
_KNOWN_UNTIL = date(shapes.LAST_YEAR, 3 * shapes.LAST_QUARTER, 30)
_PARTY_SHARES = {"FK": 0.5, "AF": 0.65, "REGION": 0.5, "KOMMUN": 0.9}
_ON_PAPER = ("IDEA", "APPLIED", "DECIDED", "REJECTED")
_POOR_RECORDS = {"fiskelandet": 0.5, "kalkasen": 0.28}
"""Förbund where many outcomes are not written down, so that the gates for known outcome are seen at work."""
_NOBODY_SERVED = "dammbygden"
"""The förbund that has structural insatser only, so that a measure can be not applicable."""


@dataclass(frozen=True)
class Insats:
    """An invented insats.

    `size` is participants a year before the nation is scaled, 0 when structural; `outcome` its own
    deviation on the logit of ending to work or study, `women` in share of women; `unknown` the share of
    endings whose outcome nobody wrote down; `goals` are first year and per mille to work or study.
    """

    slug: str
    name: str
    starts_on: date
    ends_on: date | None
    status: str
    esf_funded: bool
    description: str
    direction: str = "STRUCTURAL"
    format: str = "EVENT"
    focus: str = "TRAIN"
    follow_up_method: str = "COUNT_ONLY"
    target_groups: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    size: float = 0.0
    outcome: float = 0.0
    women: float = 0.0
    unknown: float = 0.0
    counts_unknown_sex: bool = False
    places: int | None = None
    goals: tuple[tuple[int, int], ...] = ()

    @property
    def serves_people(self) -> bool:
        """Whether people take part in it, or have."""
        return self.direction == "INDIVIDUAL" and self.status not in _ON_PAPER

    def in_force(self, year: int) -> bool:
        """Whether it ran at any time of a year."""
        if self.status in _ON_PAPER:
            return False
        return self.starts_on.year <= year and (self.ends_on is None or self.ends_on.year >= year)


_PINNED = {
    "asviken": (
        ("Första spåret", "COACH", date(2018, 1, 1), date(2023, 12, 31), 30.0, 0.0),
        ("Team Hamnen", "TEAM", date(2024, 2, 1), date(2027, 12, 31), 70.0, 0.75),
    ),
    "granstranden": (("Samverkansteamet Gran", "TEAM", date(2017, 1, 1), None, 80.0, 0.35),),
    "norrlunda": (("Brobyggarna", "TEAM", date(2016, 2, 1), None, 55.0, 0.2),),
}
"""The first slot of förbund that guides and pictures speak of: name, format, span, size, outcome."""


def build_portfolio(nation: tuple[Association, ...], rng: np.random.Generator) -> list[Insats]:
    """Every insats that ran at some time from the first year on, förbund by förbund."""
    slots = _slots(nation, rng)
    individual = _individual_slots(nation, slots, rng)
    found: list[Insats] = []
    for item, total, people in zip(nation, slots, individual, strict=True):
        found += _AssociationPortfolio(item, rng).build(int(people), int(total - people))
    return found


def target_per_year() -> float:
    """Insatser in force a year: what 83 förbund had in 2018, for 74."""
    return shapes.INTERVENTIONS_2018 * sum(shapes.KOMMUN_COUNTS.values()) / shapes.ASSOCIATIONS_2018


def _slots(nation: tuple[Association, ...], rng: np.random.Generator) -> Counts:
    """Slots per förbund: Poisson in money, given the nation's sum."""
    least = 3
    filled = 1 - shapes.VACANT * _turnover()
    total = round(target_per_year() / filled) - least * len(nation)
    weight = np.array([1.2 * item.money for item in nation])
    return least + rng.multinomial(total, weight / weight.sum())


def _turnover() -> float:
    """Share of slots whose insats ended the year before."""
    people, structure = (
        1 / sum(years * share for years, share in spans)
        for spans in (shapes.INDIVIDUAL_YEARS, shapes.STRUCTURAL_YEARS)
    )
    return shapes.INDIVIDUAL_SHARE * people + (1 - shapes.INDIVIDUAL_SHARE) * structure


def _individual_slots(nation: tuple[Association, ...], slots: Counts, rng: np.random.Generator) -> Counts:
    """About half of each förbund's slots, and the nation's share exactly."""
    served = np.array([item.slug != _NOBODY_SERVED for item in nation])
    people = np.where(served, np.maximum(1, rng.binomial(slots, shapes.INDIVIDUAL_SHARE)), 0)
    # Structural insatser follow one another faster, so that more of their slots stand empty.
    missing = round(int(slots.sum()) * shapes.INDIVIDUAL_SHARE * 0.988) - int(people.sum())
    step = 1 if missing > 0 else -1
    while missing:
        place = int(rng.integers(len(nation)))
        if served[place] and 1 <= people[place] + step <= slots[place]:
            people[place] += step
            missing -= step
    return people


class _AssociationPortfolio:
    """Fills one förbund's slots."""

    def __init__(self, item: Association, rng: np.random.Generator) -> None:
        self._item = item
        self._rng = rng
        self._places = [kommun.place for kommun in item.kommuner]
        self._names: dict[str, list[str]] = {}
        self._used: set[str] = {name for name, *_rest in _PINNED.get(item.slug, ())}

    def build(self, people: int, structural: int) -> list[Insats]:
        found: list[Insats] = []
        for slot in range(people):
            if slot == 0 and self._item.slug in _PINNED:
                found += self._pinned()
                continue
            form = self._one_of(zip(shapes.FORMATS, shapes.FORMAT_WEIGHTS, strict=True))
            found += [self._individual(form, span) for span in self._spans(shapes.INDIVIDUAL_YEARS)]
        for _slot in range(structural):
            found += [self._structural(span) for span in self._spans(shapes.STRUCTURAL_YEARS)]
        return [*found, *self._on_paper(people)]

    def _on_paper(self, people: int) -> Iterator[Insats]:
        """What is thought of, applied for, decided or refused, but has not begun."""
        for status, share in zip(_ON_PAPER, (0.25, 0.3, 0.3, 0.15), strict=True):
            if self._chance(share):
                span = (date(shapes.LAST_YEAR + 1, 1, 1), None)
                drawn = (
                    self._individual("COACH", span)
                    if people and self._chance(0.5)
                    else self._structural(span)
                )
                yield replace(drawn, status=status)

    def _pinned(self) -> Iterator[Insats]:
        for name, form, starts_on, ends_on, size, outcome in _PINNED[self._item.slug]:
            drawn = self._individual(form, (starts_on, ends_on))
            yield replace(
                drawn,
                name=name,
                size=size,
                outcome=outcome,
                unknown=0.03,
                parties=tuple(PARTY_KINDS),
                esf_funded=False,
                places=_places(form, size),
                goals=((max(starts_on.year, shapes.FIRST_YEAR), 350),),
            )

    def _spans(self, lengths: tuple[tuple[int, float], ...]) -> Iterator[_Span]:
        """Spans of one insats after another; only those that reach the first year."""
        year = shapes.FIRST_YEAR - 12 + int(self._rng.integers(10))
        while year <= shapes.LAST_YEAR:
            last = year + self._one_of(lengths) - 1
            starts_on, ends_on = self._day(year, _STARTS), self._day(last, _ENDS)
            if ends_on <= starts_on:
                ends_on = date(last, 12, 31)
            open_ended = last > shapes.LAST_YEAR and self._chance(0.7)
            if last >= shapes.FIRST_YEAR:
                yield starts_on, None if open_ended else ends_on
            year = last + 1 + self._chance(shapes.VACANT)

    def _individual(self, form: str, span: _Span) -> Insats:
        focus = self._one_of(shapes.FOCUS_OF[form])
        median, spread = shapes.SIZE[form]
        bigness = float(np.clip((self._item.money / 9) ** 0.3, 0.6, 1.6))
        size = float(self._rng.lognormal(np.log(median * bigness), spread))
        outcome = float(self._rng.normal(0, shapes.INTERVENTION_SPREAD))
        outcome += shapes.FORMAT_EFFECT[form] + shapes.FOCUS_EFFECT[focus]
        return replace(
            self._frame(form, span),
            direction="INDIVIDUAL",
            format=form,
            focus=focus,
            follow_up_method="PERSON" if self._chance(shapes.PERSON_SHARE[form]) else "COUNT_ONLY",
            target_groups=self._need_groups(),
            parties=self._parties(all_four=0.7 if form == "TEAM" else 0.1),
            size=size,
            outcome=outcome,
            places=_places(form, size),
            goals=self._goals(max(span[0].year, shapes.FIRST_YEAR), outcome),
            women=float(self._rng.normal(0, 0.06)),
            unknown=_POOR_RECORDS.get(self._item.slug, float(self._rng.beta(1.5, 42))),
            counts_unknown_sex=self._chance(0.08),
        )

    def _structural(self, span: _Span) -> Insats:
        focus = self._one_of(STRUCTURAL_WEIGHTS.items())
        return replace(
            self._frame(focus, span),
            format=STRUCTURAL_FORMATS.get(focus, "EVENT"),
            focus=focus,
            parties=self._parties(all_four=0.6),
        )

    def _frame(self, kind: str, span: _Span) -> Insats:
        starts_on, ends_on = span
        return Insats(
            slug=self._item.slug,
            name=self._name(kind),
            starts_on=starts_on,
            ends_on=ends_on,
            status=self._status(ends_on),
            esf_funded=self._chance(0.06),
            description=DESCRIPTIONS[kind],
        )

    def _goals(self, first: int, outcome: float) -> tuple[tuple[int, int], ...]:
        """None, one, or one that was raised after three years; between 25 and 50 %, in steps of five."""
        if self._chance(0.2):
            return ()
        wanted = 0.35 + 0.08 * outcome + self._rng.normal(0, 0.05)
        target = int(np.clip(50 * round(wanted * 20), 250, 500))
        if first + 3 <= shapes.LAST_YEAR and target <= 450 and self._chance(0.25):
            return ((first, target), (first + 3, target + 50))
        return ((first, target),)

    def _name(self, kind: str) -> str:
        if kind not in self._names:
            pool = name_pool(kind, self._places)
            plain = pool[: len(plain_names(kind))]
            self._rng.shuffle(plain)
            self._names[kind] = [*plain, *pool[len(plain) :]]
        name = next(name for name in self._names[kind] if name not in self._used)
        self._used.add(name)
        return name

    def _status(self, ends_on: date | None) -> str:
        if ends_on is None or ends_on > _KNOWN_UNTIL:
            return "RUNNING"
        return "IMPLEMENTED" if self._chance(0.15) else "ENDED"

    def _need_groups(self) -> tuple[str, ...]:
        wanted = self._one_of(((1, 0.4), (2, 0.4), (3, 0.2)))
        codes = list(shapes.NEED_WEIGHTS)
        weight = np.array(list(shapes.NEED_WEIGHTS.values()), dtype=float)
        drawn = self._rng.choice(len(codes), size=wanted, replace=False, p=weight / weight.sum())
        return tuple(codes[place] for place in sorted(drawn))

    def _parties(self, all_four: float) -> tuple[str, ...]:
        if self._chance(all_four):
            return tuple(PARTY_KINDS)
        drawn = tuple(party for party in PARTY_KINDS if self._chance(_PARTY_SHARES[party]))
        return drawn if len(drawn) > 1 else ("AF", "KOMMUN")

    def _day(self, year: int, days: tuple[tuple[tuple[int, int], float], ...]) -> date:
        month, day = self._one_of(days)
        return date(year, month, day)

    def _chance(self, share: float) -> bool:
        return bool(self._rng.random() < share)

    def _one_of(self, weighted: Iterable[tuple[_T, float]]) -> _T:
        """One of the values, each as often as its share says; shares sum to one."""
        values = tuple(weighted)
        left = self._rng.random()
        for value, share in values:
            left -= share
            if left < 0:
                return value
        return values[-1][0]


def _places(form: str, size: float) -> int | None:
    """Room for those who stay at the same time; open doors have no places."""
    if form == "OPEN":
        return None
    median, spread = shapes.LENGTH_DAYS[form]
    staying = size * median * np.exp(spread**2 / 2) / 365
    return max(5, 5 * round(float(0.85 * staying / 5)))
