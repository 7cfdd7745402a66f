"""A worker's hold on one job: taken by compare-and-set, renewed, and checked once more at the end.

Whoever holds the lease may write the outcome. A worker that slept through its lease finds at its last
statement that the row is no longer its own, and its effects are rolled back with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, cast
from uuid import UUID, uuid4

from sqlalchemy import (
    CursorResult,
    Interval,
    Update,
    bindparam,
    column,
    func,
    null,
    select,
    table,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from fyrklang.kernel.db import Database
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.jobs.table import (
    CANCELLED,
    DONE,
    FAILED,
    JOB,
    OFFERED,
    PARKED,
    RUNNING,
    WAITING,
)
from fyrklang.tenancy.session import tenant_session

_LOCK_TIMEOUT = text("SET LOCAL lock_timeout = '2s'")
"""How long to wait for a producer that is just adding to the same job; then it is offered again."""

_TWIN_PAUSE = timedelta(milliseconds=300)
_RACES = 3
_TENANT = table("tenant", column("id"), column("slug"), schema="registry")

_TAKE = (
    update(JOB)
    .where(
        JOB.c.tenant_id == bindparam("tenant"),
        JOB.c.id == bindparam("job"),
        JOB.c.state == OFFERED,
        _TENANT.c.id == JOB.c.tenant_id,
    )
    .values(
        state=RUNNING,
        attempt=JOB.c.attempt + 1,
        lease_until=func.now() + bindparam("lease", type_=Interval()),
        leased_by=bindparam("holder"),
        started_at=func.coalesce(JOB.c.started_at, func.now()),
        error=null(),
        fault=null(),
    )
    .returning(
        JOB.c.kind,
        JOB.c.args,
        JOB.c.cursor,
        JOB.c.attempt,
        JOB.c.max_attempts,
        JOB.c.created_by,
        JOB.c.party,
        JOB.c.interventions,
        JOB.c.cancel_requested,
        _TENANT.c.slug,
    )
)


class LeaseLost(RuntimeError):  # noqa: N818
    """The lease ended and the job may be somebody else's; nothing of this run counts."""


@dataclass(frozen=True)
class Taken:
    """What the row said when it was taken."""

    kind: str
    args: Mapping[str, Any]
    cursor: Any
    attempt: int
    max_attempts: int
    cancel_requested: bool


@dataclass(frozen=True)
class Progress:
    """How far a job has come, in its own measure and words."""

    done: int
    total: int | None
    text: str

    def columns(self) -> dict[str, Any]:
        """As the row holds it."""
        return {"progress_done": self.done, "progress_total": self.total, "progress_text": self.text}


@dataclass(frozen=True)
class Failure:
    """Why a run came to nothing.

    Attributes:
        fault: name for the operator, without any content.
        words: Swedish sentence for the page.
        final: trying again cannot help.
        pause: time to wait before the next try.
    """

    fault: str
    words: str
    final: bool = False
    pause: timedelta = timedelta(0)


