"""From how many came and left to one deltagande each: whom the insats followed, what they did before and after.

Each förbund has a chance of its own, so that its stays are the same whichever other förbund are drawn. Every
sum over stays is the flow's own: starts, endings, known outcomes and outcomes in work or studies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

from fyrklang.demo import person_shapes as own
from fyrklang.demo import shapes
from fyrklang.demo.flow import SEXES, SILENT, WARM_UP, Flow
from fyrklang.demo.portfolio import Insats

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
_SILENT = {slug for slug, _year in SILENT}
_KNOWN_UNTIL = date(shapes.LAST_YEAR, 3 * shapes.LAST_QUARTER, 30).toordinal()
_A_YEAR = 365


def follows_people(item: Insats) -> bool:
    """Whether an insats has deltaganden; the others have counts."""
    return item.serves_people and item.follow_up_method == "PERSON" and item.slug not in _SILENT


def person_level_from(item: Insats) -> int:
    """The year from which its figures come from deltaganden."""
    return max(item.starts_on.year, shapes.FIRST_YEAR)


@dataclass(frozen=True)
class Situation:
    """What somebody did and lived on, column by column; a row without occupation is nobody's."""

    occupations: list[list[str]]
    work: list[int]
    study: list[int]
    subsidy: list[str | None]
    income: list[list[str]]


@dataclass(frozen=True)
class Stays:
    """One förbund's deltaganden, column by column. `item` is the place among the förbund's insatser with people.

    Days are ordinals, `ended` 0 for those who are still there. `person` is the place of the participant's first
    stay and `number` counts their stays from 1. `later_on` is 0 for those who were not reached a year after.
    """

    item: Ints
    sex: Ints
    started: Ints
    ended: Ints
    reason: list[str | None]
    person: Ints
    number: Ints
    referrer: list[str]
    referred: Ints
    born: Ints
    education: list[str]
    duration: list[str]
    needs: list[list[str]]
    problems: list[list[str]]
    before: Situation
    after: Situation
    later: Situation
    later_on: Ints
    unnamed: list[tuple[int, int, int, str, int]]

    def __len__(self) -> int:
        return len(self.item)


def stays_of(seed: int, slug: str, people: Sequence[Insats], flow: Flow) -> Stays | None:
    """The deltaganden of one förbund, None when it has none. `flow`'s rows are those of `people`."""
    own_rows = [place for place, item in enumerate(people) if item.slug == slug and follows_people(item)]
    if not own_rows:
        return None
    rng = np.random.Generator(np.random.PCG64([seed, crc32(slug.encode()), 1]))
    return _Drawing([people[place] for place in own_rows], _cut(flow, own_rows), rng).drawn()


def _cut(flow: Flow, rows: list[int]) -> Flow:
    arrays = {name: value[rows] for name, value in vars(flow).items() if name != "quarters"}
    return Flow(quarters=flow.quarters, **arrays)


