"""What somebody has who took the database and nothing else, and what is left of a participant who is forgotten.

The people are participants as casework keeps them, with a note and a file each. The dump is every table by COPY as the
one who owns the server. The attacker also knows every number there is to know: for each he tries what an unkeyed or
wrongly keyed index would have given.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import delete

from fyrklang.kernel.config import Config
from fyrklang.kernel.crypto import UnreadableError, unseal
from fyrklang.kernel.db import Database
from fyrklang.modules.casework import identity
from fyrklang.modules.casework.attachments.models import Attachment
from fyrklang.modules.casework.attachments.service import CONTENT
from fyrklang.modules.casework.attachments.service import NAME as FILE_NAME
from fyrklang.modules.casework.models import Note, Participant, Stay
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.session import TenantSession, tenant_session
from fyrklang.tenancy.vault import Vault
from tests.conftest import Addresses, clone
from tests.isolation.seeds import SEEDS, insertion
from tests.modules.casework.walk import TODAY
from tests.people import make_forbund
from tests.tenancy.vault.numbers import numbers

COUNT = 60
NUMBER, NAME = "care.participant.number", "care.participant.name"


@dataclass(frozen=True)
class Who:
    """Somebody invented: what is known of them, and every word in it that nobody else has."""

    digits: str
    name: str
    contact: str

    @property
    def note(self) -> str:
        """What somebody wrote about them."""
        return f"Trivs i verkstan nr {self.contact[1:4]}"

    def words(self) -> list[str]:
        """Every way their number and name could stand written, and their contact."""
        digits = self.digits
        written = [digits, digits[2:], f"{digits[2:8]}-{digits[8:]}", f"{digits[:8]}-{digits[8:]}"]
        return [*written, self.name, *self.name.split(), self.contact]


@dataclass(frozen=True)
class Held:
    """A förbund's database of its own with people in it."""

    config: Config
    database: Database
    people: dict[UUID, Who]
    context: TenantContext

    def dump(self) -> bytes:
        """Every table of every schema, as bytes; sealed values both as they are and as hex."""
        return b"\n".join(_copied(self.config))


