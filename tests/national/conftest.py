"""A database of its own per test module, since a release takes in every förbund there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from flask import Flask
from psycopg import sql

from fyrklang.app import create_app
from fyrklang.kernel import migrate
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from tests.conftest import Addresses, clone
from tests.national.nation import Nation


@pytest.fixture(scope="module")
def nation_config(addresses: Addresses, config: Config, request: pytest.FixtureRequest) -> Iterator[Config]:
    """Settings with this module's own database."""
    name = f"nation_{abs(hash((request.node.nodeid, config.database_url))) % 10**10}"
    settings = replace(config, database_url=clone(addresses.database_url, name))
    migrate.upgrade(settings)
    yield settings
    with psycopg.connect(addresses.database_url, autocommit=True) as conn:
        conn.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="module")
def nation_database(nation_config: Config) -> Iterator[Database]:
    """Engines on the module's database."""
    made = Database(nation_config)
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def empty_nation(nation_config: Config) -> Nation:
    """A nation without förbund."""
    return Nation(nation_config)


@pytest.fixture(scope="module")
def nation_app(nation_config: Config) -> Flask:
    """The whole application on the module's database."""
    return create_app(nation_config)
