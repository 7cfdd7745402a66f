"""Identity on real servers: PostgreSQL, Valkey, the demo issuer as a process, a hostile one beside it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import redis
import requests

from fyrklang.identity import demo_people
from fyrklang.identity.sessions import connect
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from tests.identity import ground
from tests.identity.hostile import HostileIssuer
from tests.identity.support import Clock, Site, free_port


@pytest.fixture(scope="session")
def valkey(config: Config) -> Iterator[redis.Redis]:
    """This worker's Valkey."""
    client = connect(config.redis_url)
    yield client
    client.close()


@pytest.fixture(scope="session")
def grounded(config: Config, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """Settings of a site with three förbund and their organisations, and a data folder of its own."""
    ground.lay(config)
    port = free_port()
    return replace(config, base_url=f"http://127.0.0.1:{port}", data_dir=tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def demo_issuer(grounded: Config) -> Iterator[str]:
    """The demo issuer as a process of its own; its address."""
    port = free_port()
    with issuer_process(grounded, port) as address:
        demo_people.ensure(grounded, demo_people.demo_issuer(grounded, address))
        yield address


class issuer_process:  # noqa: N801 - reads as a verb in a with statement
    """Run the demo issuer until the block ends."""

    def __init__(self, config: Config, port: int) -> None:
        self._address = f"http://127.0.0.1:{port}"
        settings = {
            "FYRKLANG_SECRET_KEY": config.secret_key,
            "FYRKLANG_DATABASE_URL": config.database_url,
            "FYRKLANG_REDIS_URL": config.redis_url,
            "FYRKLANG_BASE_URL": config.base_url,
            "FYRKLANG_DATA_DIR": str(config.data_dir),
            "FYRKLANG_DEMO": "1",
        }
        self._command = [sys.executable, "-m", "fyrklang.identity.demo_issuer", "--port", str(port)]
        self._environ = {**os.environ, **settings, "PYTHONPATH": os.pathsep.join(sys.path)}
        self._log = Path(config.data_dir) / "issuer.log"

    def __enter__(self) -> str:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, env=self._environ, stdout=log, stderr=log)
        for _ in range(600):
            try:
                requests.get(f"{self._address}/jwks", timeout=2)
                return self._address
            except requests.ConnectionError:
                assert self._process.poll() is None, self._log.read_text()
                time.sleep(0.05)
        raise AssertionError(self._log.read_text())

    def __exit__(self, *_error: object) -> None:
        self._process.terminate()
        self._process.wait(timeout=10)


@pytest.fixture(scope="session")
def hostile(grounded: Config) -> Iterator[HostileIssuer]:
    """An issuer that does whatever the test tells it to."""
    with HostileIssuer("hostile") as issuer:
        issuer.register(grounded)
        yield issuer


@pytest.fixture(scope="session")
def clock() -> Clock:
    """The site's clock, which tests may move."""
    return Clock()


@pytest.fixture(scope="session")
def site(
    grounded: Config, database: Database, valkey: redis.Redis, clock: Clock, demo_issuer: str
) -> Iterator[Site]:
    """The login pages over HTTP."""
    with Site(grounded, database, valkey, clock) as served:
        yield served


@pytest.fixture(autouse=True)
def _present(clock: Clock) -> Iterator[None]:
    """Every test begins now."""
    yield
    clock.ahead = 0.0
