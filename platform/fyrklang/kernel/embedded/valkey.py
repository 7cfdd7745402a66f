"""A Valkey server of our own: started, watched and stopped."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from functools import cached_property
from pathlib import Path

from fyrklang.kernel.embedded.binaries import valkey_program
from fyrklang.kernel.embedded.errors import EmbeddedError
from fyrklang.kernel.embedded.folder import DataFolder, engine_folder
from fyrklang.kernel.embedded.ports import HOST, free_port, is_free
from fyrklang.kernel.embedded.postgres import tail
from fyrklang.kernel.embedded.process import MARK, Launch, spawn, stop

_START_PATIENCE = 30.0
_STOP_PATIENCE = 10.0
_PORT_TRIES = 5


class Valkey:
    """One server on the loopback address, behind a password, that refuses writes rather than forget."""

    name = "valkey"

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder
        self._password = folder.secret("valkey.password")
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0

    @property
    def url(self) -> str:
        """The server's address, in redis-py's form."""
        return f"redis://:{self._password}@{HOST}:{self._port}/0"

    @cached_property
    def program(self) -> Path:
        """The server program."""
        return valkey_program(self._folder)

    def start(self) -> None:
        """Start the server and wait until it takes commands.

        Raises:
            EmbeddedError: the server does not start.
        """
        for _ in range(1 if self._port else _PORT_TRIES):
            port = self._port or free_port()
            self._process = self._spawn(port)
            if self._answers(self._process, port):
                self._port = port
                return
            if is_free(port):
                break  # Nobody took the port in between, so another port would not help.
        log = self._folder.log(self.name)
        raise EmbeddedError(f"Valkey startar inte. Se loggen {log}, som slutar så här:\n{tail(log)}")

    def running(self) -> bool:
        """Whether the server process is alive."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Let the server write out its log and end."""
        if self._process is not None:
            stop([self._process], signal.SIGTERM, _STOP_PATIENCE)

    def _spawn(self, port: int) -> subprocess.Popen[bytes]:
        folder = engine_folder(self._folder, self.name)
        return spawn(
            Launch(
                command=[str(self.program), "-"],
                environment={"PATH": os.defpath, MARK: str(self._folder.path)},
                log=self._folder.log(self.name),
                account=self._folder.account,
                # On standard input rather than as arguments, where any user could read the password.
                text=self._settings(port, folder),
                folder=folder,
            )
        )

    def _settings(self, port: int, folder: Path) -> str:
        settings = {
            "bind": HOST,
            "port": str(port),
            "requirepass": self._password,
            "dir": f'"{folder}"',
            "appendonly": "yes" if self._folder.durable else "no",
            "appendfsync": "everysec",
            "save": '""',
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
            "databases": "16",
        }
        return "".join(f"{name} {value}\n" for name, value in settings.items())

    def _answers(self, process: subprocess.Popen[bytes], port: int) -> bool:
        deadline = time.monotonic() + _START_PATIENCE
        while process.poll() is None and time.monotonic() < deadline:
            if self._ping(port):
                return True
            time.sleep(0.01)
        stop([process], signal.SIGTERM, _STOP_PATIENCE)
        return False

    def _ping(self, port: int) -> bool:
        """Three lines of the protocol, since importing a client costs half a second of every start."""
        try:
            with socket.create_connection((HOST, port), timeout=1) as connection:
                connection.sendall(f"AUTH {self._password}\r\nPING\r\nQUIT\r\n".encode())
                with connection.makefile("rb") as answer:
                    return b"+PONG" in answer.read(64)
        except OSError:
            return False
