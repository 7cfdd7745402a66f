"""Rounds of slices, interleaved, so that what the machine's neighbours do falls on every case alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from fyrklang.bench import meter
from fyrklang.bench.cases import Case, Counted, Row
from fyrklang.bench.drive import drive
from fyrklang.bench.serve import Server

WARM_UP = 40
"""Requests to each case before anything is counted: pools open, queries compile, caches fill."""


@dataclass(frozen=True)
class Slice:
    """One case in one round: milliseconds of CPU time per request, and requests per second."""

    web: float
    engines: float
    per_second: float

    def cpu(self, counted: Counted) -> float:
        """What the row counts."""
        return self.web if counted == "web" else self.web + self.engines


@dataclass(frozen=True)
class Spread:
    """A median with the least and the greatest of n."""

    n: int
    median: float
    least: float
    greatest: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """The spread of at least one value."""
        return cls(len(values), median(values), min(values), max(values))


Measured = Mapping[str, Sequence[Slice]]
"""Case to its slices, one per round."""


def measure(
    cases: Sequence[Case],
    servers: Mapping[str, Server],
    engines: Sequence[int],
    rounds: int,
    tell: Callable[[int], None],
) -> Measured:
    """Every case once a round, every second round in the reverse order. `tell` hears of each round's end."""
    found: dict[str, list[Slice]] = {case.name: [] for case in cases}
    for case in cases:
        drive(servers[case.server].port, case.requests, WARM_UP, case.status)
    for number in range(rounds):
        for case in cases if number % 2 else cases[::-1]:
            found[case.name].append(_slice(case, servers[case.server], engines))
        tell(number + 1)
    return found


def _slice(case: Case, server: Server, engines: Sequence[int]) -> Slice:
    web, rest = server.cpu_seconds(), sum(map(meter.cpu_seconds, engines))
    driven = drive(server.port, case.requests, case.count, case.status)
    web, rest = server.cpu_seconds() - web, sum(map(meter.cpu_seconds, engines)) - rest
    each = 1000 / driven.count
    return Slice(web * each, rest * each, driven.count / driven.seconds)


def ratio(row: Row, measured: Measured) -> Spread:
    """The row's figure: each round's ratio between the two cases, and their median."""
    pairs = zip(measured[row.case], measured[row.over], strict=True)
    return Spread.of([case.cpu(row.counted) / over.cpu(row.counted) for case, over in pairs])
