"""The scheduler: turns due times into jobs. Any number may run; each due time makes its jobs once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from threading import Event

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from fyrklang.kernel import clock
from fyrklang.kernel.jobs.faults import crash_point
from fyrklang.kernel.jobs.schedules import Schedule
from fyrklang.kernel.jobs.settings import JobSettings

log = logging.getLogger(__name__)

_FIRE = text("SELECT jobs.fire(:name, :due, :kind, :queue, :attempts, :per_tenant)")
_OUTAGE_PAUSE = 1.0


class Scheduler:
    """Looks at the clock and writes what is due. The unique row (schedule, due) decides who was first."""

    def __init__(
        self,
        engine: Engine,
        schedules: Iterable[Schedule],
        settings: JobSettings | None = None,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self._engine = engine
        self._schedules = list(schedules)
        self._settings = settings or JobSettings()
        self._now = now
        self._written: dict[str, datetime] = {}

    def run(self, stop: Event) -> None:
        """Tick until `stop` is set; an outage of the database is waited out."""
        while not stop.is_set():
            try:
                self.tick()
                stop.wait(self._settings.tick)
            except SQLAlchemyError as error:
                log.warning("scheduler cannot reach the database: %s", type(error).__name__)
                stop.wait(_OUTAGE_PAUSE)

    def tick(self) -> int:
        """Write what is due now; returns how many due times this scheduler was first with."""
        first = 0
        for schedule in self._schedules:
            due = schedule.latest_due(self._now())
            if due is None or self._written.get(schedule.name) == due:
                continue
            crash_point("scheduler.begin")
            first += self._fire(schedule, due)
            crash_point("scheduler.fired")
            self._written[schedule.name] = due
        return first

    def _fire(self, schedule: Schedule, due: datetime) -> bool:
        with self._engine.begin() as connection:
            made = connection.scalar(
                _FIRE,
                {
                    "name": schedule.name,
                    "due": due,
                    "kind": schedule.kind,
                    "queue": schedule.queue,
                    "attempts": schedule.attempts,
                    "per_tenant": schedule.per_tenant,
                },
            )
        return made is not None
