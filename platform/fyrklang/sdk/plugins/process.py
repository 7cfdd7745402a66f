"""A plugin's process as the platform holds it: started when first needed, killed when it is too slow."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from fyrklang.sdk.plugin.facade import Denied
from fyrklang.sdk.plugin.wire import MOST_BYTES
from fyrklang.sdk.plugins.shelf import Found

START_SECONDS = 15.0
MOST_QUESTIONS = 200
"""How often a plugin may ask the platform in one call."""

Serve = Callable[[str, dict[str, Any]], Any]


class PluginFault(Exception):  # noqa: N818 - what went wrong in somebody else's code
    """The plugin did not answer as it should. The text is for the administrator, in Swedish."""


@dataclass(frozen=True)
class Call:
    """One question to a plugin. `given` is what its facade holds; `seconds` all it may take."""

    hook: str
    args: Mapping[str, Any]
    given: Mapping[str, Any]
    seconds: float


class Process:
    """One plugin's process. One call at a time."""

    def __init__(self, found: Found) -> None:
        self._found = found
        self._lock = Lock()
        self._running: subprocess.Popen[bytes] | None = None
        self._buffer = b""
        self._owner = 0
        self.hooks: frozenset[str] = frozenset()

    def call(self, asked: Call, serve: Serve) -> Any:
        """The hook's answer as JSON, serving what the plugin asks meanwhile.

        Raises:
            PluginFault: it crashed, was too slow, said something else than an answer, or had a fault.
        """
        if not self._lock.acquire(timeout=asked.seconds + START_SECONDS):
            raise PluginFault("Tillägget är upptaget.")
        try:
            self._ensure()
            if asked.hook not in self.hooks:
                raise PluginFault(f"Tillägget saknar {asked.hook}, som dess plugin.toml nämner.")
            return self._converse(asked, serve)
        except PluginFault:
            raise
        except (OSError, ValueError, TypeError, KeyError) as fault:
            self.kill()
            raise PluginFault("Tillägget avbröt sig.") from fault
        finally:
            self._lock.release()

    def kill(self) -> None:
        """End the process; the next call starts another."""
        running, self._running, self._buffer = self._running, None, b""
        if running is None or self._owner != os.getpid():
            return
        # Its own session, so that what it forked for the call ends with it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        for pipe in (running.stdin, running.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _ensure(self) -> None:
        if self._is_well():
            return
        self.kill()
        self._owner = os.getpid()
        self._running = subprocess.Popen(
            [
                sys.executable, "-I", "-B", "-m", "fyrklang.sdk.plugin.host",
                self._found.manifest.package, str(self._found.root),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
            start_new_session=True,
        )  # fmt: skip
        ready = self._read(time.monotonic() + START_SECONDS)
        if "ready" not in ready:
            self.kill()
            raise PluginFault("Tillägget gick inte att starta.")
        self.hooks = frozenset(ready["ready"])

    def _is_well(self) -> bool:
        """Whether it runs and has said nothing that nobody asked for."""
        running = self._running
        if running is None or running.stdout is None or self._owner != os.getpid():
            return False
        with selectors.DefaultSelector() as waiting:
            waiting.register(running.stdout, selectors.EVENT_READ)
            return running.poll() is None and not self._buffer and not waiting.select(0)

    def _converse(self, asked: Call, serve: Serve) -> Any:
        until = time.monotonic() + asked.seconds
        self._say({"hook": asked.hook, "args": asked.args, "given": asked.given})
        for _turn in range(MOST_QUESTIONS):
            heard = self._read(until)
            if "result" in heard:
                return heard["result"]
            if "fault" in heard:
                raise PluginFault(f"Fel i tillägget: {str(heard['fault'])[:300]}")
            try:
                self._say({"answer": serve(heard["ask"], heard["args"])})
            except Denied as refused:
                self._say({"denied": str(refused)})
        self.kill()
        raise PluginFault("Tillägget frågade plattformen för många gånger.")

    def _say(self, message: Mapping[str, Any]) -> None:
        pipe = self._running.stdin if self._running else None
        if pipe is None:
            raise PluginFault("Tillägget avbröt sig.")
        pipe.write(json.dumps(message, default=str).encode() + b"\n")
        pipe.flush()

    def _read(self, until: float) -> dict[str, Any]:
        """The next line as an object; kills a process that is late, silent or says too much."""
        pipe = self._running.stdout if self._running else None
        if pipe is None:
            raise PluginFault("Tillägget avbröt sig.")
        with selectors.DefaultSelector() as waiting:
            waiting.register(pipe, selectors.EVENT_READ)
            while b"\n" not in self._buffer:
                if not waiting.select(max(0.0, until - time.monotonic())):
                    self.kill()
                    raise PluginFault("Tillägget svarade inte i tid.")
                more = os.read(pipe.fileno(), 65_536)
                if not more or len(self._buffer) > MOST_BYTES:
                    self.kill()
                    raise PluginFault("Tillägget sade för mycket." if more else "Tillägget avbröt sig.")
                self._buffer += more
        line, _end, self._buffer = self._buffer.partition(b"\n")
        heard = json.loads(line)
        if not isinstance(heard, dict):
            raise TypeError("not an object")
        return heard


@dataclass
class Processes:
    """The plugins' processes of this one."""

    _each: dict[str, Process] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def of(self, found: Found) -> Process:
        """The plugin's process; another when its folder is another."""
        with self._lock:
            return self._each.setdefault(str(found.folder), Process(found))

    def end(self) -> None:
        """End them all."""
        for process in self._all():
            process.kill()

    def _all(self) -> Iterator[Process]:
        with self._lock:
            yield from list(self._each.values())


PROCESSES = Processes()
atexit.register(PROCESSES.end)
