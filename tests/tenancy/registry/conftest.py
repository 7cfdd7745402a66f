"""An empty, migrated database for each test: the shared one already holds the register."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from fyrklang.kernel import migrate
from fyrklang.kernel.config import ROLES, Config
from fyrklang.kernel.paths import project_root
from fyrklang.tenancy.registry import Registry, apply, load, read
from tests.conftest import Addresses, make_config


@pytest.fixture
def folder() -> Path:
    """The register that ships with the platform."""
    return project_root() / "tenants"


@pytest.fixture(scope="session")
def shipped() -> Registry:
    """The same, read."""
    return load(project_root() / "tenants")


@pytest.fixture(scope="session")
def empty(addresses: Addresses) -> Iterator[Config]:
    """A migrated database to copy, without a register."""
    name = f"empty_{uuid4().hex[:12]}"
    run_as_admin(addresses, "CREATE DATABASE {}", name)
    made = make_config(with_database(addresses, name), addresses.redis_url)
    migrate.upgrade(made)
    yield made
    run_as_admin(addresses, "DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture(scope="session")
def filled(addresses: Addresses, empty: Config, shipped: Registry) -> Iterator[Config]:
    """A database with the register laid in, to read or to copy; not to write."""
    with copied(addresses, empty) as made:
        apply(made, shipped)
        yield made


@pytest.fixture
def config(addresses: Addresses, empty: Config) -> Iterator[Config]:
    """Settings with a database of the test's own, without a register."""
    with copied(addresses, empty) as made:
        yield made


@pytest.fixture
def laid_in(addresses: Addresses, filled: Config) -> Iterator[Config]:
    """Settings with a database of the test's own, with the register laid in."""
    with copied(addresses, filled) as made:
        yield made


@contextmanager
def copied(addresses: Addresses, original: Config) -> Iterator[Config]:
    """A copy of a database, which takes everything with it but the right to log in."""
    name = f"register_{uuid4().hex[:12]}"
    source = urlsplit(original.database_url).path.removeprefix("/")
    run_as_admin(addresses, "CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, source)
    for role in ROLES:
        run_as_admin(addresses, "GRANT CONNECT ON DATABASE {} TO {}", name, f"fyrklang_{role}")
    read.forget()
    yield replace(original, database_url=with_database(addresses, name))
    run_as_admin(addresses, "DROP DATABASE {} WITH (FORCE)", name)


def with_database(addresses: Addresses, name: str) -> str:
    """The administrator's address of a database on this run's server."""
    return urlunsplit(urlsplit(addresses.database_url)._replace(path=f"/{name}"))


def run_as_admin(addresses: Addresses, statement: str, *names: str) -> None:
    """Run a statement that makes or drops databases."""
    with psycopg.connect(addresses.database_url, autocommit=True) as admin:
        admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
