"""Keeps a set of processes running: starts them, starts them again when they die, stops them all."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any, Protocol

from fyrklang.kernel.embedded.errors import EmbeddedError
from fyrklang.kernel.embedded.folder import DataFolder
from fyrklang.kernel.embedded.process import MARK, Launch, spawn, stop

FIRST_DELAY = 0.5
LONGEST_DELAY = 30.0
HEALTHY_AFTER = 30.0
"""Seconds: the wait before the first restart, the longest wait, and the run that forgives earlier deaths."""

_STOP_PATIENCE = 20.0
_STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Supervised(Protocol):
    """Anything that can be kept running."""

    @property
    def name(self) -> str: ...
    def start(self) -> None: ...
    def running(self) -> bool: ...
    def stop(self) -> None: ...


class StopRequested(BaseException):
    """Somebody asked the whole to stop. Not an error, so nothing that catches errors may swallow it."""


class StopSignals:
    """Turns the first SIGTERM, Ctrl-C or closed terminal into `StopRequested`, except while held.

    Attributes:
        again: a further signal came: stop being patient.
    """

    def __init__(self) -> None:
        self.again = False
        self._requested = False
        self._held = 0
        self._stopping = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> StopSignals:
        for number in _STOPPING:
            if number == signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN:
                continue  # Started with nohup: a closed terminal is not to stop it.
            self._before[number] = signal.signal(number, self._receive)
        return self

    def __exit__(self, *_error: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let a few lines run whole: a process must never be started without being noted."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1
        self.check()

    def check(self) -> None:
        """Raise `StopRequested` if it is due but was lost, as happens to one raised in a finalizer."""
        if self._requested and not self._held and not self._stopping:
            raise StopRequested

    def begin_stopping(self) -> None:
        """From here on signals only make the stop less patient."""
        self._stopping = True

    def _receive(self, _number: int, _frame: FrameType | None) -> None:
        first, self._requested = not self._requested, True
        if first:
            self.check()
        else:
            self.again = True


class ServiceProcess:
    """One child process of the platform itself."""

    def __init__(
        self, folder: DataFolder, name: str, command: Sequence[str], environment: Mapping[str, str]
    ) -> None:
        self.name = name
        self._folder = folder
        self._command = command
        self._environment = environment
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process; it is not waited for."""
        self.process = spawn(
            Launch(
                command=self._command,
                environment={**self._environment, MARK: str(self._folder.path)},
                log=self._folder.log(self.name),
            )
        )

    def running(self) -> bool:
        """Whether the process is alive."""
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """Ask it to stop, and end it and its descendants when it does not."""
        stop_together([self], lambda: False)


@dataclass
class _Watched:
    item: Supervised
    started: float = 0.0
    deaths: int = 0
    again_at: float | None = None


class Supervisor:
    """Watches over processes from one thread; nothing happens except in `tick` and `stop`.

    Args:
        signals: what stops the whole.
        say: told in a Swedish sentence when something died.
        clock: seconds, for the waits between restarts.
    """

    def __init__(
        self,
        signals: StopSignals,
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._signals = signals
        self._say = say
        self._clock = clock
        self._watched: list[_Watched] = []

    def add(self, item: Supervised) -> None:
        """Start the process and keep it running from now on."""
        with self._signals.held():
            watched = _Watched(item)
            self._watched.append(watched)
            self._start(watched)

    def deaths(self, name: str) -> int:
        """How many times in a row the named process has died without a healthy run between."""
        return sum(watched.deaths for watched in self._watched if watched.item.name == name)

    def tick(self) -> None:
        """Notice deaths, and start again what has waited long enough."""
        self._signals.check()
        for watched in self._watched:
            if watched.again_at is not None:
                self._start_when_due(watched)
            elif not watched.item.running():
                self._note_death(watched)

    def run(self) -> None:
        """Watch until asked to stop.

        Raises:
            StopRequested: always, in the end.
        """
        while True:
            self.tick()
            time.sleep(0.2)

    def stop(self) -> None:
        """Stop everything: the platform's processes together, then the engines, last started first."""
        services = [w.item for w in self._watched if isinstance(w.item, ServiceProcess)]
        stop_together(services, lambda: self._signals.again)
        for watched in reversed(self._watched):
            if watched.item not in services:
                watched.item.stop()
        self._watched.clear()

    def _start_when_due(self, watched: _Watched) -> None:
        if watched.again_at is None or self._clock() < watched.again_at:
            return
        with self._signals.held():
            watched.again_at = None
            try:
                self._start(watched)
            except EmbeddedError as error:
                self._say(str(error))
                self._note_death(watched)

    def _start(self, watched: _Watched) -> None:
        watched.item.start()
        watched.started = self._clock()

    def _note_death(self, watched: _Watched) -> None:
        now = self._clock()
        if now - watched.started > HEALTHY_AFTER:
            watched.deaths = 0
        delay = min(LONGEST_DELAY, FIRST_DELAY * 2**watched.deaths)
        watched.deaths += 1
        watched.again_at = now + delay
        self._say(f"Processen {watched.item.name} stannade och startas om strax ({delay:g} s).")


def stop_together(services: Sequence[Supervised], hurry: Callable[[], bool]) -> None:
    """Ask all the platform's processes to stop in the same moment, and wait for them together."""
    processes = [s.process for s in services if isinstance(s, ServiceProcess) and s.process is not None]
    stop(processes, signal.SIGTERM, _STOP_PATIENCE, hurry)
