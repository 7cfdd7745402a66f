"""A worker process: one queue, one job at a time, in the process itself with everything imported.

RQ gives the blocking fetch, the registration and the orderly stop. What RQ would do about a job's fate
(results, retries, callbacks, dependents, clean-up of registries) the table does, so none of it is used.
"""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable
from enum import Enum
from typing import Any
from uuid import UUID

from redis import Redis, RedisError
from rq import Queue as RqQueue
from rq import SimpleWorker
from rq.exceptions import StopRequested
from rq.job import Job
from rq.worker import WorkerStatus
from rq.worker_registration import register

from fyrklang.kernel.jobs.faults import crash_point
from fyrklang.kernel.jobs.settings import JobSettings, Queue
from fyrklang.kernel.jobs.transport import SealedJob

log = logging.getLogger(__name__)

Runner = Callable[[UUID, UUID], None]
"""Does one job, given the ids of its tenant and its row; keeps every outcome to itself."""

_OUTAGE_PAUSE = 1.0
_FETCH_SECONDS = 5
_HEARTBEAT_EVERY = 5.0
_WORKER_LIFETIME = 120
_FRAMES = 12


class Ending(Enum):
    """Why a worker stopped."""

    STOPPED = "stopped"
    RECYCLE = "recycle"
    EMPTY = "empty"


class LaneWorker(SimpleWorker):
    """RQ's in-process worker with the doors closed that we do not use."""

    job_class = SealedJob
    max_connection_wait_time = 2.0
    runner: Runner
    done = 0
    stopping = False
    _last_beat = 0.0

    def execute_job(self, job: Job, queue: RqQueue) -> None:
        """Acknowledge, then do the job: from here on the row's lease says whose it is."""
        self._state = WorkerStatus.BUSY
        crash_point("worker.received")
        # Acknowledged first: a job that goes on in chunks is offered anew under the same id while
        # this worker is still here, and must not lose its new envelope.
        with self.connection.pipeline() as pipe:
            pipe.lrem(queue.intermediate_queue_key, 0, job.id)
            pipe.delete(job.key)
            pipe.execute()
        self.done += 1
        offer = job.offer if isinstance(job, SealedJob) else None
        if offer is None or offer.queue != queue.name:
            log.error("refused a payload that is not ours: %s", getattr(job, "refusal", ""))
            return
        try:
            self.runner(offer.tenant_id, offer.job_id)
        except Exception as error:  # noqa: BLE001  a worker outlives any one job
            # The row keeps its lease or its offer, and comes back when that ends.
            log.error("job %s could not be settled: %s", offer.job_id, without_content(error))  # noqa: TRY400
            time.sleep(_OUTAGE_PAUSE)
        crash_point("worker.acknowledged")

    @property
    def dequeue_timeout(self) -> int:
        """Seconds one blocking fetch lasts; short, so that a vanished Valkey is noticed."""
        return _FETCH_SECONDS

    @property
    def should_run_maintenance_tasks(self) -> bool:
        """Never: the relay looks after the rows."""
        return False

    def set_state(self, state: str, pipeline: Any = None) -> None:  # noqa: ARG002
        """Remember the state for the orderly stop, without a trip to Valkey for each job."""
        self._state = state

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """Now and then, and with the registration renewed in case Valkey was wiped."""
        if time.monotonic() - self._last_beat < _HEARTBEAT_EVERY:
            return
        super().heartbeat(timeout, pipeline)
        with self.connection.pipeline() as pipe:
            register(self, pipe)
            pipe.execute()
        self._last_beat = time.monotonic()

    def check_for_suspension(self, burst: bool) -> None:
        """Not asked: nobody may halt workers by writing to Valkey."""

    def subscribe(self) -> None:
        """Not done: commands by way of Valkey are not taken."""

    def request_stop(self, signum: Any, frame: Any) -> None:
        """Finish the job at hand, then stop."""
        self.stopping = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def set_shutdown_requested_date(self) -> None:
        """Not written: a signal must not wait for Valkey."""


def run_worker(
    url: str, queue: Queue, runner: Runner, settings: JobSettings | None = None, *, burst: bool = False
) -> Ending:
    """Work until stopped, recycled or, with `burst`, until the queue is empty. Waits out an outage."""
    limits = settings or JobSettings()
    try:
        while True:
            ending = _work_once(url, queue, runner, limits, burst)
            if ending is not None:
                return ending
            time.sleep(_OUTAGE_PAUSE)
    except StopRequested:
        return Ending.STOPPED


def without_content(error: BaseException) -> str:
    """What went wrong and where. Never the message, which may hold what a row held."""
    frames = "".join(traceback.format_tb(error.__traceback__)[-_FRAMES:])
    return f"{type(error).__name__}\n{frames}"


def _work_once(url: str, queue: Queue, runner: Runner, limits: JobSettings, burst: bool) -> Ending | None:
    """One life of an RQ worker; None when it ended for a reason that passes."""
    worker: LaneWorker | None = None
    try:
        worker = LaneWorker(
            [queue],
            connection=Redis.from_url(url),
            serializer="json",
            worker_ttl=_WORKER_LIFETIME,
            log_job_description=False,
        )
        worker.runner = runner
        worker.work(burst=burst, logging_level="WARNING", max_jobs=limits.recycle_after)
    except RedisError as error:
        log.warning("worker cannot reach Valkey: %s", type(error).__name__)
    if worker is None:
        return None
    if worker.stopping:
        return Ending.STOPPED
    if worker.done >= limits.recycle_after:
        return Ending.RECYCLE
    return Ending.EMPTY if burst else None
