"""Two databases of one server made ready at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from fyrklang.kernel import migrate
from fyrklang.kernel.config import Config
from tests.conftest import Addresses, clone


def test_roles_shared_by_two_databases_do_not_collide(addresses: Addresses, config: Config) -> None:
    urls = [clone(addresses.database_url, f"samtidigt_{number}") for number in range(4)]
    made = [replace(config, database_url=url) for url in urls]
    with ThreadPoolExecutor(4) as pool:
        for _round in range(3):
            list(pool.map(migrate.upgrade, made))
    assert all(migrate.is_current(each) for each in made)


def test_upgrading_twice_changes_nothing(own_config: Config) -> None:
    migrate.upgrade(own_config)
    assert migrate.is_current(own_config)
