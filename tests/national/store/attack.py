"""An outsider with a linear program: everything published, and what the words themselves tell.

Unknowns are, per reporting förbund and sex (K, M, U): ended to work or study, ended to something else,
ended with unknown outcome, ongoing. M1, M20 and M9 are sums of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from fyrklang.national.store.engine import Protected, Word

SEXES = ("K", "M", "U")
KINDS = 4
QUANTITIES: dict[str, tuple[tuple[int, ...], ...]] = {
    "M1": ((0,), (1,)),
    "M20": ((0, 1), (2,)),
    "M9": ((0, 1, 2, 3),),
}
"""Per measure: which kinds are the part, and which the rest (a count has none)."""


@dataclass(frozen=True)
class Quantity:
    """A number someone might be after: one förbund's part, rest or count for a sex."""

    slug: str
    measure: str
    sex: str
    which: int


class Outsider:
    """Knows the release and nothing else."""

    def __init__(self, slugs: Sequence[str], published: Protected, year: int) -> None:
        self.slugs = list(slugs)
        self._matrices: dict[str, np.ndarray] = {}
        self.equal: list[tuple[np.ndarray, float]] = []
        self.at_most: list[tuple[np.ndarray, float]] = []
        for cell in published.cells:
            if cell.year == year and cell.slug in self.slugs:
                self._learn_cell(cell)
        for total in published.totals:
            if total.year == year and total.complete and total.numerator is not None:
                self._learn_sum(total, self.slugs)

    def learn_total(self, total, members: Sequence[str]) -> None:
        """Add a sum read in an earlier release."""
        self._matrices = {}
        self._learn_sum(total, members)

    def span(self, wanted: Quantity) -> tuple[float, float]:
        """Smallest and largest value that fits everything known."""
        aim = self._row(wanted.slug, wanted.measure, wanted.sex, wanted.which)
        self._matrices = self._matrices or self._known()
        ends = []
        for sign in (1, -1):
            answer = linprog(sign * aim, **self._matrices, bounds=(0, None), method="highs")
            ends.append(float("inf") if answer.status == 3 else sign * answer.fun)
            assert answer.status in (0, 3), answer.message
        return ends[0], ends[1]

    def _known(self) -> dict[str, np.ndarray]:
        found: dict[str, np.ndarray] = {}
        for name, rows in (("eq", self.equal), ("ub", self.at_most)):
            if rows:
                found[f"A_{name}"] = np.array([row for row, _ in rows])
                found[f"b_{name}"] = np.array([value for _, value in rows])
        return found

    def _row(self, slug: str, measure: str, sex: str, which: int) -> np.ndarray:
        row = np.zeros(len(self.slugs) * len(SEXES) * KINDS)
        for one in SEXES if sex == "T" else (sex,):
            place = (self.slugs.index(slug) * len(SEXES) + SEXES.index(one)) * KINDS
            for kind in QUANTITIES[measure][which]:
                row[place + kind] = 1
        return row

    def _learn_cell(self, cell) -> None:
        rows = [self._row(cell.slug, cell.measure, cell.sex, n) for n in range(len(QUANTITIES[cell.measure]))]
        if cell.word is None:
            values = [cell.numerator, cell.denominator - cell.numerator]
            self.equal += list(zip(rows, values, strict=False))
        elif cell.sex == "T" and cell.word is Word.UNDER_20:
            self.at_most.append((sum(rows), 19))
        elif cell.sex == "T" and cell.measure == "M9" and cell.word is Word.HIDDEN:
            self.at_most += [(rows[0], 4), (-rows[0], -1)]

    def _learn_sum(self, total, members: Sequence[str]) -> None:
        for which, value in enumerate((total.numerator, total.denominator - total.numerator)):
            if which < len(QUANTITIES[total.measure]):
                row = sum(self._row(slug, total.measure, total.sex, which) for slug in members)
                self.equal.append((row, value))


def quantities(slugs: Sequence[str]) -> Iterator[Quantity]:
    """Everything one might be after."""
    for slug in slugs:
        for measure, parts in QUANTITIES.items():
            for sex in ("T", *SEXES):
                for which in range(len(parts)):
                    yield Quantity(slug, measure, sex, which)
