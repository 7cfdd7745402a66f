"""Runs one job in its förbund's context. Every outcome ends in the row, or the lease ends it."""

from __future__ import annotations

import logging
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from rq.timeouts import UnixSignalDeathPenalty
from sqlalchemy import event, text

from fyrklang.kernel.db import Database
from fyrklang.kernel.errors import ProblemError
from fyrklang.kernel.jobs.faults import crash_point
from fyrklang.kernel.jobs.settings import JobSettings
from fyrklang.kernel.jobs.worker import without_content
from fyrklang.tenancy.audit.trail import Origin, require_reading, set_origin
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.jobs.handlers import Again, Cancelled, JobContext, Kind, Registry
from fyrklang.tenancy.jobs.keeper import Keeper
from fyrklang.tenancy.jobs.lease import Failure, Lease, LeaseLost, Progress, Taken
from fyrklang.tenancy.session import TenantSession, tenant_session

log = logging.getLogger(__name__)

TRYING_AGAIN = "Något gick fel. Vi försöker igen automatiskt om en stund."
PARKED_WORDS = (
    "Jobbet gick inte att göra klart trots {attempts} försök och är därför pausat. "
    "Försök igen, och hör av dig till supporten om det händer på nytt."
)
TOO_LONG = "Jobbet tog längre tid än {limit} sekunder och avbröts."
_PROGRESS_EVERY = 0.2
_CANCEL_EVERY = 0.5
# A worker that dies inside a long statement must not leave its locks behind until that is finished.
_NOTICE_DEATH = text("SET LOCAL client_connection_check_interval = '2s'")
_IN_HANDLER = "in_job_handler"
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
        self._keeper = Keeper(self._settings, end_process)

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
        with self._keeper.holding(lease, kind.time_limit):
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
            log.error("job %s of kind %s failed: %s", lease.job_id, kind.name, without_content(error))  # noqa: TRY400
            crash_point("worker.failed_unrecorded")
            lease.fail(self._failure(error, taken, kind), taken)

    def _perform(self, lease: Lease, taken: Taken, kind: Kind) -> None:
        with tenant_session(self._database, lease.context, "worker") as session:
            session.execute(_NOTICE_DEATH)
            set_origin(session, Origin(request_id=str(lease.job_id)))
            pulse = _LeasePulse(lease)
            job = JobContext(
                lease.job_id, taken.kind, taken.args, taken.cursor, taken.attempt, session, pulse
            )
            with _no_commit(session):
                outcome = kind.handler(job)
                session.flush()
                if kind.reads_people:
                    require_reading(session, kind.name)
            crash_point("worker.handled")
            if job.told_to_stop or not isinstance(outcome, Again):
                result = None if isinstance(outcome, Again) else outcome
                lease.finish(session, pulse.unsaid, result, stopped=job.told_to_stop)
            else:
                lease.go_on(session, pulse.unsaid, outcome.cursor)
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


class _LeasePulse:
    """Progress and cancellation by way of the row, no oftener than a page would look.

    What was said last and not yet written goes along with the job's end, so that a quick job costs no
    extra transaction.
    """

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        self._said = time.monotonic()
        self._asked = self._said
        self._told = False
        self.unsaid: Progress | None = None

    def progress(self, done: int, total: int | None, text: str) -> None:
        now = time.monotonic()
        self.unsaid = Progress(done, total, text)
        if now - self._said < _PROGRESS_EVERY:
            return
        self._said = now
        self._lease.report(self.unsaid)
        self.unsaid = None
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


@contextmanager
def _no_commit(session: TenantSession) -> Iterator[None]:
    """While a handler works; a commit of its own would part the effects from the job's end."""
    session.info[_IN_HANDLER] = True
    try:
        yield
    finally:
        session.info.pop(_IN_HANDLER)


@event.listens_for(TenantSession, "before_commit")
def _refuse_commit(session: TenantSession) -> None:
    if session.info.get(_IN_HANDLER) and not session.in_nested_transaction():
        raise RuntimeError("a job handler flushes and never commits; use Again between chunks")
