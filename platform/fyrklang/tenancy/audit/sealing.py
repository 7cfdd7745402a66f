"""Seal every chain: take the heads, sign them, keep the seal in the database and outside it.

The role that does this reads no event. It learns from one function where each chain ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from fyrklang.kernel import clock
from fyrklang.kernel.audit.chain import GENESIS
from fyrklang.kernel.audit.copies import Copies
from fyrklang.kernel.audit.seals import Leaf, Seal, Signer, WentBackError, leaves_from_plain, leaves_to_plain
from fyrklang.kernel.db import Database

_LOCK = text("SELECT pg_advisory_xact_lock(4716008)")
_HEADS = text("SELECT * FROM audit.heads()")
_SEALS = text("SELECT * FROM audit.anchor WHERE number > :after ORDER BY number")
_LAST = text("SELECT * FROM audit.anchor ORDER BY number DESC LIMIT 1")
_KEEP = text(
    "INSERT INTO audit.anchor (number, at, previous, root, tenants, events, key_id, signature, leaves) "
    "VALUES (:number, :at, :previous, :root, :tenants, :events, :key_id, :signature, :leaves)"
).bindparams(bindparam("leaves", type_=JSONB))


def seal(database: Database) -> Seal:
    """Make the next seal.

    Raises:
        WentBackError: a chain, or the row of seals itself, is shorter than it was; nothing is sealed then.
        ValueError: the copy outside the database has been tampered with.
    """
    copies = Copies(database.config.data_dir)
    with database.engine("audit_writer").begin() as connection:
        connection.execute(_LOCK)
        row = connection.execute(_LAST).one_or_none()
        last = seal_of(row) if row is not None else None
        if copies.last_number() > (last.number if last else 0):
            raise WentBackError("förseglingar saknas i databasen")
        made = Signer.of(database.config).seal(_leaves(connection), last, clock.now())
        connection.execute(_KEEP, _row(made))
    _copy(database, copies)
    return made


def seal_of(row: Any) -> Seal:
    """A row of `audit.anchor` as a seal."""
    return Seal(
        number=row.number,
        at=row.at,
        previous=bytes(row.previous),
        root=bytes(row.root),
        tenants=row.tenants,
        events=row.events,
        key_id=row.key_id,
        signature=bytes(row.signature),
        leaves=leaves_from_plain(row.leaves),
    )


def _copy(database: Database, copies: Copies) -> None:
    """Bring the copy outside up to date: the new seal, and any that a crash kept from it."""
    with database.engine("audit_writer").connect() as connection:
        rows = connection.execute(_SEALS, {"after": copies.last_number()})
        copies.add(seal_of(row) for row in rows)


def _leaves(connection: Connection) -> Iterator[Leaf]:
    for row in connection.execute(_HEADS):
        found = bytes(row.hash) if row.hash is not None else GENESIS
        yield Leaf(row.tenant_id, row.seq, found, row.chain_id, row.synthetic)


def _row(made: Seal) -> dict[str, Any]:
    return {
        "number": made.number,
        "at": made.at,
        "previous": made.previous,
        "root": made.root,
        "tenants": made.tenants,
        "events": made.events,
        "key_id": made.key_id,
        "signature": made.signature,
        "leaves": leaves_to_plain(made.leaves),
    }
