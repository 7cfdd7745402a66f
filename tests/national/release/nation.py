"""An invented nation's leaves, and the attacker: exact bounds on a hidden cell from what is published."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import linprog

DIMENSIONS = ("forbund", "type", "sex", "age", "outcome")
SEXES, AGES = ("K", "M"), ("16-29", "30-49", "50-66")
OUTCOMES = ("work", "work_subsidised", "study", "seek", "rehab", "other")
LATTICE = """
[levels.forbund]
dimension = "forbund"
[levels.type]
dimension = "type"
[levels.sex]
dimension = "sex"
[levels.age]
dimension = "age"
[levels.outcome6]
dimension = "outcome"
codes = ["work", "work_subsidised", "study", "seek", "rehab", "other"]
[levels.outcome3]
dimension = "outcome"
from = "outcome6"
map = { work = "work_study", work_subsidised = "work_study", study = "work_study", seek = "seek", rehab = "other", other = "other" }
[levels.outcome2]
dimension = "outcome"
from = "outcome3"
map = { work_study = "work_study", seek = "not", other = "not" }
[[tables]]
levels = ["forbund", "type", "outcome2"]
[[tables]]
levels = ["forbund", "type", "sex"]
[[tables]]
levels = ["forbund", "sex", "outcome3"]
[[tables]]
levels = ["forbund", "age"]
[[tables]]
levels = ["type", "sex", "outcome6"]
[[tables]]
levels = ["type", "age", "outcome3"]
[[tables]]
levels = ["sex", "age", "outcome6"]
[parameters]
k = 5
k_seal = 10
insider = 3
"""  # noqa: E501

Leaf = tuple[str, str, str, str, str]
Leaves = dict[Leaf, int]


def invented(associations: int, types: int, seed: int = 1, typical: int = 21) -> Leaves:
    """Leaves of an invented nation whose förbund each have more than half of the types."""
    chance = np.random.default_rng(seed)
    leaves: dict[Leaf, int] = defaultdict(int)
    for at in range(associations):
        for kind in chance.choice(types, size=max(1, types * 2 // 3), replace=False):
            many = max(1, int(np.exp(chance.normal(np.log(typical), 0.9))))
            outcomes = chance.dirichlet([10, 7, 6, 8, 10, 12])
            for _ in range(many):
                who = (chance.choice(SEXES), chance.choice(AGES), chance.choice(OUTCOMES, p=outcomes))
                leaves[f"f{at:02d}", f"t{kind:02d}", *map(str, who)] += 1
    return dict(leaves)


def write(path: Path, years: Mapping[int, Leaves]) -> Path:
    """The leaves as a file for `release protect`."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow((*DIMENSIONS, "year", "n"))
        writer.writerows((*leaf, year, n) for year, leaves in years.items() for leaf, n in leaves.items())
    return path


def read(folder: Path) -> dict[tuple[str, ...], int | None]:
    """A release: (year, table, codes) to a number, None where hidden."""
    with (folder / "cells.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    return {tuple(row[:-1]): None if row[-1] == ".." else int(row[-1]) for row in rows}


def members(leaves: Sequence[Leaf], cell: tuple[str, ...], lattice: Mapping[str, Any]) -> np.ndarray:
    """Which of the leaves a cell counts, as 0 and 1."""
    _, table, *codes = cell
    at = {lattice["levels"][name]["dimension"]: name for name in table.split("*") if name}
    row = np.ones(len(leaves))
    for place, dimension in enumerate(DIMENSIONS):
        if dimension in at:
            own = [_coded(leaf[place], at[dimension], lattice) for leaf in leaves]
            row *= np.array([code == codes[place] for code in own])
    return row


def _coded(code: str, level: str, lattice: Mapping[str, Any]) -> str:
    one = lattice["levels"][level]
    return one["map"][_coded(code, one["from"], lattice)] if "from" in one else code


def bounds(rows: np.ndarray, values: Sequence[float], target: np.ndarray) -> tuple[float, float]:
    """The smallest and largest the target can be, when the rows are known to sum to the values."""
    found = []
    for sign in (1, -1):
        result = linprog(sign * target, A_eq=rows, b_eq=values, bounds=(0, None), method="highs")
        found.append(sign * result.fun if result.status == 0 else float("inf"))
    return found[0], found[1]
