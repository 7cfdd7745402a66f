"""Real servers for every test: one PostgreSQL and one Valkey per run, one database per worker.

The process that pytest starts in brings the servers up, migrates a template database and lays the
register in it; each worker clones the template. Tests make their own förbund and so never meet.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from flask import Flask
from playwright.sync_api import Browser
from psycopg import sql

from fyrklang.app import create_app
from fyrklang.kernel import migrate
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.kernel.embedded.servers import servers
from fyrklang.kernel.paths import project_root
from fyrklang.tenancy.registry import apply, load
from tests.chromium import MISSING, chromium

SECRET = "test-only-0123456789-abcdefghijklmnopqrstuvwxyz"
TEMPLATE = "fyrklang_template"
_running = contextlib.ExitStack()


@dataclass(frozen=True)
class Addresses:
    """Where this run's servers answer."""

    database_url: str
    redis_url: str


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers once, in the process that is not a worker."""
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    folder = _running.enter_context(tempfile.TemporaryDirectory(prefix="fyrklang-test-"))
    os.environ["FYRKLANG_TEST_DATA"] = folder
    started = _running.enter_context(servers(Path(folder) / "data", durable=False))
    os.environ["FYRKLANG_TEST_DATABASE"] = started.database_url
    os.environ["FYRKLANG_TEST_REDIS"] = started.redis_url
    _make_template(started.database_url)


def pytest_xdist_auto_num_workers() -> int:
    """One worker more than there are processors: each waits for a server or a browser now and then."""
    return (os.cpu_count() or 1) + 1


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what `pytest_configure` started."""
    if not hasattr(config, "workerinput"):
        _running.close()


def _make_template(admin_url: str) -> None:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
    settings = make_config(_with_database(admin_url, TEMPLATE), "redis://127.0.0.1:1")
    migrate.upgrade(settings)
    apply(settings, load(project_root() / "tenants"))


def make_config(database_url: str, redis_url: str) -> Config:
    """Settings as a test process sees them."""
    return Config(
        secret_key=SECRET,
        database_url=database_url,
        redis_url=redis_url,
        data_dir=_data_dir(database_url),
        base_url="http://127.0.0.1:5000",
        demo=True,
        secure_cookies=False,
        limits=False,
    )


def _data_dir(database_url: str) -> Path:
    """A folder for what the installation on that database keeps beside it; gone with the run's servers."""
    held = os.environ.get("FYRKLANG_TEST_DATA") or tempfile.gettempdir()
    return Path(held) / "installations" / urlsplit(database_url).path.strip("/")


def clone(admin_url: str, name: str) -> str:
    """A fresh database from the template; returns its administrator address."""
    with psycopg.connect(admin_url, autocommit=True) as admin:
        target = sql.Identifier(name)
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(target))
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                target, sql.Identifier(TEMPLATE)
            )
        )
    return _with_database(admin_url, name)


@pytest.fixture(scope="session")
def addresses() -> Addresses:
    """The servers of this run."""
    return Addresses(os.environ["FYRKLANG_TEST_DATABASE"], os.environ["FYRKLANG_TEST_REDIS"])


@pytest.fixture(scope="session")
def config(addresses: Addresses, worker_id: str) -> Config:
    """Settings with this worker's own database and Valkey number."""
    number = 0 if worker_id == "master" else int(worker_id.removeprefix("gw")) + 1
    url = clone(addresses.database_url, f"fyrklang_{worker_id}")
    settings = make_config(url, f"{addresses.redis_url.rstrip('/')}/{number}")
    migrate.upgrade(settings)
    return settings


@pytest.fixture(scope="session")
def database(config: Config) -> Iterator[Database]:
    """Engines on this worker's database."""
    made = Database(config)
    yield made
    made.dispose()


@pytest.fixture
def own_config(addresses: Addresses, config: Config, request: pytest.FixtureRequest) -> Iterator[Config]:
    """Settings with a database of the test's own, for tests that break the schema."""
    name = f"own_{abs(hash(request.node.nodeid)) % 10**10}"
    settings = replace(config, database_url=clone(addresses.database_url, name))
    migrate.upgrade(settings)
    yield settings
    with psycopg.connect(addresses.database_url, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    """The xdist worker's name, or "master" without xdist."""
    given: dict[str, Any] = getattr(request.config, "workerinput", {})
    return str(given.get("workerid", "master"))


def _with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@pytest.fixture(scope="session")
def app(config: Config) -> Flask:
    """The whole application on this worker's database and Valkey."""
    made = create_app(config)
    made.testing = False
    return made


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The one Chromium of this process; tests make contexts of their own in it."""
    with chromium() as started:
        if started is None:
            pytest.skip(MISSING)
        yield started


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the figures that tests recorded, such as how many hostile probes were made."""
    for report in terminalreporter.stats.get("passed", []):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{name}: {value}")
