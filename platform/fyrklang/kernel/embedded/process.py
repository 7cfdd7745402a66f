"""Starting, stopping and finding processes that must never be left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from fyrklang.kernel.embedded import leash
from fyrklang.kernel.embedded.account import Account
from fyrklang.kernel.embedded.folder import DataFolder

MARK = "FYRKLANG_SUPERVISED_FROM"
"""Names the data folder in the environment of every child, and so of every grandchild."""

_ENGINES = {"postgres", "valkey-server", "redis-server"}
_KILL_PATIENCE = 10.0
_LEFTOVER_PATIENCE = 2.0
_ENGINE_PATIENCE = 30.0


@dataclass(frozen=True)
class Launch:
    """How to start one process.

    Attributes:
        command: program and arguments; the program as an absolute path.
        environment: the whole environment of the process.
        log: file that both output streams are appended to.
        when_orphaned: signal the kernel sends if this process dies (Linux only).
        account: whom to run as, None for this very user.
        text: what the process reads on its standard input.
    """

    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    when_orphaned: signal.Signals = signal.SIGTERM
    account: Account | None = None
    text: str | None = None
    folder: Path = field(default_factory=Path.cwd)


def spawn(launch: Launch) -> subprocess.Popen[bytes]:
    """Start the process in a session of its own, so that Ctrl-C reaches only the supervisor."""
    # The kernel watches the thread that forked, not the process: a passing thread must not set a leash.
    tied = threading.current_thread() is threading.main_thread()
    numbers = (
        int(launch.when_orphaned) if tied else 0,
        os.getpid(),
        launch.account.uid if launch.account else leash.UNCHANGED,
        launch.account.gid if launch.account else leash.UNCHANGED,
    )
    with launch.log.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", leash.__file__, *map(str, numbers), *launch.command],
            stdin=subprocess.DEVNULL if launch.text is None else subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=launch.folder,
            env=dict(launch.environment),
            start_new_session=True,
        )
    if process.stdin is not None and launch.text is not None:
        with process.stdin as pipe:
            pipe.write(launch.text.encode())
    return process


def stop(
    processes: Iterable[subprocess.Popen[bytes]],
    first: signal.Signals,
    patience: float,
    hurry: Callable[[], bool] = lambda: False,
) -> None:
    """Ask all to stop at once; whatever still runs after `patience` seconds is killed, descendants too."""
    asked = [process for process in processes if process.poll() is None]
    families = [relative for process in asked for relative in _family(process.pid)]
    for process in asked:
        process.send_signal(first)
    for process in asked:
        patience = _wait(process, patience, hurry)
    _end([relative for relative in families if _alive(relative)], lambda _: signal.SIGKILL, _KILL_PATIENCE)
    for process in asked:
        process.wait()


def stop_leftovers(folder: DataFolder) -> list[int]:
    """End every process an earlier start from this folder left behind, and say which pids they were.

    The applications go first, then the engines, which get time to write everything to disk.
    """
    found = leftovers(folder)
    engines = [process for process in found if _name(process) in _ENGINES]
    rest = [process for process in found if process not in engines]
    _end(rest, lambda _: signal.SIGTERM, _LEFTOVER_PATIENCE)
    _end(_heads(engines), _engine_signal, _ENGINE_PATIENCE)
    _end(engines, lambda _: signal.SIGKILL, _KILL_PATIENCE)
    return [process.pid for process in found]


def leftovers(folder: DataFolder) -> list[psutil.Process]:
    """Running processes that belong to the folder, apart from this one and those above it.

    A pid written down somewhere proves nothing, since the number may have been given to another.
    What the process itself carries does: the mark in its environment, or an engine's working folder.
    """
    this = psutil.Process()
    kin = {this.pid, *(parent.pid for parent in this.parents())}
    homes = {str(folder.engines / name) for name in ("postgres", "valkey")}
    return [
        process
        for process in psutil.process_iter()
        if process.pid not in kin and _alive(process) and _belongs(process, str(folder.path), homes)
    ]


def _belongs(process: psutil.Process, folder: str, homes: set[str]) -> bool:
    try:
        if process.name() in _ENGINES:
            return process.cwd() in homes
        return process.environ().get(MARK) == folder
    except (psutil.Error, OSError):
        return False


def _family(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _heads(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those whose parent is not among them: a server's own helpers are left for the server to stop."""
    pids = {process.pid for process in processes}
    return [process for process in processes if _parent(process) not in pids]


def _parent(process: psutil.Process) -> int | None:
    try:
        return process.ppid()
    except psutil.Error:
        return None


def _name(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.Error:
        return ""


def _engine_signal(process: psutil.Process) -> signal.Signals:
    # PostgreSQL's fast shutdown: sessions are cut, everything committed is on disk.
    return signal.SIGINT if _name(process) == "postgres" else signal.SIGTERM


def _end(
    processes: list[psutil.Process], first: Callable[[psutil.Process], signal.Signals], patience: float
) -> None:
    for process in processes:
        _send(process, first(process))
    for process in _still_alive(processes, patience):
        _send(process, signal.SIGKILL)
    _still_alive(processes, _KILL_PATIENCE)


def _still_alive(processes: list[psutil.Process], patience: float) -> list[psutil.Process]:
    """Those that run on after the wait. A zombie is gone: in a container nobody may ever collect it."""
    deadline = time.monotonic() + patience
    while True:
        alive = [process for process in processes if _alive(process)]
        if not alive or time.monotonic() > deadline:
            return alive
        time.sleep(0.02)


def _alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _send(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.Error:
        return


def _wait(process: subprocess.Popen[bytes], patience: float, hurry: Callable[[], bool]) -> float:
    """Wait for one process; the seconds of patience that remain for the next."""
    while patience > 0 and not hurry():
        slice_ = min(0.1, patience)
        try:
            process.wait(timeout=slice_)
        except subprocess.TimeoutExpired:
            patience -= slice_
        else:
            break
    return patience
