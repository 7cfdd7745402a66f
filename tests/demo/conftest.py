"""A database with a part of the invented nation in it, and copies of it for tests that change it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from fyrklang import demo
from fyrklang.demo.generate import generate
from fyrklang.kernel.config import Config
from tests.conftest import Addresses, clone

Checksums = dict[str, str]
_WITHOUT = {
    # Drawn anew whenever facts are counted or a release is made; and the hour it happened.
    "facts.cell": ("id",),
    "national.release": ("id", "created_at", "published_at"),
    **{
        f"national.{table}": ("release_id",)
        for table in ("association", "cell", "kommun_cover", "leaf", "measure", "total")
    },
    "registry.applied": ("applied_at",),
}


@dataclass(frozen=True)
class Standing:
    """A database in which a nation stands, and what was there before."""

    config: Config
    before: Checksums


PART = ("asviken", "granstranden", "dammbygden", "bergmarken", "fiskelandet")
"""Förbund enough to show everything, few enough to be written in a moment."""


@pytest.fixture(scope="package")
def standing(addresses: Addresses, config: Config, worker_id: str) -> Iterator[Standing]:
    """A part of the default nation; not to be changed."""
    name = f"demo_{worker_id}"
    own = replace(config, database_url=clone(addresses.database_url, name))
    before = checksums(own)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "generate", lambda seed: generate(seed).only(PART))
        demo.ensure(own)
        yield Standing(own, before)
    _drop(addresses, name)


@pytest.fixture
def copy(addresses: Addresses, standing: Standing, worker_id: str) -> Iterator[Standing]:
    """The same, for a test of its own to change."""
    name = f"demo_copy_{worker_id}"
    address = urlsplit(standing.config.database_url)
    _drop(addresses, name)
    with psycopg.connect(addresses.database_url, autocommit=True) as admin:
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(address.path.removeprefix("/"))
            )
        )
    url = address._replace(path=f"/{name}").geturl()
    yield replace(standing, config=replace(standing.config, database_url=url))
    _drop(addresses, name)


def _drop(addresses: Addresses, name: str) -> None:
    with psycopg.connect(addresses.database_url, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def checksums(config: Config, *, exact: bool = True) -> Checksums:
    """Table to a digest of all its rows; without what the clock and fresh ids decide unless `exact`."""
    found = {}
    with psycopg.connect(config.database_url) as admin:
        tables = admin.execute(
            "SELECT schemaname, tablename FROM pg_tables "
            "WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2"
        ).fetchall()
        for schema, table in tables:
            name = f"{schema}.{table}"
            row = sql.SQL("to_jsonb(t)")
            if not exact and name in _WITHOUT:
                row = sql.SQL("to_jsonb(t) - {}::text[]").format(sql.Literal(list(_WITHOUT[name])))
            rows = sql.SQL("SELECT ({})::text FROM {} t").format(row, sql.Identifier(schema, table))
            query = sql.SQL(
                "SELECT count(*) || ' ' || coalesce(md5(string_agg(r, '' ORDER BY r)), '') FROM ({}) s (r)"
            )
            (found[name],) = admin.execute(query.format(rows)).fetchone() or ("",)
    return found
