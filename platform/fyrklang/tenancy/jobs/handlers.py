"""What kinds of job there are, and what a handler is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from fyrklang.kernel.jobs.schedules import Schedule
from fyrklang.kernel.jobs.settings import Queue

if TYPE_CHECKING:
    from fyrklang.tenancy.context import TenantContext
    from fyrklang.tenancy.session import TenantSession

MAX_TIME_LIMIT = 600
"""Seconds. Under the life of a context token, so that no job loses sight of its rows half-way."""


class Cancelled(Exception):  # noqa: N818
    """The job was cancelled; what it wrote in this transaction is undone."""


@dataclass(frozen=True)
class Again:
    """What a handler returns when a chunk is done and more remains.

    The chunk is committed together with `cursor` (ids and counts only), and the job goes to the back of
    its förbund's line, so that a long import neither holds a worker nor starts over after a crash.
    """

    cursor: Any

    def __post_init__(self) -> None:
        if self.cursor is None:
            raise ValueError("Again needs a cursor, or the job would start from the beginning")


class Pulse(Protocol):
    """How a running job is heard from outside its own transaction."""

    def progress(self, done: int, total: int | None, text: str) -> None:
        """Make progress visible to pages now."""

    def cancelled(self) -> bool:
        """Whether somebody asked the job to stop, or the lease is gone."""


@dataclass
class JobContext:
    """All that a handler has: one förbund's session, the arguments, and a way to be heard.

    Attributes:
        session: the transaction the effects belong to; the handler flushes and never commits.
        args: the ids the job was asked for with.
        cursor: what the previous chunk returned in `Again`, else None.
        attempt: 1 the first time.
    """

    job_id: UUID
    kind: str
    args: Mapping[str, Any]
    cursor: Any
    attempt: int
    session: TenantSession
    pulse: Pulse
    told_to_stop: bool = field(default=False, init=False)

    @property
    def context(self) -> TenantContext:
        """The förbund and the person the job acts for, with the reach that person had when asking."""
        return self.session.context

    def progress(self, done: int, total: int | None = None, text: str = "") -> None:
        """Say how far it has come. Seen by pages at once; cheap enough to call for every row."""
        self.pulse.progress(done, total, text)

    def cancelled(self) -> bool:
        """Whether to stop. A handler that then returns keeps what it wrote; one that raises does not."""
        self.told_to_stop = self.told_to_stop or self.pulse.cancelled()
        return self.told_to_stop

    def stop_if_cancelled(self) -> None:
        """Leave at once if the job was cancelled, undoing what this transaction wrote.

        Raises:
            Cancelled: somebody asked the job to stop.
        """
        if self.cancelled():
            raise Cancelled


Handler = Callable[[JobContext], "Again | str | None"]
"""Does the work; may return a reference to its result, or `Again`."""


@dataclass(frozen=True)
class Kind:
    """A kind of job.

    Attributes:
        title: what the page calls it, in Swedish.
        time_limit: seconds one run (one chunk) may take.
        reads_people: it opens something about participants, so no run may end well without telling the log.
    """

    name: str
    handler: Handler
    title: str
    queue: Queue = "interactive"
    time_limit: int = 120
    attempts: int = 5
    reads_people: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.time_limit <= MAX_TIME_LIMIT:
            raise ValueError(f"job kind {self.name}: time limit must be 1–{MAX_TIME_LIMIT} s; use Again")


class Registry:
    """The kinds and schedules of one process."""

    def __init__(self) -> None:
        self._kinds: dict[str, Kind] = {}
        self._schedules: dict[str, Schedule] = {}

    def add(self, kind: Kind) -> None:
        """Make a kind known.

        Raises:
            ValueError: the name is taken by another handler.
        """
        taken = self._kinds.get(kind.name)
        if taken is not None and taken.handler is not kind.handler:
            raise ValueError(f"two handlers for job kind {kind.name}")
        self._kinds[kind.name] = kind

    def add_schedule(self, schedule: Schedule) -> None:
        """Make a schedule known.

        Raises:
            ValueError: the name is taken by a different schedule.
        """
        taken = self._schedules.get(schedule.name)
        if taken is not None and taken != schedule:
            raise ValueError(f"two schedules named {schedule.name}")
        self._schedules[schedule.name] = schedule

    def get(self, name: str) -> Kind | None:
        """The kind of that name, if known here."""
        return self._kinds.get(name)

    def kinds(self) -> Iterator[Kind]:
        """Every kind, by name."""
        return iter(sorted(self._kinds.values(), key=lambda kind: kind.name))

    def schedules(self) -> list[Schedule]:
        """Every schedule, each with the queue and attempts of its kind.

        Raises:
            ValueError: a schedule names a kind nobody has made known.
        """
        for schedule in self._schedules.values():
            if schedule.kind not in self._kinds:
                raise ValueError(f"schedule {schedule.name} names unknown job kind {schedule.kind}")
        return list(self._schedules.values())

    def __contains__(self, name: str) -> bool:
        return name in self._kinds


REGISTRY = Registry()
"""What the features of this process have made known when they were imported."""
