"""Compare the files with the database, lay them in, and write them out again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from fyrklang.kernel.config import Config
from fyrklang.tenancy.registry import read, store
from fyrklang.tenancy.registry.faults import Fault, RegistryError
from fyrklang.tenancy.registry.records import Registry
from fyrklang.tenancy.registry.rows import KEYS, Rows, registry_of, rows_of
from fyrklang.tenancy.registry.wording import ADD, CHANGE, REMOVE, Change, RowChange, tell
from fyrklang.tenancy.registry.write import (
    ASSOCIATIONS_FOLDER,
    association_file,
    content_hash,
    write_folder,
)

Progress = Callable[[int, int], object]
"""Called with rows done and rows in all."""


def is_applied(config: Config, registry: Registry) -> bool:
    """Whether exactly this register was the last one laid in. One look-up; does not compare rows."""
    with store.registry_connection(config) as connection:
        return store.stored_hash(connection) == content_hash(registry)


def plan(config: Config, registry: Registry) -> list[Change]:
    """What `apply` would do, by förbund, kommun, region and organisation; empty when nothing.

    Raises:
        RegistryError: a slug is taken by an invented förbund.
    """
    with store.registry_connection(config) as connection:
        changes, actual, desired = _compare(connection, registry)
    return tell(changes, actual, desired)


def apply(config: Config, registry: Registry, progress: Progress | None = None) -> int:
    """Make the database say what the files say, in one transaction; returns how many things changed.

    Raises:
        RegistryError: something to be taken away is still in use, or a slug is taken. Nothing is saved.
    """
    with store.registry_connection(config, write=True) as connection:
        changes, actual, desired = _compare(connection, registry)
        _write(connection, changes, progress)
        store.store_hash(connection, content_hash(registry))
    read.forget()
    return len(tell(changes, actual, desired))


def export(config: Config, folder: Path) -> tuple[list[Path], list[Path]]:
    """Write the database's register as files.

    Returns the files whose bytes changed, and those in the folder that the database knows nothing of;
    these are left, since they may be new work not yet laid in.

    Raises:
        RegistryError: the database holds no register.
    """
    with store.registry_connection(config) as connection:
        registry = registry_of(store.read_rows(connection))
    if not registry.associations:
        text = "Databasen har inget register att skriva ut. Kör fyrklang tenants apply först."
        raise RegistryError([Fault(str(folder), "", text)])
    written = write_folder(registry, folder)
    known = {association_file(slug) for slug in registry.associations}
    found = sorted((folder / ASSOCIATIONS_FOLDER).glob("*.toml"))
    return written, [path for path in found if f"{ASSOCIATIONS_FOLDER}/{path.name}" not in known]


def _compare(connection: Connection, registry: Registry) -> tuple[list[RowChange], Rows, Rows]:
    taken = sorted(store.taken_slugs(connection) & registry.associations.keys())
    if taken:
        text = "Kortnamnet används redan av ett påhittat förbund i databasen."
        raise RegistryError([Fault(association_file(slug), "slug", text) for slug in taken])
    actual, desired = store.read_rows(connection), rows_of(registry)
    own = store.own_members(connection)
    desired["member"] = {
        key: row
        for key, row in desired["member"].items()
        if not own & {key, (row["tenant_id"], row["organisation_id"], row["valid_from"])}
    }
    return list(_differences(actual, desired)), actual, desired


def _differences(actual: Rows, desired: Rows) -> Iterator[RowChange]:
    for table in KEYS:
        before, after = actual[table], desired[table]
        for key in {**after, **before}:
            if before.get(key) != after.get(key):
                yield RowChange(table, before.get(key), after.get(key))


def _write(connection: Connection, changes: list[RowChange], progress: Progress | None) -> None:
    say = progress or (lambda _done, _total: None)
    done = 0
    for table in reversed(list(KEYS)):
        removed = [item for item in changes if item.table == table and item.action == REMOVE]
        for item in removed:
            _remove(connection, item)
        done += len(removed)
        say(done, len(changes))
    for table in KEYS:
        changed = [item for item in changes if item.table == table and item.action == CHANGE]
        for item in sorted(changed, key=_without_collision):
            store.update_row(connection, table, item.row)
        added = [item.row for item in changes if item.table == table and item.action == ADD]
        if added:
            store.insert_rows(connection, table, added)
        done += len(changed) + len(added)
        say(done, len(changes))


def _without_collision(change: RowChange) -> tuple[int, int]:
    """Members moved back in time go first, earliest first; then those moved on, latest first.

    Two spans of one organisation thus never begin on the same day on the way.
    """
    before, after = ((row or {}).get("valid_from") or date.min for row in (change.before, change.after))
    return (0, after.toordinal()) if after <= before else (1, -after.toordinal())


def _remove(connection: Connection, change: RowChange) -> None:
    try:
        store.delete_row(connection, change.table, change.row)
    except IntegrityError as error:
        what = change.row.get("name") or change.row.get("slug") or "En rad"
        text = (
            f"{what} kan inte tas bort ur databasen, eftersom det finns uppgifter som hör dit. "
            "Låt filen ligga kvar och ändra status i stället."
        )
        raise RegistryError([Fault(_file_of(change), "", text)]) from error


def _file_of(change: RowChange) -> str:
    if change.table == "tenant":
        return association_file(change.row["slug"])
    return f"registers ({change.table})"
