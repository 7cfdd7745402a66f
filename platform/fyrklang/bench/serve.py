"""Web servers for the measurement: the product and the floors, each as `fyrklang up` would start them."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
import redis

from fyrklang.bench import meter
from fyrklang.kernel.config import Config
from fyrklang.kernel.embedded.ports import HOST, free_port
from fyrklang.kernel.embedded.process import MARK, Launch, spawn, stop

WORKERS, THREADS = 2, 4
_PATIENCE = 60.0
_STOP_PATIENCE = 15.0


@dataclass(frozen=True)
class Server:
    """A running web server: its port and the head of its processes."""

    name: str
    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """What all its processes have used."""
        return meter.cpu_seconds(self.pid)

    def memory(self) -> list[float]:
        """Megabytes (PSS) of each worker."""
        return [meter.pss_megabytes(worker) for worker in meter.workers(self.pid)]


@dataclass(frozen=True)
class Wanted:
    """A web server to start: what gunicorn loads, and the database it is to use."""

    name: str
    application: str
    config: Config


@contextmanager
def serving(folder: Path, wanted: Iterable[Wanted]) -> Iterator[dict[str, Server]]:
    """Run the servers while the block lasts, by name.

    Raises:
        RuntimeError: one does not start; the message holds the end of its log.
    """
    processes: list[subprocess.Popen[bytes]] = []
    try:
        started = {}
        for each in wanted:
            port = free_port()
            process = spawn(_launch(folder, each, port))
            processes.append(process)
            started[each.name] = Server(each.name, port, process.pid)
        for process, server in zip(processes, started.values(), strict=True):
            _await(process, server.port, folder / f"{server.name}.log")
        yield started
    finally:
        stop(processes, signal.SIGTERM, _STOP_PATIENCE)


def engine_heads(config: Config) -> list[int]:
    """The head processes of PostgreSQL and Valkey, asked of themselves."""
    with psycopg.connect(config.database_url) as connection:
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
        postmaster = psutil.Process(row[0]).ppid() if row else 0
    with redis.Redis.from_url(config.redis_url) as valkey:
        return [postmaster, int(valkey.info("server")["process_id"])]


def environment(config: Config) -> dict[str, str]:
    """The settings as a process reads them."""
    return {
        "FYRKLANG_SECRET_KEY": config.secret_key,
        "FYRKLANG_DATABASE_URL": config.database_url,
        "FYRKLANG_REDIS_URL": config.redis_url,
        "FYRKLANG_BASE_URL": config.base_url,
        "FYRKLANG_DATA_DIR": str(config.data_dir),
        "FYRKLANG_DEMO": "1" if config.demo else "0",
        "FYRKLANG_LIMITS": "1" if config.limits else "0",
    }


def _launch(folder: Path, wanted: Wanted, port: int) -> Launch:
    command = [
        *(sys.executable, "-m", "gunicorn", "--config", "python:fyrklang.kernel.web_server"),
        *("--workers", str(WORKERS), "--threads", str(THREADS), "--bind", f"{HOST}:{port}"),
        wanted.application,
    ]
    inherited: Mapping[str, str] = {
        name: value for name, value in os.environ.items() if not name.startswith("FYRKLANG_")
    }
    return Launch(
        command=command,
        environment={**inherited, **environment(wanted.config), MARK: str(wanted.config.data_dir)},
        log=folder / f"{wanted.name}.log",
        folder=Path.cwd(),
    )


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        connection = http.client.HTTPConnection(HOST, port, timeout=2)
        try:
            connection.request("GET", "/")
            connection.getresponse()
            return
        except OSError:
            time.sleep(0.05)
        finally:
            connection.close()
    raise RuntimeError(f"{log.name}: {log.read_text('utf-8', errors='replace')[-2000:]}")