@pytest.fixture(scope="module")
def held(addresses: Addresses, config: Config, worker_id: str) -> Iterator[Held]:
    """One for all tests here: each forgets somebody of its own, and none changes the others."""
    name = f"dump_{worker_id}"
    own_config = replace(config, database_url=clone(addresses.database_url, name))
    database, forbund, insats = Database(own_config), make_forbund(own_config), uuid4()
    values = {**SEEDS["office.intervention"]("Team Prov", {}, uuid4()), "tenant_id": forbund.id, "id": insats}
    with psycopg.connect(own_config.database_url) as admin:
        admin.execute(insertion("office.intervention", values), values)
    context = replace(forbund.context, actor_id=uuid4(), party="FK", interventions=(insats,))
    people = {
        uuid4(): Who(digits, f"Kanarie{n:03}x Fågelsson{n:03}x", f"k{n:03}x@exempel.test")
        for n, digits in enumerate(numbers(COUNT))
    }
    with tenant_session(database, context) as session:
        for number, (person_id, who) in enumerate(people.items()):
            _lay(session, person_id, who, f"K-{number}")
    yield Held(own_config, database, people, context)
    database.dispose()
    with psycopg.connect(addresses.database_url, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _lay(session: TenantSession, person_id: UUID, who: Who, code: str) -> None:
    """A participant as the feature keeps one: identity sealed by it, a stay, a note and a file."""
    shared = {"intervention_id": session.context.interventions[0], "owner_party": "FK"}
    person = Participant(**shared, id=person_id, code=code, sex="K")
    session.add(person)
    session.flush()
    identity._keep_in(session, person, {"name": who.name, "number": who.digits, "contact": who.contact})
    stay = Stay(**shared, participant_id=person_id, started_on=TODAY, sex="K")
    session.add(stay)
    session.flush()
    about = {**shared, "participant_id": person_id, "stay_id": stay.id}
    actor = session.context.actor_id
    session.add(
        Note(
            **about, kind="CONTACT", happened_on=TODAY, body=who.note, written_by=actor, writer_name="Prova",
            changed_at=datetime.now(UTC), version=1,
        )
    )  # fmt: skip
    vault, file_id = Vault(session), uuid4()
    session.add(
        Attachment(
            **about, id=file_id, kind="CV", mimetype="application/pdf", size=1,
            name_sealed=vault.seal(person_id, FILE_NAME, f"{who.name}.pdf", file_id),
            content_sealed=vault.seal_bytes(person_id, CONTENT, f"Cv för {who.name}, {who.digits}".encode(), file_id),
        )
    )  # fmt: skip
    session.flush()


def test_a_dump_alone_gives_nobody(held: Held, record_property: Callable[[str, object], None]) -> None:
    dump = held.dump()
    recovered = _recovered(dump, held)
    assert recovered == set()
    record_property("personnummer recovered from a dump", f"{len(recovered)} of {len(held.people)}")
    named = [
        who
        for who in held.people.values()
        for word in (*who.name.split(), who.contact)
        if word.encode() in dump
    ]
    assert named == []


def test_the_attack_finds_what_is_not_protected(held: Held) -> None:
    first, second = list(held.people.values())[-2:]
    with psycopg.connect(held.config.database_url) as admin:
        admin.execute("CREATE TABLE office.careless (a text, b bytea)")
        admin.execute(
            "INSERT INTO office.careless VALUES (%s, %s)",
            (f"{first.digits[:8]}-{first.digits[8:]}", hashlib.sha256(second.digits.encode()).digest()),
        )
    recovered = _recovered(held.dump(), held)
    with psycopg.connect(held.config.database_url) as admin:
        admin.execute("DROP TABLE office.careless")
    assert recovered == {first.digits, second.digits}


def test_without_the_key_no_byte_is_left_even_where_the_row_is(held: Held) -> None:
    gone, kept, *_others = held.people
    who = held.people[gone]
    with tenant_session(held.database, held.context) as session:
        Vault(session).shred(gone)
    with psycopg.connect(held.config.database_url, autocommit=True) as admin:
        admin.execute("CREATE TABLE office.seen (word text)")
        admin.execute("INSERT INTO office.seen VALUES ('synlig-kanariefagel')")
        admin.execute("CHECKPOINT")
    dump = held.dump()
    assert [word for word in who.words() if word.encode() in dump] == []
    assert _on_disk(held.config, [*who.words(), "synlig-kanariefagel"]) == {"synlig-kanariefagel"}
    assert _openable(held, _sealed_of(held, gone)) == 0
    assert _openable(held, _sealed_of(held, kept)) == 2


def test_of_a_forgotten_participant_nothing_stands_in_any_column(held: Held) -> None:
    """Key and rows go in one: the notes, which are no secret to their readers, with the participant."""
    _first, _second, gone, kept, *_others = held.people
    sealed = _sealed_of(held, gone)
    assert held.people[gone].note.encode() in held.dump()
    with tenant_session(held.database, held.context) as session:
        Vault(session).shred(gone)
        session.execute(delete(Participant).where(Participant.id == gone))
    dump = held.dump()
    words = [*held.people[gone].words(), held.people[gone].note]
    sought = [
        form
        for word in words
        for form in (word.encode(), word.encode().hex().encode(), word.upper().encode())
    ]
    assert [form for form in sought if form in dump] == []
    assert [value for value in sealed if value.hex().encode() in dump] == []
    assert _openable(held, sealed) == 0
    where = [line for line in dump.splitlines() if str(gone).encode() in line]
    assert len(where) == 1, "only the tombstone of the key names the participant, by id"
    assert held.people[kept].note.encode() in dump


def _recovered(dump: bytes, held: Held) -> set[str]:
    keys = [b"", *_key_material(held.config)]
    return {who.digits for who in held.people.values() if _stands(who.digits, dump, keys)}


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
            "SELECT number_sealed, name_sealed FROM care.participant WHERE id = %s", (person,)
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
