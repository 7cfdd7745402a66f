"""Processes the harness starts and kills: worker, relay and scheduler, each with a point to die at."""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import dataclass
from datetime import timedelta

import tests.kernel.jobs.kinds  # noqa: F401  makes the kinds known
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.kernel.jobs import faults
from fyrklang.kernel.jobs.relay import Relay
from fyrklang.kernel.jobs.scheduler import Scheduler
from fyrklang.kernel.jobs.schedules import Schedule
from fyrklang.kernel.jobs.settings import JobSettings, Queue
from fyrklang.kernel.jobs.transport import Transport
from fyrklang.kernel.jobs.worker import run_worker
from fyrklang.tenancy.jobs.handlers import REGISTRY
from fyrklang.tenancy.jobs.runner import JobRunner

QUICK = JobSettings(
    lease=10,
    renew=0.2,
    poll_busy=0.01,
    poll_idle=0.05,
    sweep=0.1,
    offer_timeout=0.6,
    tick=0.02,
    retry_base=0.02,
    retry_most=0.1,
    hang_grace=1,
)
EVERY_SECOND = Schedule("test-second", "test.note", every=timedelta(seconds=1), per_tenant=True)


@dataclass(frozen=True)
class Death:
    """Die at the nth passing of a point."""

    point: str
    nth: int = 1


def main(
    role: str, config: Config, settings: JobSettings, queue: Queue = "interactive", death: Death | None = None
) -> None:
    """Be a worker, a relay or a scheduler until stopped or dead."""
    if death is not None:
        faults.set_hook(_Reaper(death))
    database = Database(config)
    if role == "worker":
        run_worker(config.redis_url, queue, JobRunner(database, REGISTRY, settings), settings)
        return
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    if role == "relay":
        Relay(database.engine("relay"), Transport(config.redis_url), settings).run(stop)
    else:
        Scheduler(database.engine("relay"), [EVERY_SECOND], settings).run(stop)


class _Reaper:
    def __init__(self, death: Death) -> None:
        self._death = death
        self._passed = 0

    def __call__(self, point: str) -> None:
        self._passed += point == self._death.point
        if self._passed >= self._death.nth:
            os.kill(os.getpid(), signal.SIGKILL)