class Lease:
    """One worker's hold on one row."""

    def __init__(self, database: Database, context: TenantContext, job_id: UUID, length: float) -> None:
        self._database = database
        self._length = timedelta(seconds=length)
        self._holder = uuid4()
        self.context = context
        self.job_id = job_id
        self.lost = False

    def take(self) -> Taken | None:
        """Take the row if it is offered to us; None when there is nothing to do.

        Nothing to do means: done already, taken by another, cancelled, another tenant's, or missing.
        """
        try:
            with tenant_session(self._database, self.context, "worker") as session:
                session.execute(_LOCK_TIMEOUT)
                row = session.execute(
                    _TAKE,
                    {
                        "tenant": self.context.tenant_id,
                        "job": self.job_id,
                        "lease": self._length,
                        "holder": self._holder,
                    },
                ).one_or_none()
        except IntegrityError:
            self._wait_for_twin()
            return None
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) == "55P03":
                return None
            raise
        if row is None:
            return None
        self.context = replace(
            self.context,
            slug=row.slug,
            actor_id=row.created_by,
            party=row.party,
            interventions=tuple(row.interventions),
        )
        return Taken(row.kind, row.args, row.cursor, row.attempt, row.max_attempts, row.cancel_requested)

    def renew(self) -> bool:
        """Hold on a little longer; False when it is too late."""
        kept = self._own_write(lease_until=func.now() + self._length)
        self.lost = self.lost or not kept
        return kept

    def report(self, progress: Progress) -> None:
        """Write progress in a transaction of its own."""
        self.lost = self.lost or not self._own_write(**progress.columns())

    def is_cancelled(self) -> bool:
        """Whether somebody has asked for a stop, or the row is no longer ours."""
        query = select(JOB.c.cancel_requested).where(*self._mine())
        with tenant_session(self._database, self.context, "worker") as session:
            answer = session.scalar(query)
        self.lost = self.lost or answer is None
        return answer is not False

    def finish(
        self, session: Session, unsaid: Progress | None, result_ref: str | None, *, stopped: bool = False
    ) -> None:
        """Write the end, and progress not yet written, into the handler's own transaction.

        Raises:
            LeaseLost: the row is no longer ours; the caller must roll back.
        """
        state = CANCELLED if stopped else DONE
        self._last_word(session, unsaid, state=state, result_ref=result_ref, finished_at=func.now())

    def go_on(self, session: Session, unsaid: Progress | None, cursor: Any) -> None:
        """Write in the handler's own transaction that the next chunk waits.

        Raises:
            LeaseLost: the row is no longer ours; the caller must roll back.
        """
        self._last_word(session, unsaid, state=WAITING, cursor=cursor, attempt=0, run_at=func.now())

    def cancel(self) -> None:
        """End the job as cancelled, with nothing of this run kept."""
        self._own_write(
            state=CANCELLED, finished_at=func.now(), lease_until=null(), leased_by=null(), error=null()
        )

    def give_back(self) -> None:
        """Hand the job back unharmed: this process has to end, the job is not to blame."""
        self._fail(Failure("WorkerStopped", ""), WAITING)

    def fail(self, failure: Failure, taken: Taken) -> None:
        """Send the job back to the line, or park it, or end it when trying again cannot help."""
        state = WAITING if taken.attempt < taken.max_attempts else PARKED
        self._fail(failure, FAILED if failure.final else state)

    def _fail(self, failure: Failure, state: str) -> None:
        for race in range(_RACES):
            try:
                with tenant_session(self._database, self.context, "worker") as session:
                    self._write_failure(session, failure, state)
                return
            except IntegrityError:
                # A new request with the same key came in between; look again.
                if race == _RACES - 1:
                    raise

    def _write_failure(self, session: Session, failure: Failure, state: str) -> None:
        row = session.execute(
            select(JOB.c.kind, JOB.c.key, JOB.c.cursor, JOB.c.cancel_requested)
            .where(*self._mine())
            .with_for_update()
        ).one_or_none()
        if row is None:
            self.lost = True
            return
        if row.cancel_requested or (state == WAITING and self._has_twin(session, row)):
            state = CANCELLED
        session.execute(
            self._update().values(
                state=state,
                run_at=func.now() + failure.pause,
                error=failure.words or null(),
                fault=failure.fault,
                finished_at=null() if state == WAITING else func.now(),
                lease_until=null(),
                leased_by=null(),
            )
        )

    def _has_twin(self, session: Session, row: Any) -> bool:
        """Whether a fresh request with the same key waits, which then does this one's work."""
        if row.key is None or row.cursor is not None:
            return False
        twin = select(JOB.c.id).where(
            JOB.c.tenant_id == self.context.tenant_id,
            JOB.c.kind == row.kind,
            JOB.c.key == row.key,
            JOB.c.cursor.is_(None),
            JOB.c.state.in_((WAITING, OFFERED)),
        )
        return session.execute(twin).first() is not None

    def _wait_for_twin(self) -> None:
        """Another run with the same key is under way: go back to the line for a moment."""
        with tenant_session(self._database, self.context, "worker") as session:
            session.execute(
                update(JOB)
                .where(
                    JOB.c.tenant_id == self.context.tenant_id,
                    JOB.c.id == self.job_id,
                    JOB.c.state == OFFERED,
                )
                .values(state=WAITING, run_at=func.now() + _TWIN_PAUSE)
            )

    def _last_word(self, session: Session, unsaid: Progress | None, **values: Any) -> None:
        if unsaid is not None:
            values |= unsaid.columns()
        statement = self._update().values(lease_until=null(), leased_by=null(), fault=null(), **values)
        if _rows(session, statement) != 1:
            self.lost = True
            raise LeaseLost(f"lease of job {self.job_id} is gone")

    def _own_write(self, **values: Any) -> bool:
        with tenant_session(self._database, self.context, "worker") as session:
            return _rows(session, self._update().values(**values)) == 1

    def _update(self) -> Update:
        return update(JOB).where(*self._mine())

    def _mine(self) -> tuple[Any, ...]:
        return (
            JOB.c.tenant_id == self.context.tenant_id,
            JOB.c.id == self.job_id,
            JOB.c.state == RUNNING,
            JOB.c.leased_by == self._holder,
        )


def _rows(session: Session, statement: Update) -> int:
    return cast("CursorResult[Any]", session.execute(statement)).rowcount
