"""The figures as one table and as JSON."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from fyrklang.bench.cases import FLOOR, PRODUCT, ROWS
from fyrklang.bench.rounds import Spread
from fyrklang.bench.run import Outcome

MOST_MEMORY = 150
"""Megabytes a web worker may hold."""


@dataclass(frozen=True)
class Line:
    """One line of the table. `value` and `floor` are medians in `unit`; `ratio` is over them, round by round."""

    name: str
    words: str
    unit: str
    value: float
    floor: float | None
    ratio: Spread | None
    n: int
    goal: str = ""
    held: bool | None = None


def lines(outcome: Outcome) -> list[Line]:
    """Every line in the table's order."""
    return [*_pages(outcome), *_work(outcome), *_memory(outcome)]


def _pages(outcome: Outcome) -> Iterator[Line]:
    for row in ROWS:
        ratio = outcome.ratios[row.name]
        case, over = (
            Spread.of([each.cpu(row.counted) for each in outcome.measured[name]])
            for name in (row.case, row.over)
        )
        held = None if row.goal is None else ratio.median <= row.goal
        goal = "" if row.goal is None else f"≤ {row.goal:g}"
        yield Line(row.name, row.words, "CPU-ms", case.median, over.median, ratio, ratio.n, goal, held)


def _work(outcome: Outcome) -> Iterator[Line]:
    words = {
        "facts-one": "Räkna om en insats år och skriva cellerna mot att bara summera i SQL",
        "facts-all": "Räkna om ett helt förbund och skriva cellerna mot att bara summera i SQL",
    }
    for name, found in outcome.facts.items():
        product, plain = found.product.median, found.plain.median
        yield Line(name, words[name], "CPU-ms", product, plain, found.ratio, found.ratio.n)
    latency = outcome.latency
    yield Line("job", "Ett jobb från begärt till klart", "ms", latency.median, None, None, latency.n)


def _memory(outcome: Outcome) -> Iterator[Line]:
    product, floor = outcome.memory[PRODUCT], outcome.memory[FLOOR]
    held = product.greatest <= MOST_MEMORY
    goal = f"≤ {MOST_MEMORY} MB"
    yield Line(
        "memory",
        "Minne per webbprocess (PSS)",
        "MB",
        product.greatest,
        floor.greatest,
        None,
        product.n,
        goal,
        held,
    )


def as_json(outcome: Outcome) -> dict[str, Any]:
    """Everything, for a file."""
    return {
        "machine": {
            "processors": os.cpu_count(),
            "python": platform.python_version(),
            "load_before": outcome.load[0],
            "load_after": outcome.load[1],
        },
        "lines": [asdict(line) for line in lines(outcome)],
        "cases": {
            name: {
                "web_ms": asdict(Spread.of([each.web for each in slices])),
                "engines_ms": asdict(Spread.of([each.engines for each in slices])),
                "per_second": asdict(Spread.of([each.per_second for each in slices])),
            }
            for name, slices in outcome.measured.items()
        },
        "job_ms": asdict(outcome.latency),
        "statements": dict(outcome.statements),
    }
