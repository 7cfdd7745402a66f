"""Runs one job in its förbund's context. Every outcome ends in the row, or the lease ends it."""

from __future__ import annotations

import logging
import os
import random
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from rq.timeouts import UnixSignalDeathPenalty
from sqlalchemy.exc import SQLAlchemyError

from fyrklang.kernel.db import Database
from fyrklang.kernel.errors import ProblemError
from fyrklang.kernel.jobs.faults import crash_point
from fyrklang.kernel.jobs.settings import JobSettings
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.jobs.handlers import Again, Cancelled, JobContext, Kind, Registry
from fyrklang.tenancy.jobs.lease import Failure, Lease, LeaseLost, Taken
from fyrklang.tenancy.session import tenant_session

log = logging.getLogger(__name__)

TRYING_AGAIN = "Något gick fel. Vi försöker igen automatiskt om en stund."
PARKED_WORDS = (
    "Jobbet gick inte att göra klart trots {attempts} försök och är därför pausat. "
    "Försök igen, och hör av dig till supporten om det händer på nytt."
)
TOO_LONG = "Jobbet tog längre tid än {limit} sekunder och avbröts."
_HUNG = 70
_PROGRESS_EVERY = 0.2
_CANCEL_EVERY = 0.5
_FRAMES = 12
_dice = random.SystemRandom()


class TimeLimit(BaseException):
    """The time is up. Not an Exception, so that no handler swallows it by mistake."""


class JobRunner:
    """Does one job at a time for a worker process."""

    def __init__(
        self,
        database: Database,
        registry: Registry,
        settings: JobSettings | None = None,
        end_process: Callable[[int], object] = os._exit,
    ) -> None:
        self._database = database
        self._registry = registry
        self._settings = settings or JobSettings()
        self._end_process = end_process

    def __call__(self, tenant_id: UUID, job_id: UUID) -> None:
        """Take the row in the tenant's context and run its handler.

        Raises:
            SQLAlchemyError: the outcome could not be written; the lease brings the job back.
        """
        crash_point("worker.before_lease")
        lease = Lease(self._database, TenantContext(tenant_id, slug=""), job_id, self._settings.lease)
        taken = lease.take()
        if taken is None:
            log.info("job %s: nothing to do", job_id)
            return
        crash_point("worker.leased")
        if taken.cancel_requested:
            lease.cancel()
            return
        kind = self._registry.get(taken.kind)
        if kind is None:
            lease.fail(self._failure(LookupError(), taken), taken)
            return
        with self._renewing(lease, kind.time_limit):
            self._settle(lease, taken, kind)

    def _settle(self, lease: Lease, taken: Taken, kind: Kind) -> None:
        try:
            with _time_limit(kind.time_limit):
                self._perform(lease, taken, kind)
        except Cancelled:
            lease.cancel()
        except LeaseLost:
            log.warning("job %s: lease lost, effects undone", lease.job_id)
        except (SystemExit, KeyboardInterrupt):
            lease.give_back()
            raise
        except (Exception, TimeLimit) as error:  # noqa: BLE001  whatever it was, it ends in the row
            _log_failure(lease.job_id, kind.name, error)
            crash_point("worker.failed_unrecorded")
            lease.fail(self._failure(error, taken, kind), taken)

    def _perform(self, lease: Lease, taken: Taken, kind: Kind) -> None:
        with tenant_session(self._database, lease.context, "worker") as session:
            job = JobContext(
                lease.job_id, taken.kind, taken.args, taken.cursor, taken.attempt, session, _LeasePulse(lease)
            )
            outcome = kind.handler(job)
            session.flush()
            crash_point("worker.handled")
            if job.told_to_stop or not isinstance(outcome, Again):
                result = None if isinstance(outcome, Again) else outcome
                lease.finish(session, result, stopped=job.told_to_stop)
            else:
                lease.go_on(session, outcome.cursor)
            crash_point("worker.done_uncommitted")
        crash_point("worker.committed")

    def _failure(self, error: BaseException, taken: Taken, kind: Kind | None = None) -> Failure:
        fault = type(error).__name__
        if isinstance(error, ProblemError) and error.status < 500:
            return Failure(fault, error.detail, final=True)
        words = TRYING_AGAIN
        if taken.attempt >= taken.max_attempts:
            words = PARKED_WORDS.format(attempts=taken.attempt)
        if isinstance(error, TimeLimit) and kind is not None:
            words = f"{TOO_LONG.format(limit=kind.time_limit)} {words}"
        return Failure(fault, words, pause=self._pause(taken.attempt))

    def _pause(self, attempt: int) -> timedelta:
        """Doubling, with full jitter above half, so that many failures do not come back as one."""
        ceiling = min(self._settings.retry_most, self._settings.retry_base * 2 ** (attempt - 1))
        return timedelta(seconds=_dice.uniform(ceiling / 2, ceiling))

    @contextmanager
    def _renewing(self, lease: Lease, limit: int) -> Iterator[None]:
        over = threading.Event()
        keeper = threading.Thread(target=self._keep, args=(lease, limit, over), daemon=True)
        keeper.start()
        try:
            yield
        finally:
            over.set()
            keeper.join(timeout=self._settings.renew)

    def _keep(self, lease: Lease, limit: int, over: threading.Event) -> None:
        began = time.monotonic()
        while not over.wait(self._settings.renew):
            if time.monotonic() - began > limit + self._settings.hang_grace:
                log.error("job %s blocks past its time limit; the process ends itself", lease.job_id)
                self._end_process(_HUNG)
                return
            try:
                if not lease.renew():
                    return
            except SQLAlchemyError as error:
                log.warning("job %s: lease not renewed: %s", lease.job_id, type(error).__name__)
            crash_point("worker.renewed")


class _LeasePulse:
    """Progress and cancellation by way of the row, no oftener than a page would look."""

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        self._said = 0.0
        self._asked = 0.0
        self._told = False

    def progress(self, done: int, total: int | None, text: str) -> None:
        now = time.monotonic()
        if now - self._said < _PROGRESS_EVERY and done != total:
            return
        self._said = now
        self._lease.report(done, total, text)
        crash_point("worker.progressed")

    def cancelled(self) -> bool:
        now = time.monotonic()
        if not self._told and now - self._asked >= _CANCEL_EVERY:
            self._asked = now
            self._told = self._lease.is_cancelled()
        return self._told or self._lease.lost


@contextmanager
def _time_limit(seconds: int) -> Iterator[None]:
    """Interrupt the main thread after `seconds`; elsewhere signals do not reach, the lease must do."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    with UnixSignalDeathPenalty(seconds, TimeLimit):  # type: ignore[no-untyped-call]
        yield


def _log_failure(job_id: UUID, kind: str, error: BaseException) -> None:
    """Where it broke and how. Never the message, which may hold what the row held."""
    frames = "".join(traceback.format_tb(error.__traceback__)[-_FRAMES:])
    log.error("job %s of kind %s failed: %s\n%s", job_id, kind, type(error).__name__, frames)
