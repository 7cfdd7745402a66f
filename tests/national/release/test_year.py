"""A year from small to national: it comes to an end, and the proofs of every figure hold for every förbund."""

from __future__ import annotations

import os
import resource
import sys
import tomllib
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from fyrklang.national.verify import faults_of
from tests.national.release.nation import AGES, OUTCOMES, SEXES, Leaves, invented, read
from tests.national.release.test_protection import make

NATION = os.environ.get("FYRKLANG_NATION", "")
"""How many förbund and types the large year has, as `80x20`; it takes minutes."""
WITHOUT_TYPES = tomllib.loads("""
[levels.forbund]
dimension = "forbund"
[levels.sex]
dimension = "sex"
[levels.age]
dimension = "age"
[[tables]]
levels = ["forbund", "sex"]
[[tables]]
levels = ["forbund", "age"]
[[tables]]
levels = ["sex", "age"]
""")


def test_few_people_everywhere_come_to_an_end(tmp_path: Path) -> None:
    """Next to nothing can be told of them, and every proof holds."""
    chance = np.random.default_rng(3)
    leaves: Leaves = {
        (f"f{at}", f"t{kind}", sex, age, outcome): 1
        for at in range(3)
        for kind in range(1)
        for sex in SEXES
        for age in AGES
        for outcome in OUTCOMES
        if chance.random() < 0.3
    }
    make(tmp_path, {2025: leaves})
    assert faults_of(tmp_path / "out", tmp_path / "log") == []
    assert None in read(tmp_path / "out").values()


def test_a_plan_without_types_hides_no_more_than_it_must(tmp_path: Path) -> None:
    nation = invented(8, 2, seed=4, typical=30)
    make(tmp_path, {2025: nation}, WITHOUT_TYPES)
    cells = read(tmp_path / "out")
    assert faults_of(tmp_path / "out", tmp_path / "log") == []
    assert sum(value is None for value in cells.values()) < len(cells) / 2


@pytest.mark.skipif(not NATION, reason="FYRKLANG_NATION says how large a year to try")
def test_a_whole_nations_year(tmp_path: Path) -> None:
    """Prints what it took and what part of each table is published."""
    associations, types = map(int, NATION.split("x"))
    make(tmp_path, {2025: invented(associations, types)})
    used = resource.getrusage(resource.RUSAGE_SELF)
    lines = [f"{used.ru_utime + used.ru_stime:.0f} CPU seconds, {used.ru_maxrss // 1024} MB"]
    cells = read(tmp_path / "out")
    every = Counter(table for _, table, *_ in cells)
    shown = Counter(table for (_, table, *_), value in cells.items() if value is not None)
    for table, many in every.items():
        lines.append(f"{table or 'alla'}: {shown[table]} av {many} ({100 * shown[table] / many:.0f} %)")
    sys.stdout.write("\n".join(["", *lines, ""]))
    assert faults_of(tmp_path / "out", tmp_path / "log") == []
