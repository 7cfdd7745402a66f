"""Deeds that wait for the commit: what tells other parts about a change must not run before it is one."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from sqlalchemy import event
from sqlalchemy.orm import Session

from fyrklang.kernel.errors import ProblemError

log = structlog.get_logger(__name__)


def when_saved(session: Session, deed: Callable[[], object]) -> None:
    """Do the deed once the session has committed; never when it rolls back.

    What is saved stays saved: a deed that fails is written to the log and not told to the user.
    """

    def run(_session: Session) -> None:
        try:
            deed()
        except ProblemError as fault:
            log.warning("deed_after_commit_failed", reason=fault.title)

    event.listen(session, "after_commit", run, once=True)
