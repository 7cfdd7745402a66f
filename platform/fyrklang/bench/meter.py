"""What a set of processes has used: CPU time of whole trees, memory of single workers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and everything below it, those that have ended included."""
    return sum(_own(process) for process in _tree(pid))


def pss_megabytes(pid: int) -> float:
    """Proportional set size: memory shared by n processes counts a n:th in each (Linux)."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("smaps_rollup has no Pss line")


def workers(pid: int) -> list[int]:
    """The worker processes of a web server."""
    return [child.pid for child in psutil.Process(pid).children()]


def _tree(pid: int) -> Iterator[psutil.Process]:
    head = psutil.Process(pid)
    yield head
    yield from head.children(recursive=True)


def _own(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0  # Ended between the listing and now: its parent has its time.
    return float(times.user + times.system + times.children_user + times.children_system)
