"""People in and out of every individual insats, quarter by quarter, by legal sex."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from fyrklang.demo import shapes
from fyrklang.demo.nation import Association
from fyrklang.demo.portfolio import Insats

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

SEXES = ("K", "M", "U")
WARM_UP = 2
"""Years simulated before the first, so that people are already there when it begins."""
_BEGIN = shapes.FIRST_YEAR - WARM_UP
_REACH = 16
"""Quarters a stay may last."""
_UNKNOWN_SEX = 0.03
_EDGE = 0.4
"""Weight of a quarter an insats runs for a part of."""


@dataclass(frozen=True)
class Flow:
    """Arrays over insats × sex × quarter; `quarters` names the last axis, `reported` says which are rows.

    `cohorts` is insats × sex × quarter of start, from `WARM_UP` years before the first, × quarters until they
    leave; nobody stays longer than to the quarter `closes`, counted as those of start are.
    """

    quarters: tuple[tuple[int, int], ...]
    reported: Flags
    started: Counts
    ongoing: Counts
    ended: Counts
    known_outcome: Counts
    ended_work_study: Counts
    cohorts: Counts
    closes: Counts


def simulate(nation: tuple[Association, ...], people: list[Insats], rng: np.random.Generator) -> Flow:
    """Let the individual insatser run; the nation's participants follow `shapes.PARTICIPANTS`."""
    quarters = _quarters()
    active = np.array([[_share_of_quarter(item, *quarter) for quarter in quarters] for item in people])
    started, doors = _in_and_out(people, _women(nation, people), active, rng)
    ended = doors.ended
    ongoing = np.cumsum(started - ended, axis=2)
    chance = _chance_of_work(nation, people, ended, quarters, rng)
    unknown = np.array([item.unknown for item in people])[:, None, None]
    known = rng.binomial(ended, 1 - unknown)
    work_study = rng.binomial(known, chance)
    shown = slice(4 * WARM_UP, None)
    return Flow(
        quarters=tuple(quarters[shown]),
        reported=_reported(people, active, quarters)[:, shown],
        started=started[:, :, shown],
        ongoing=ongoing[:, :, shown],
        ended=ended[:, :, shown],
        known_outcome=known[:, :, shown],
        ended_work_study=work_study[:, :, shown],
        cohorts=doors.cohorts,
        closes=doors.last,
    )


def _quarters() -> list[tuple[int, int]]:
    last = (shapes.LAST_YEAR, shapes.LAST_QUARTER)
    every = [(year, quarter) for year in range(_BEGIN, shapes.LAST_YEAR + 1) for quarter in (1, 2, 3, 4)]
    return [quarter for quarter in every if quarter <= last]


def _share_of_quarter(item: Insats, year: int, quarter: int) -> float:
    first, last = date(year, 3 * quarter - 2, 1), date(year, 3 * quarter, 30)
    if item.starts_on > last or (item.ends_on is not None and item.ends_on < first):
        return 0.0
    return _EDGE if item.starts_on > first else 1.0


def _women(nation: tuple[Association, ...], people: list[Insats]) -> Floats:
    own = {item.slug: item.women for item in nation}
    share = [shapes.WOMEN_ENDED + own[item.slug] + item.women for item in people]
    return np.clip(np.array(share, dtype=np.float64), 0.1, 0.97)


def _in_and_out(
    people: list[Insats], women: Floats, active: Floats, rng: np.random.Generator
) -> tuple[Counts, _Doors]:
    quarters = _quarters()
    size = np.array([item.size for item in people])
    season = np.array([_season(*quarter) for quarter in quarters])
    wanted = size[:, None] * active * season
    unknown_sex = np.array([_UNKNOWN_SEX if item.counts_unknown_sex else 0.0 for item in people])
    doors = _Doors(people, quarters)
    started = np.zeros((len(people), len(SEXES), len(quarters)), dtype=np.int64)
    for year in range(_BEGIN, shapes.LAST_YEAR + 1):
        steps = [step for step, (at, _quarter) in enumerate(quarters) if at == year]
        level = _level(year, wanted[:, steps], doors.inside(started, steps[0]))
        for step in steps:
            arriving = rng.poisson(level * wanted[:, step])
            without_sex = rng.binomial(arriving, unknown_sex)
            of_women = rng.binomial(arriving - without_sex, women)
            started[:, :, step] = np.stack([of_women, arriving - without_sex - of_women, without_sex], axis=1)
            doors.let_out_later(started[:, :, step], step, rng)
    return started, doors


