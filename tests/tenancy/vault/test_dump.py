"""What somebody has who took the database and nothing else, and what is left of a participant whose key is gone.

The dump is every table by COPY as the one who owns the server. The attacker also knows every number there is to
know: for each he tries what an unkeyed or wrongly keyed index would have given.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from fyrklang.kernel.config import Config
from fyrklang.kernel.crypto import UnreadableError, unseal
from fyrklang.kernel.db import Database
from fyrklang.sdk.person_numbers import name_index, number_index, parse_number
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.session import tenant_session
from fyrklang.tenancy.vault import Vault
from tests.people import make_forbund
from tests.tenancy.vault.numbers import numbers

COUNT = 200
NUMBER, NAME = "care.dumped.number", "care.dumped.name"
TABLE = """
CREATE TABLE care.dumped (tenant_id uuid, id uuid, number_sealed bytea, name_sealed bytea, number_index bytea,
  name_index bytea[], PRIMARY KEY (tenant_id, id))
"""


@dataclass(frozen=True)
class Held:
    """A förbund's database of its own with people in it."""

    config: Config
    database: Database
    people: dict[UUID, tuple[str, str]]
    context: TenantContext

    def dump(self) -> bytes:
        """Every table of every schema, as bytes; sealed values both as they are and as hex."""
        return b"\n".join(_copied(self.config))


@pytest.fixture
def held(own_config: Config) -> Iterator[Held]:
    database, forbund = Database(own_config), make_forbund(own_config)
    people = {uuid4(): (digits, f"Kanarie{n} Fågelsson{n}") for n, digits in enumerate(numbers(COUNT))}
    with psycopg.connect(own_config.database_url) as admin:
        admin.execute(TABLE)
        with tenant_session(database, forbund.context) as session:
            vault = Vault(session)
            for person, (digits, name) in people.items():
                number = parse_number(digits)
                admin.execute(
                    "INSERT INTO care.dumped VALUES (%s, %s, %s, %s, %s, %s)",
                    (
                        forbund.id,
                        person,
                        vault.seal(person, NUMBER, number.digits),
                        vault.seal(person, NAME, name),
                        number_index(vault, number),
                        name_index(vault, name),
                    ),
                )
    yield Held(own_config, database, people, forbund.context)
    database.dispose()


def test_a_dump_alone_gives_nobody(held: Held, record_property: Callable[[str, object], None]) -> None:
    dump = held.dump()
    recovered = _recovered(dump, held)
    assert recovered == set()
    record_property("personnummer recovered from a dump", f"{len(recovered)} of {len(held.people)}")
    assert [name for _digits, name in held.people.values() if name.encode() in dump] == []


def test_the_attack_finds_what_is_not_protected(held: Held) -> None:
    first, second = list(held.people.values())[-2:]
    with psycopg.connect(held.config.database_url) as admin:
        admin.execute("CREATE TABLE office.careless (a text, b bytea)")
        admin.execute(
            "INSERT INTO office.careless VALUES (%s, %s)",
            (f"{first[0][:8]}-{first[0][8:]}", hashlib.sha256(second[0].encode()).digest()),
        )
    assert _recovered(held.dump(), held) == {first[0], second[0]}


def test_of_a_shredded_participant_no_byte_is_left(held: Held) -> None:
    gone, kept, *_others = held.people
    digits, name = held.people[gone]
    with tenant_session(held.database, held.context) as session:
        Vault(session).shred(gone)
    with psycopg.connect(held.config.database_url, autocommit=True) as admin:
        admin.execute("CREATE TABLE office.seen (word text)")
        admin.execute("INSERT INTO office.seen VALUES ('synlig-kanariefagel')")
        admin.execute("CHECKPOINT")
    words = [digits, digits[2:], f"{digits[2:8]}-{digits[8:]}", name]
    dump = held.dump()
    assert [word for word in words if word.encode() in dump] == []
    assert _on_disk(held.config, [*words, "synlig-kanariefagel"]) == {"synlig-kanariefagel"}
    assert _openable(held, _sealed_of(held, gone)) == 0
    assert _openable(held, _sealed_of(held, kept)) == 2


def _recovered(dump: bytes, held: Held) -> set[str]:
    keys = [b"", *_key_material(held.config)]
    return {digits for digits, _name in held.people.values() if _stands(digits, dump, keys)}


def _stands(digits: str, dump: bytes, keys: list[bytes]) -> bool:
    written = [digits, digits[2:], f"{digits[:8]}-{digits[8:]}", f"{digits[2:8]}-{digits[8:]}"]
    if any(word.encode() in dump for word in written):
        return True
    return any(
        guess.hex().encode() in dump
        for word in written
        for key in keys
        for guess in (hmac.digest(key, word.encode(), "sha256"), hashlib.sha256(key + word.encode()).digest())
    )


def _key_material(config: Config) -> list[bytes]:
    with psycopg.connect(config.database_url) as admin:
        rows = admin.execute(
            "SELECT wrapped FROM vault.tenant_key UNION SELECT inner_pad FROM context.key "
            "UNION SELECT substr(wrapped, 14, 32) FROM vault.tenant_key"
        ).fetchall()
    return [bytes(row[0]) for row in rows]


def _openable(held: Held, sealed: tuple[bytes, ...]) -> int:
    """How many open with any participant's key that is left, by one who has the platform's key as well."""
    opened = 0
    with tenant_session(held.database, held.context) as session:
        vault = Vault(session)
        vault.fetch(held.people)
        for key in vault._person_keys.values():
            for person in held.people:
                for column, value in zip((NUMBER, NAME), sealed, strict=True):
                    try:
                        unseal(key, bytes(value), vault._place(column, person, None))
                    except UnreadableError:
                        continue
                    opened += 1
    return opened


def _sealed_of(held: Held, person: UUID) -> tuple[bytes, ...]:
    with psycopg.connect(held.config.database_url) as admin:
        row = admin.execute(
            "SELECT number_sealed, name_sealed FROM care.dumped WHERE id = %s", (person,)
        ).fetchone()
    assert row is not None
    return row


def _copied(config: Config) -> Iterator[bytes]:
    with psycopg.connect(config.database_url) as admin:
        tables = admin.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        for schema, table in tables:
            with admin.cursor().copy(
                sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(schema, table))
            ) as rows:
                yield from (bytes(part) for part in rows)


def _on_disk(config: Config, words: list[str]) -> set[str]:
    """Which words stand in what the server keeps for all databases: tables, write-ahead log, server log."""
    with psycopg.connect(config.database_url) as admin:
        row = admin.execute("SHOW data_directory").fetchone()
    assert row is not None
    kept = [path for root in (row[0], os.environ["FYRKLANG_TEST_DATA"]) for path in Path(root).rglob("*")]
    found: set[str] = set()
    for path in kept:
        if path.is_file():
            content = path.read_bytes()
            found |= {word for word in words if word.encode() in content}
    return found
