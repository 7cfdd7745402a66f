"""Two databases of one server made ready at the same time."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psycopg
import pytest

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


OWN = "postgresql://fyrklang_relay:ett%40eget-ord@127.0.0.1/f?sslmode=require"


@pytest.mark.parametrize(
    ("urls", "expected"),
    [({}, None), ({"relay": OWN}, "ett@eget-ord"), ({"relay": OWN.replace("fyrklang_relay", "proxy")}, "")],
)
def test_a_role_has_the_password_of_its_own_address(
    config: Config, urls: Mapping[str, str], expected: str | None
) -> None:
    """Rolled back, since roles belong to every database of the server."""
    given = replace(config, role_urls=urls)
    with psycopg.connect(config.database_url) as admin:
        before = _verifier(admin)
        migrate._ensure_role(admin, given, "relay")
        after = _verifier(admin)
        admin.rollback()
    derived = config.role_password("relay")
    assert _is_password(before, derived)
    assert _is_password(after, expected or derived)
    assert _is_password(after, derived) == (not expected)


def _verifier(admin: psycopg.Connection) -> str:
    row = admin.execute("SELECT rolpassword FROM pg_authid WHERE rolname = 'fyrklang_relay'").fetchone()
    assert row is not None
    return str(row[0])


def _is_password(verifier: str, password: str) -> bool:
    """Whether a password is the one PostgreSQL keeps in this form (RFC 5802)."""
    _scheme, rounds_and_salt, keys = verifier.split("$")
    rounds, salt = rounds_and_salt.split(":")
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), b64decode(salt), int(rounds))
    client = hmac.new(salted, b"Client Key", hashlib.sha256).digest()
    return b64decode(keys.split(":")[0]) == hashlib.sha256(client).digest()