def _season(year: int, quarter: int) -> float:
    return shapes.QUARTER_STARTS[quarter - 1] * shapes.PANDEMIC_STARTS.get((year, quarter), 1.0)


def _level(year: int, wanted: Floats, inside: int) -> float:
    """What to multiply starts by so that those inside and those starting are the year's participants."""
    target = shapes.PARTICIPANTS[max(year, shapes.FIRST_YEAR)]
    if year < shapes.FIRST_YEAR:
        # Most insatser of these years are not drawn, and those drawn should not make up for them.
        return float(0.8 * target / 27_000)
    full_year = wanted.sum() / sum(shapes.QUARTER_STARTS[: wanted.shape[1]])
    return float((target - inside) / full_year)


class _Doors:
    """Remembers who is to leave when."""

    def __init__(self, people: list[Insats], quarters: list[tuple[int, int]]) -> None:
        self.ended = np.zeros((len(people), len(SEXES), len(quarters)), dtype=np.int64)
        self.cohorts = np.zeros((*self.ended.shape, _REACH), dtype=np.int64)
        place_of = {quarter: place for place, quarter in enumerate(quarters)}
        never = len(quarters) + _REACH
        closing = (_quarter_of(item.ends_on) if item.ends_on else None for item in people)
        self.last = np.array([place_of.get(quarter, never) if quarter else never for quarter in closing])
        self._rows = {
            form: np.array([place for place, item in enumerate(people) if item.format == form], dtype=np.intp)
            for form in shapes.FORMATS
        }

    def inside(self, started: Counts, step: int) -> int:
        """How many are there when a quarter begins."""
        return int(started[:, :, :step].sum() - self.ended[:, :, :step].sum())

    def let_out_later(self, arriving: Counts, step: int, rng: np.random.Generator) -> None:
        """Draw when those who start now will end; nobody stays longer than the insats."""
        for form, rows in self._rows.items():
            leaving = rng.multinomial(arriving[rows], shapes.exit_shares(form, _REACH))
            self.cohorts[rows, :, step] = leaving
            for later in range(_REACH):
                at = np.minimum(step + later, self.last[rows])
                within = at < self.ended.shape[2]
                self.ended[rows[within], :, at[within]] += leaving[within, :, later]


def _quarter_of(day: date) -> tuple[int, int]:
    return day.year, (day.month + 2) // 3


def _chance_of_work(
    nation: tuple[Association, ...],
    people: list[Insats],
    ended: Counts,
    quarters: list[tuple[int, int]],
    rng: np.random.Generator,
) -> Floats:
    """Chance of ending to work or study: insats × sex × quarter, the nation's mean as wanted."""
    own = {item.slug: item.outcome for item in nation}
    level = np.array([own[item.slug] + item.outcome for item in people])
    years = np.array([year for year, _quarter in quarters])
    wander = np.cumsum(rng.normal(0, shapes.DRIFT, (len(people), int(years[-1] - years[0]) + 1)), axis=1)
    pandemic = np.array([shapes.PANDEMIC.get(int(year), 0.0) for year in years])
    sex = np.array([shapes.SEX_EFFECT / 2, -shapes.SEX_EFFECT / 2, 0.0])
    logit = (level[:, None] + wander[:, years - years[0]])[:, None, :] + pandemic + sex[:, None]
    return _levelled(logit, ended)


def _levelled(logit: Floats, ended: Counts) -> Floats:
    """Shift all so that the mean over endings is the nation's share (bisection)."""
    low, high = -5.0, 5.0
    for _turn in range(40):
        middle = (low + high) / 2
        mean = float((_share(logit + middle) * ended).sum() / ended.sum())
        low, high = (middle, high) if mean < shapes.WORK_STUDY else (low, middle)
    return _share(logit + low)


def _share(logit: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-logit)), dtype=np.float64)


SILENT = {("bergmarken", 2025), ("bergmarken", 2026)}
"""Förbund and years without a report, so that *Ej rapporterat* is seen."""


def _reported(people: list[Insats], active: Floats, quarters: list[tuple[int, int]]) -> Flags:
    heard = np.array([[(item.slug, year) not in SILENT for year, _quarter in quarters] for item in people])
    return np.asarray((active > 0) & heard, dtype=np.bool_)
