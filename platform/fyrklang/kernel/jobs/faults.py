"""Named points where a process can die, so that a test can let it die exactly there.

Nothing in the product sets the hook; the kill harness does, in processes of its own.
"""

from __future__ import annotations

from collections.abc import Callable

POINTS = (
    "relay.begin",
    "relay.offered",
    "relay.half_sent",
    "relay.sent",
    "worker.received",
    "worker.before_lease",
    "worker.leased",
    "worker.renewed",
    "worker.progressed",
    "worker.handled",
    "worker.done_uncommitted",
    "worker.committed",
    "worker.failed_unrecorded",
    "worker.acknowledged",
    "scheduler.begin",
    "scheduler.fired",
)


def _pass(_point: str) -> None:
    return None


_hook: Callable[[str], None] = _pass


def set_hook(hook: Callable[[str], None]) -> None:
    """Let `hook` be called with the name of every point passed, from any thread."""
    global _hook  # noqa: PLW0603  one process, one hook: that is what is wanted
    _hook = hook


def crash_point(name: str) -> None:
    """Say that the process has come to `name`."""
    _hook(name)
