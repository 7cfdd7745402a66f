"""Background work for features and plugins.

    @job("facts.recompute", title="Räknar om siffrorna", queue="interactive")
    def recompute(job: JobContext) -> None: ...

    enqueue(actor, "facts.recompute", {"intervention_id": id_}, key=str(id_))

The handler runs in the förbund the job was asked for in, with the reach its asker had; it flushes and
never commits. What it wrote and the job's end are committed together, so a job that dies leaves
nothing behind and is run again. Work longer than a few seconds returns `Again(cursor)` after each
chunk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

from fyrklang.kernel.db import Database
from fyrklang.kernel.jobs.schedules import Schedule
from fyrklang.kernel.jobs.settings import Queue
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.jobs import producer, views
from fyrklang.tenancy.jobs.handlers import (
    REGISTRY,
    Again,
    Cancelled,
    Handler,
    JobContext,
    Kind,
)
from fyrklang.tenancy.jobs.views import JobView
from fyrklang.tenancy.session import TenantSession, tenant_session

PLATFORM_TENANT = UUID("00000000-0000-7000-8000-000000000001")
"""The tenant of work that belongs to no förbund (migration 0001)."""


class HasSession(Protocol):
    """Anybody who acts in a förbund: an actor."""

    @property
    def session(self) -> TenantSession:
        """The transaction of the request."""


Source = TenantSession | HasSession


def job(  # noqa: PLR0913 - a declarative form, read by name
    name: str,
    *,
    title: str,
    queue: Queue = "interactive",
    time_limit: int = 120,
    attempts: int = 5,
    reads_people: bool = False,
) -> Callable[[Handler], Handler]:
    """Make a function the handler of a kind of job; `title` is Swedish and shown to users.

    With `reads_people` a run fails that has not told the log whom it read.
    """

    def register(handler: Handler) -> Handler:
        REGISTRY.add(Kind(name, handler, title, queue, time_limit, attempts, reads_people))
        return handler

    return register


def schedule(
    name: str,
    kind: str,
    *,
    every: timedelta | None = None,
    cron: str | None = None,
    per_tenant: bool = False,
) -> None:
    """Have a kind of job recur; see `Schedule` for clocks and missed times. Declare its kind first.

    Raises:
        ValueError: unknown kind, both or neither of `every` and `cron`, or a name already taken.
    """
    known = REGISTRY.get(kind)
    if known is None:
        raise ValueError(f"schedule {name} names unknown job kind {kind}")
    REGISTRY.add_schedule(
        Schedule(name, kind, every, cron, per_tenant, queue=known.queue, attempts=known.attempts)
    )


def enqueue(
    source: Source,
    kind: str,
    args: Mapping[str, Any] | None = None,
    key: str | None = None,
    queue: Queue | None = None,
) -> UUID:
    """Ask for a job when the caller's transaction commits; see `producer.enqueue`."""
    return producer.enqueue(_session(source), kind, args, key, queue)


def enqueue_later(source: Source, kind: str, args: Mapping[str, Any], pause: timedelta) -> UUID:
    """Ask for a job that begins no sooner than `pause` from now."""
    session = _session(source)
    job_id = producer.enqueue(session, kind, args)
    producer.postpone(session, job_id, pause)
    return job_id


def enqueue_for_platform(
    database: Database, kind: str, args: Mapping[str, Any] | None = None, key: str | None = None
) -> UUID:
    """Ask for a job that belongs to no förbund, in a transaction of its own."""
    with tenant_session(database, TenantContext(PLATFORM_TENANT, "plattformen")) as session:
        return producer.enqueue(session, kind, args, key)


def job_view(source: Source, job_id: UUID) -> JobView:
    """One job for a progress page.

    Raises:
        NotFound: missing, or another förbund's.
    """
    return views.job_view(_session(source), job_id)


def recent_jobs(source: Source, limit: int = 20, person: UUID | None = None) -> list[JobView]:
    """The förbund's newest jobs first; only those `person` asked for, if named."""
    return views.recent_jobs(_session(source), limit, person)


def parked_jobs(source: Source, limit: int = 50) -> list[JobView]:
    """The förbund's jobs that wait for a person to decide."""
    return views.parked_jobs(_session(source), limit)


def cancel_job(source: Source, job_id: UUID) -> JobView:
    """Stop a job.

    Raises:
        NotFound: missing, or another förbund's.
        Conflict: it has ended already.
    """
    return views.cancel_job(_session(source), job_id)


def retry_job(source: Source, job_id: UUID) -> JobView:
    """Run a parked, failed or cancelled job again, from its last finished chunk.

    Raises:
        NotFound: missing, or another förbund's.
        Conflict: it is not in such a state, or its like waits already.
    """
    return views.retry_job(_session(source), job_id)


def _session(source: Source) -> TenantSession:
    return source if isinstance(source, TenantSession) else source.session


__all__ = [
    "PLATFORM_TENANT",
    "Again",
    "Cancelled",
    "JobContext",
    "JobView",
    "cancel_job",
    "enqueue",
    "enqueue_for_platform",
    "enqueue_later",
    "job",
    "job_view",
    "parked_jobs",
    "recent_jobs",
    "retry_job",
    "schedule",
]
