"""Jobs as a page shows them: state in words, progress as a bar, what can be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, null, or_, select, update
from sqlalchemy.exc import IntegrityError

from fyrklang.kernel.errors import Conflict, NotFound
from fyrklang.tenancy.jobs.handlers import REGISTRY
from fyrklang.tenancy.jobs.table import (
    CANCELLED,
    DONE,
    FAILED,
    JOB,
    OFFERED,
    PARKED,
    RUNNING,
    SETTLED,
    WAITING,
)
from fyrklang.tenancy.session import TenantSession

STATE_WORDS = {
    WAITING: "Väntar på sin tur",
    OFFERED: "Väntar på sin tur",
    RUNNING: "Pågår",
    DONE: "Klart",
    FAILED: "Gick inte att göra",
    PARKED: "Pausat efter flera försök",
    CANCELLED: "Avbrutet",
}
STOPPING = "Avbryts"
ALREADY_SETTLED = "Jobbet är redan avslutat och kan inte avbrytas."
NOT_RETRYABLE = "Bara ett jobb som är pausat, avbrutet eller inte gick att göra kan köras igen."
TWIN_WAITS = "Ett likadant jobb väntar redan på sin tur."
_RETRYABLE = (PARKED, FAILED, CANCELLED)
_COLUMNS = (
    JOB.c.id,
    JOB.c.kind,
    JOB.c.state,
    JOB.c.progress_done,
    JOB.c.progress_total,
    JOB.c.progress_text,
    JOB.c.cancel_requested,
    JOB.c.error,
    JOB.c.result_ref,
    JOB.c.created_by,
    JOB.c.created_at,
    JOB.c.started_at,
    JOB.c.finished_at,
)


@dataclass(frozen=True)
class JobView:
    """One job for a page or a fragment that is fetched again until `settled`.

    Attributes:
        percent: 0–100, or None when the job has not said how much there is to do.
        text: what it is doing just now, in its own words.
        error: Swedish sentence about what went wrong, also while it is to be tried again.
    """

    id: UUID
    kind: str
    title: str
    state: str
    state_text: str
    done: int
    total: int | None
    percent: int | None
    text: str
    error: str | None
    result_ref: str | None
    created_by: UUID | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    settled: bool
    can_cancel: bool
    can_retry: bool


def job_view(session: TenantSession, job_id: UUID) -> JobView:
    """One job of this förbund.

    Raises:
        NotFound: missing, or another förbund's.
    """
    row = session.execute(select(*_COLUMNS).where(*_own(session, job_id))).one_or_none()
    if row is None:
        raise NotFound
    return _view(row)


def recent_jobs(session: TenantSession, limit: int = 20, person: UUID | None = None) -> list[JobView]:
    """The newest jobs first; only those `person` asked for, if named."""
    query = select(*_COLUMNS).where(JOB.c.tenant_id == session.context.tenant_id)
    if person is not None:
        query = query.where(JOB.c.created_by == person)
    rows = session.execute(query.order_by(JOB.c.created_at.desc(), JOB.c.id.desc()).limit(limit))
    return [_view(row) for row in rows]


def parked_jobs(session: TenantSession, limit: int = 50) -> list[JobView]:
    """Jobs that wait for a person to decide, oldest first."""
    query = (
        select(*_COLUMNS)
        .where(JOB.c.tenant_id == session.context.tenant_id, JOB.c.state == PARKED)
        .order_by(JOB.c.finished_at)
        .limit(limit)
    )
    return [_view(row) for row in session.execute(query)]


def cancel_job(session: TenantSession, job_id: UUID) -> JobView:
    """Stop a job: at once if it has not begun, else at the next place where it can.

    Raises:
        NotFound: missing, or another förbund's.
        Conflict: it has ended already.
    """
    waiting = JOB.c.state.in_((WAITING, OFFERED))
    changed = session.execute(
        update(JOB)
        .where(*_own(session, job_id), or_(waiting, JOB.c.state == RUNNING))
        .values(
            state=case((waiting, CANCELLED), else_=JOB.c.state),
            finished_at=case((waiting, func.now()), else_=null()),
            cancel_requested=True,
        )
        .returning(*_COLUMNS)
    ).one_or_none()
    return _view(changed) if changed else _refused(session, job_id, ALREADY_SETTLED)


def retry_job(session: TenantSession, job_id: UUID) -> JobView:
    """Run a parked, failed or cancelled job again, from its last finished chunk.

    Raises:
        NotFound: missing, or another förbund's.
        Conflict: it is not in such a state, or its like waits already.
    """
    statement = (
        update(JOB)
        .where(*_own(session, job_id), JOB.c.state.in_(_RETRYABLE))
        .values(
            state=WAITING,
            attempt=0,
            run_at=func.now(),
            cancel_requested=False,
            finished_at=null(),
            error=null(),
            fault=null(),
        )
        .returning(*_COLUMNS)
    )
    try:
        with session.begin_nested():
            changed = session.execute(statement).one_or_none()
    except IntegrityError as error:
        raise Conflict(TWIN_WAITS) from error
    return _view(changed) if changed else _refused(session, job_id, NOT_RETRYABLE)


def _refused(session: TenantSession, job_id: UUID, words: str) -> JobView:
    job_view(session, job_id)
    raise Conflict(words)


def _own(session: TenantSession, job_id: UUID) -> tuple[Any, ...]:
    return (JOB.c.tenant_id == session.context.tenant_id, JOB.c.id == job_id)


def _view(row: Any) -> JobView:
    kind = REGISTRY.get(row.kind)
    stopping = row.state == RUNNING and row.cancel_requested
    settled = row.state in SETTLED
    return JobView(
        id=row.id,
        kind=row.kind,
        title=kind.title if kind else row.kind,
        state=row.state,
        state_text=STOPPING if stopping else STATE_WORDS[row.state],
        done=row.progress_done,
        total=row.progress_total,
        percent=_percent(row),
        text=row.progress_text,
        error=row.error,
        result_ref=row.result_ref,
        created_by=row.created_by,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        settled=settled,
        can_cancel=not settled and not stopping,
        can_retry=row.state in _RETRYABLE,
    )


def _percent(row: Any) -> int | None:
    if row.state == DONE:
        return 100
    if not row.progress_total:
        return None
    return min(100, max(0, int(row.progress_done * 100 // row.progress_total)))
