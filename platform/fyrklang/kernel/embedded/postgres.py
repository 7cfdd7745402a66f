"""A PostgreSQL server of our own: made, started, watched and stopped."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from functools import cached_property
from pathlib import Path

from fyrklang.kernel.embedded.account import give
from fyrklang.kernel.embedded.binaries import postgres_programs, postgres_version
from fyrklang.kernel.embedded.errors import EmbeddedError
from fyrklang.kernel.embedded.folder import DataFolder, engine_folder
from fyrklang.kernel.embedded.ports import HOST, free_port, is_free
from fyrklang.kernel.embedded.process import MARK, Launch, spawn, stop

ADMIN = "postgres"
DATABASE = "fyrklang"
BUILTIN_LOCALE_SINCE = 17

_SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "max_connections": "300",
    "shared_buffers": "256MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "idle_in_transaction_session_timeout": "60s",
    # What people are called and coded as must not reach a log: no parameters, no failing statements,
    # no DETAIL lines with the offending row.
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
_THROWAWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_wal_size": "2GB",
}
_START_PATIENCE = 30.0
_RECOVERY_PATIENCE = 600.0
_STOP_PATIENCE = 30.0
_PORT_TRIES = 5


class Postgres:
    """One server on the loopback address, with one database and one administrator."""

    name = "postgres"

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder
        self._password = folder.secret("postgres.password")
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0

    @property
    def url(self) -> str:
        """The administrator's address, in libpq's form."""
        return f"postgresql://{ADMIN}:{self._password}@{HOST}:{self._port}/{DATABASE}"

    @property
    def data(self) -> Path:
        """The cluster's own folder."""
        return self._folder.engines / self.name

    @cached_property
    def programs(self) -> Path:
        """Where the server's programs lie."""
        return postgres_programs(self._folder)

    def start(self) -> None:
        """Make the cluster if there is none, start the server and wait until it takes connections.

        Raises:
            EmbeddedError: the server does not start.
        """
        self._prepare()
        for _ in range(1 if self._port else _PORT_TRIES):
            port = self._port or free_port()
            self._process = self._spawn(port)
            if self._answers(self._process):
                self._port = port
                return
            if is_free(port):
                break  # Nobody took the port in between, so another port would not help.
        raise EmbeddedError(
            f"PostgreSQL startar inte. Se loggen {self._log}, som slutar så här:\n{tail(self._log)}"
        )

    def running(self) -> bool:
        """Whether the server process is alive."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Cut every session and wait until all is on disk."""
        if self._process is not None:
            stop([self._process], signal.SIGINT, _STOP_PATIENCE)

    def identity(self) -> str:
        """The cluster's own number, so that notes about another cluster are never believed."""
        control = self.data / "global" / "pg_control"
        return control.read_bytes()[:8].hex()

    @property
    def _log(self) -> Path:
        return self._folder.log(self.name)

    def _prepare(self) -> None:
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster()
            return
        ours = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        if ours != str(postgres_version(self.programs)):
            raise EmbeddedError(
                f"Databasen i {self.data} hör till PostgreSQL {ours}, men här finns bara version "
                f"{postgres_version(self.programs)}. Flytta den med pg_dump eller pg_upgrade först."
            )
        # Nothing of ours runs (the folder is held and leftovers are stopped), so a pid file is stale,
        # and its number may by now belong to somebody else.
        if not self.running():
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _make_cluster(self) -> None:
        """Make it beside its place and move it there whole, so that a cut power leaves no half cluster."""
        shutil.rmtree(self._folder.engines / "postgres.partial", ignore_errors=True)
        partial = engine_folder(self._folder, "postgres.partial")
        password = self._folder.engines / "postgres.password"
        password.unlink(missing_ok=True)
        descriptor = os.open(password, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(self._password)
            give(password, self._folder.account)
            self._run(["initdb", "--pgdata", str(partial), *self._initdb_options(password)])
        finally:
            password.unlink(missing_ok=True)
        single = ["postgres", "--single", "-D", str(partial), "-c", "exit_on_error=on", ADMIN]
        self._run(single, f"CREATE DATABASE {DATABASE}\n")
        partial.rename(self.data)

    def _initdb_options(self, password: Path) -> list[str]:
        options = [
            f"--username={ADMIN}",
            f"--pwfile={password}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--data-checksums",
            "--no-instructions",
        ]
        if postgres_version(self.programs) >= BUILTIN_LOCALE_SINCE:
            options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        return options if self._folder.durable else [*options, "--no-sync"]

    def _run(self, command: list[str], text: str | None = None) -> None:
        process = spawn(self._launch(command, text))
        if process.wait() != 0:
            raise EmbeddedError(
                f"Databasen gick inte att skapa. Se loggen {self._log}, som slutar så här:\n{tail(self._log)}"
            )

    def _spawn(self, port: int) -> subprocess.Popen[bytes]:
        settings = _SETTINGS if self._folder.durable else _SETTINGS | _THROWAWAY
        options = [f"--{name}={value}" for name, value in settings.items()]
        return spawn(self._launch(["postgres", "-D", str(self.data), f"--port={port}", *options]))

    def _launch(self, command: list[str], text: str | None = None) -> Launch:
        program, *arguments = command
        return Launch(
            command=[str(self.programs / program), *arguments],
            environment={
                "PATH": os.defpath,
                "LC_ALL": "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8",
                "TZ": "UTC",
                MARK: str(self._folder.path),
            },
            log=self._log,
            when_orphaned=signal.SIGINT,
            account=self._folder.account,
            text=text,
            folder=self._folder.engines,
        )

    def _answers(self, process: subprocess.Popen[bytes]) -> bool:
        started = time.monotonic()
        while process.poll() is None:
            status = self._status(process.pid)
            if status == "ready":
                return True
            # A server that writes its file and says it is starting is replaying its log: give it time.
            patience = _RECOVERY_PATIENCE if status == "starting" else _START_PATIENCE
            if time.monotonic() - started > patience:
                stop([process], signal.SIGQUIT, _STOP_PATIENCE)
                return False
            time.sleep(0.01)
        return False

    def _status(self, pid: int) -> str:
        """What the server says of itself: the first and eighth lines of its pid file."""
        try:
            lines = (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return ""
        return lines[7].strip() if len(lines) > 7 and lines[0].strip() == str(pid) else ""


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log, for a reader who has to act on them."""
    try:
        return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return ""
