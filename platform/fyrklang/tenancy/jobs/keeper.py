"""The thread that holds on to the lease while the main thread works."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from fyrklang.kernel.jobs.faults import crash_point
from fyrklang.kernel.jobs.settings import JobSettings
from fyrklang.tenancy.jobs.lease import Lease

log = logging.getLogger(__name__)

HUNG = 70
"""How a process ends that could not be interrupted (EX_SOFTWARE); its watcher starts a new one."""


@dataclass(frozen=True)
class _Held:
    lease: Lease
    deadline: float


class Keeper:
    """Renews whichever lease is held at each beat. One thread serves job after job."""

    def __init__(self, settings: JobSettings, end_process: Callable[[int], object]) -> None:
        self._settings = settings
        self._end_process = end_process
        self._held: _Held | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    @contextmanager
    def holding(self, lease: Lease, limit: float) -> Iterator[None]:
        """Renew `lease` until the block ends; past `limit` and the grace, end the process."""
        with self._lock:
            self._held = _Held(lease, time.monotonic() + limit + self._settings.hang_grace)
            if self._thread is None:
                self._thread = threading.Thread(target=self._beat, name="lease-keeper", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                self._held = None

    def _beat(self) -> None:
        while True:
            time.sleep(self._settings.renew)
            with self._lock:
                held = self._held
                if held is None:
                    self._thread = None
                    return
            if time.monotonic() > held.deadline:
                log.error("job %s blocks past its time limit; the process ends itself", held.lease.job_id)
                self._end_process(HUNG)
            self._renew(held.lease)

    @staticmethod
    def _renew(lease: Lease) -> None:
        try:
            # Finds no row, harmlessly, when the job ended a moment ago.
            lease.renew()
        except SQLAlchemyError as error:
            log.warning("job %s: lease not renewed: %s", lease.job_id, type(error).__name__)
        crash_point("worker.renewed")
