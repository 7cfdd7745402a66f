"""Three förbund, one row each in every table, and every way one could reach another's."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest

from fyrklang.kernel.config import Config
from fyrklang.tenancy.token import TokenSigner
from tests.isolation.census import tenant_tables
from tests.isolation.probes import at_work, attack
from tests.isolation.seeds import ORDER, Planted, checksum, plant


@pytest.fixture(scope="module")
def admin(config: Config) -> Iterator[psycopg.Connection]:
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", ""), autocommit=True) as conn:
        yield conn


@pytest.fixture(scope="module")
def own(admin: psycopg.Connection) -> Planted:
    return plant(admin, "alfa")


def test_every_table_has_a_seed(admin: psycopg.Connection) -> None:
    assert set(tenant_tables(admin)) == set(ORDER)


def test_no_statement_reaches_another_forbund(
    config: Config, own: Planted, admin: psycopg.Connection, record_property: Callable[[str, object], None]
) -> None:
    others = [plant(admin, name) for name in ("beta", "gamma")]
    before = [checksum(admin, other) for other in others]
    report = attack(config, own, others)
    assert report.leaks == []
    assert [checksum(admin, other) for other in others] == before
    assert report.tried >= 5_000
    record_property("hostile statements", report.tried)


@pytest.mark.parametrize("table", ORDER)
def test_own_row_is_seen_in_own_context_and_nothing_without(config: Config, own: Planted, table: str) -> None:
    token = TokenSigner(config).sign(at_work(own))
    with psycopg.connect(config.url_for("app").replace("+psycopg", "")) as conn:
        count = f"SELECT count(*) FROM {table} WHERE id = '{own.rows[table]}'"
        assert conn.execute(count).fetchone() == (0,)  # type: ignore[arg-type]
        conn.execute("SELECT set_config('fyrklang.ctx', %s, true)", (token,))
        assert conn.execute(count).fetchone() == (1,)  # type: ignore[arg-type]
        conn.commit()
        assert conn.execute(count).fetchone() == (0,)  # type: ignore[arg-type]