class _Drawing:
    """Draws everything about one förbund's stays, a column at a time."""

    def __init__(self, items: list[Insats], flow: Flow, rng: np.random.Generator) -> None:
        self._items, self._flow, self._rng = items, flow, rng
        self._steps = len(flow.quarters)
        self._whole()
        self._extra()
        self._n = len(self._item)
        self._days()

    def _whole(self) -> None:
        """One row per starter who was there in the first quarter or later; steps count from that quarter."""
        place, sex, start, later = np.nonzero(self._flow.cohorts)
        times = self._flow.cohorts[place, sex, start, later]
        end = np.minimum(start + later, self._flow.closes[place]) - 4 * WARM_UP
        there = end >= 0
        self._item, self._sex, self._start, self._end = (
            np.repeat(column[there], times[there]) for column in (place, sex, start - 4 * WARM_UP, end)
        )
        self._wrong = np.zeros(len(self._item), dtype=np.bool_)

    def _extra(self) -> None:
        """Felregistreringar: like somebody else who ended, and never counted."""
        ended = np.flatnonzero(self._end < self._steps)
        copied = self._rng.choice(ended, self._rng.binomial(len(ended), own.MISREGISTERED), replace=False)
        order = np.concatenate([np.arange(len(self._item)), copied]).astype(np.int64)
        self._item, self._sex, self._start, self._end = (
            column[order] for column in (self._item, self._sex, self._start, self._end)
        )
        self._wrong = np.arange(len(order)) >= len(order) - len(copied)

    def _days(self) -> None:
        opened = np.array([item.starts_on.toordinal() for item in self._items])[self._item]
        last = np.array([(item.ends_on or date.max).toordinal() for item in self._items])[self._item]
        started = np.clip(self._day_in(self._start, np.array(own.MONTHS)), opened, last)
        ended = self._day_in(self._end, np.ones(12))
        ended = np.minimum(np.maximum(ended, started), last)
        over = self._end < self._steps
        self._started, self._ended = started, np.where(over, ended, 0)
        self._over = over

    def _day_in(self, steps: Ints, weights: npt.NDArray[Any]) -> Ints:
        """A day of each quarter, months as often as their weights say."""
        low = int(steps.min()) if len(steps) else 0
        firsts, lengths, shares = [], [], []
        for step in range(low, int(steps.max()) + 1 if len(steps) else 0):
            year, quarter = shapes.FIRST_YEAR + step // 4, step % 4
            months = range(3 * quarter + 1, 3 * quarter + 4)
            begins = [date(year, month, 1).toordinal() for month in months]
            after = date(year + (quarter == 3), (3 * quarter + 3) % 12 + 1, 1).toordinal()
            firsts.append(begins)
            lengths.append(np.diff([*begins, after]))
            share = np.array([weights[month - 1] for month in months], dtype=np.float64)
            shares.append(np.cumsum(share / share.sum()))
        if not firsts:
            return np.zeros(0, dtype=np.int64)
        at = steps - low
        month = (self._rng.random(len(steps))[:, None] > np.array(shares)[at][:, :2]).sum(axis=1)
        length = np.array(lengths)[at, month]
        day = (self._rng.random(len(steps)) * length).astype(np.int64)
        return np.asarray(np.array(firsts)[at, month] + day, dtype=np.int64)

    def drawn(self) -> Stays:
        """Everything about everybody."""
        ages = self._ages()
        born = np.array([date.fromordinal(int(day)).year for day in self._started]) - ages
        durations = self._rng.choice(len(own.DURATION), self._n, p=_shares(own.DURATION.values()))
        incomes = self._incomes()
        known, working = self._outcomes(durations, incomes, ages)
        before, after = self._before_and_after(known, working, incomes)
        person, number = self._persons()
        later, later_on = self._later(known, working)
        years = np.array([date.fromordinal(int(day)).year for day in self._started])
        return Stays(
            item=self._item,
            sex=self._sex,
            started=self._started,
            ended=self._ended,
            reason=self._reasons(known, working, after),
            person=person,
            number=number,
            referrer=self._referrers(years),
            referred=self._started - self._waits(),
            born=born[person],
            education=self._codes(own.EDUCATION),
            duration=[list(own.DURATION)[code] for code in durations.tolist()],
            needs=self._needs(),
            problems=self._problems(),
            before=before,
            after=after,
            later=later,
            later_on=later_on,
            unnamed=self._unnamed(),
        )

    def _ages(self) -> Ints:
        span = self._rng.choice(len(own.AGES), self._n, p=_shares([share for _span, share in own.AGES]))
        low, high = (np.array([ends[side] for ends, _share in own.AGES])[span] for side in (0, 1))
        return self._rng.integers(low, high, endpoint=True)

    def _incomes(self) -> list[list[str]]:
        first = self._codes(own.INCOME)
        other = {code: share for code, share in own.INCOME.items() if code != "NONE"}
        second, both = self._codes(other), (self._rng.random(self._n) < own.TWO_INCOMES).tolist()
        return [
            [one, two] if also and one not in ("NONE", two) else [one]
            for one, two, also in zip(first, second, both, strict=True)
        ]

    def _outcomes(self, durations: Ints, incomes: list[list[str]], ages: Ints) -> tuple[Flags, Flags]:
        """Whose outcome is known, and who came to work or studies: the likeliest of each quarter, with chance."""
        score = own.LESS_BY_DURATION * durations + own.TWENTIES * ((ages >= 20) & (ages < 30))
        score = score + own.YOUNG_PENSION * np.array(["AE" in income for income in incomes], dtype=np.bool_)
        score = score + self._rng.logistic(size=self._n)
        cell = (self._item * len(SEXES) + self._sex) * self._steps + np.minimum(self._end, self._steps - 1)
        counted = self._over & ~self._wrong
        known, working = np.zeros(self._n, np.bool_), np.zeros(self._n, np.bool_)
        for flags, key, among, wanted in (
            (known, self._rng.random(self._n), counted, self._flow.known_outcome),
            (working, score, known, self._flow.ended_work_study),
        ):
            rows = np.flatnonzero(among)
            order = rows[np.lexsort((-key[rows], cell[rows]))]
            ordered = cell[order]
            rank = np.arange(len(order)) - np.searchsorted(ordered, ordered)
            flags[order[rank < wanted.reshape(-1)[ordered]]] = True
        return known, working

    def _before_and_after(
        self, known: Flags, working: Flags, incomes: list[list[str]]
    ) -> tuple[Situation, Situation]:
        after = self._after(known, working, incomes)
        same = (working & (self._rng.random(self._n) > own.STARTED_OR_INCREASED)).tolist()
        drawn, part = self._codes(own.BEFORE), self._rng.choice([25, 50], self._n).tolist()
        frequent = working.tolist()
        occupations, work, study, subsidy = [], [], [], []
        for place, code in enumerate(drawn):
            if same[place]:
                occupations.append(after.occupations[place])
                work.append(after.work[place])
                study.append(after.study[place])
                subsidy.append(after.subsidy[place])
                continue
            # Whoever is to have begun or increased did not work or study before.
            plain = "NONE" if frequent[place] and code in ("WORK", "STUDY") else code
            occupations.append([plain])
            work.append(part[place] if plain == "WORK" else 0)
            study.append(part[place] if plain == "STUDY" else 0)
            subsidy.append(None)
        return Situation(occupations, work, study, subsidy, incomes), after

    def _after(self, known: Flags, working: Flags, incomes: list[list[str]]) -> Situation:
        works, supported = self._works()
        otherwise, extents = self._codes(own.AFTER_OTHERWISE), self._codes(own.EXTENTS)
        subsidies, chance = self._codes(own.SUBSIDIES), self._rng.random(self._n).tolist()
        occupations, work, study, subsidy, income = [], [], [], [], []
        flags = zip(known.tolist(), working.tolist(), works.tolist(), supported.tolist(), strict=True)
        for place, (sure, active, at_work, helped) in enumerate(flags):
            code = "UNK" if not sure else otherwise[place]
            if active:
                code = ("WORK_SUB" if helped else "WORK") if at_work else "STUDY"
            occupations.append([code])
            work.append(extents[place] if active and at_work else 0)
            study.append(extents[place] if active and not at_work else 0)
            subsidy.append(subsidies[place] if code == "WORK_SUB" else None)
            income.append(
                _income_after(code, extents[place], incomes[place], chance[place]) if sure else ["UNK"]
            )
        return Situation(occupations, work, study, subsidy, income)

    def _works(self) -> tuple[Flags, Flags]:
        """Who of those active would be in work, and with support."""
        shares = [
            np.array([table[sex] for sex in SEXES])[self._sex]
            for table in (own.WORK_OF_WORKING, own.SUBSIDISED)
        ]
        return self._rng.random(self._n) < shares[0], self._rng.random(self._n) < shares[1]

    def _later(self, known: Flags, working: Flags) -> tuple[Situation, Ints]:
        """A year after, of those who were reached."""
        on = self._ended + _A_YEAR + self._rng.integers(-25, 26, self._n)
        reached = known & (self._rng.random(self._n) < own.REACHED) & (on <= _KNOWN_UNTIL)
        share = np.where(working, own.STILL_WORKING, own.CAME_TO_WORK)
        still = reached & (self._rng.random(self._n) < share)
        unknown_income = [["UNK"]] * self._n
        found = self._after(reached, still, unknown_income)
        return found, np.where(reached, on, 0)

    def _reasons(self, known: Flags, working: Flags, after: Situation) -> list[str | None]:
        tables = [
            self._codes(table) for table in (own.WORKING_REASONS, own.OTHER_REASONS, own.UNKNOWN_REASONS)
        ]
        unknown = np.array([max(item.unknown, own.DECEASED) for item in self._items])[self._item]
        died = (~known & (self._rng.random(self._n) < own.DECEASED / unknown)).tolist()
        flags = zip(self._over.tolist(), self._wrong.tolist(), known.tolist(), working.tolist(), strict=True)
        found: list[str | None] = []
        for place, (over, wrong, sure, active) in enumerate(flags):
            if not over:
                found.append(None)
            elif wrong:
                found.append("MISREG")
            elif active:
                own_reason = "STUDY" if after.study[place] else "WORK"
                found.append(own_reason if tables[0][place] == "OWN" else tables[0][place])
            elif sure:
                found.append(tables[1][place])
            else:
                found.append("DECEASED" if died[place] else tables[2][place])
        return found

    def _persons(self) -> tuple[Ints, Ints]:
        """Who is who: some come back to the same insats after having ended."""
        person, number = np.arange(self._n), np.ones(self._n, dtype=np.int64)
        back = np.flatnonzero((self._rng.random(self._n) < own.AGAIN) & ~self._wrong)
        taken: set[int] = set()
        place_of = {place: rank for rank, place in enumerate(np.argsort(self._ended, kind="stable").tolist())}
        order = sorted(place_of, key=place_of.__getitem__)
        groups: dict[tuple[int, int], list[int]] = {}
        for place in order:
            if self._over[place] and not self._wrong[place]:
                groups.setdefault((int(self._item[place]), int(self._sex[place])), []).append(place)
        for place in back[np.argsort(self._started[back], kind="stable")].tolist():
            earlier = groups.get((int(self._item[place]), int(self._sex[place])), [])
            chosen = next((each for each in earlier if each not in taken and each != place), None)
            if chosen is not None and self._ended[chosen] < self._started[place]:
                taken.add(chosen)
                person[place], number[place] = person[chosen], number[chosen] + 1
        return person, number

    def _referrers(self, years: Ints) -> list[str]:
        late = np.clip((years - 2018) / 3, 0, 1)[:, None]
        shares = (1 - late) * np.array(own.REFERRERS_2018) + late * np.array(own.REFERRERS_2021)
        bounds = np.cumsum(shares / shares.sum(axis=1, keepdims=True), axis=1)[:, :-1]
        codes = (self._rng.random(self._n)[:, None] > bounds).sum(axis=1)
        return [own.REFERRERS[code] for code in codes.tolist()]

    def _waits(self) -> Ints:
        median, spread = own.WAIT_DAYS
        return np.clip(self._rng.lognormal(np.log(median), spread, self._n), 0, 400).astype(np.int64)

    def _needs(self) -> list[list[str]]:
        extra, more = self._codes(shapes.NEED_WEIGHTS), (self._rng.random(self._n) < 0.4).tolist()
        pick = self._rng.random(self._n).tolist()
        found = []
        for place, item in enumerate(self._item.tolist()):
            groups = self._items[item].target_groups
            first = groups[int(pick[place] * len(groups))] if groups else extra[place]
            found.append(sorted({first, extra[place]}) if more[place] else [first])
        return found

    def _problems(self) -> list[list[str]]:
        has = self._rng.random((self._n, len(own.PROBLEMS))) * 100 < np.array(list(own.PROBLEMS.values()))
        return [[code for code, flag in zip(own.PROBLEMS, row, strict=True) if flag] for row in has.tolist()]

    def _unnamed(self) -> list[tuple[int, int, int, str, int]]:
        """Insats, year, quarter, sex and how many are counted beside the stays."""
        counts = self._rng.binomial(self._flow.started, own.UNNAMED)
        return [
            (int(place), *self._flow.quarters[step], SEXES[sex], int(counts[place, sex, step]))
            for place, sex, step in np.argwhere(counts)
        ]

    def _codes(self, table: Mapping[Any, float]) -> list[Any]:
        codes = list(table)
        return [codes[at] for at in self._rng.choice(len(codes), self._n, p=_shares(table.values())).tolist()]


def _income_after(code: str, extent: int, before: list[str], chance: float) -> list[str]:
    """Work on most of full time feeds; half of the students have study aid; else it is as before."""
    if code in ("WORK", "WORK_SUB") and extent >= 75 and chance < 0.75:
        return ["NONE"]
    if code == "STUDY" and chance < 0.5:
        return ["STU"]
    return before if chance < 0.9 else ["EB"]


def _shares(weights: Any) -> Floats:
    found = np.array(list(weights), dtype=np.float64)
    return np.asarray(found / found.sum())
