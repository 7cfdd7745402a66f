"""When something recurs. Due times are computed from the clock alone, so every scheduler agrees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from croniter import croniter  # type: ignore[import-untyped]

from fyrklang.kernel.clock import STOCKHOLM
from fyrklang.kernel.jobs.settings import Queue

_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Schedule:
    """A kind of job that recurs.

    Give `every` for an interval, or `cron` (five fields) for a time on the Swedish wall clock: a time
    the clock skips in March is run at the hour after it, one it repeats in October is run once.
    After an outage only the latest missed time is made up for.

    Attributes:
        per_tenant: one job for each active förbund, else one for the platform.
        attempts: how often each job may be tried before it is parked.
    """

    name: str
    kind: str
    every: timedelta | None = None
    cron: str | None = None
    per_tenant: bool = False
    queue: Queue = "batch"
    attempts: int = 5

    def __post_init__(self) -> None:
        if (self.every is None) == (self.cron is None):
            raise ValueError(f"schedule {self.name}: give either every or cron")
        if self.every is not None and self.every < timedelta(seconds=1):
            raise ValueError(f"schedule {self.name}: every must be a second or more")
        if self.cron is not None and not croniter.is_valid(self.cron):
            raise ValueError(f"schedule {self.name}: cron cannot be read")

    def latest_due(self, now: datetime) -> datetime | None:
        """The last due time at or before `now` (aware), in UTC; None if the clock skipped to before it."""
        if self.every is not None:
            return _EPOCH + ((now - _EPOCH) // self.every) * self.every
        # croniter looks strictly before its start, and is given the naive wall clock so that the
        # repeated hour maps to one instant.
        wall = now.astimezone(STOCKHOLM).replace(tzinfo=None, microsecond=0) + timedelta(seconds=1)
        due: datetime = croniter(self.cron, wall).get_prev(datetime)
        instant = due.replace(tzinfo=STOCKHOLM).astimezone(UTC)
        return instant if instant <= now else None
