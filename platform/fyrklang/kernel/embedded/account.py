"""Which account the engines run as. PostgreSQL refuses root, so root must step down first."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from fyrklang.kernel.embedded.errors import EmbeddedError

_CANDIDATES = ("nobody", "daemon")
"""initdb asks the account database for its own name, so a bare number is not enough."""


@dataclass(frozen=True)
class Account:
    """An unprivileged account, by its numbers."""

    uid: int
    gid: int


def engine_account(folder: Path) -> Account | None:
    """The account to step down to, or None when this process is unprivileged already.

    A folder that somebody else than root already owns keeps its owner.

    Raises:
        EmbeddedError: root, and no unprivileged account exists.
    """
    if os.geteuid() != 0:
        return None
    if folder.exists() and folder.stat().st_uid != 0:
        found = folder.stat()
        return Account(found.st_uid, found.st_gid)
    for name in _CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise EmbeddedError(
        "Databasen kan inte köras som root, och kontot nobody saknas. Starta som en vanlig användare."
    )


def can_reach(path: Path, account: Account) -> bool:
    """Whether `account` may step through every folder from the root down to and including `path`."""
    resolved = path.resolve()
    return all(_may_enter(folder.stat(), account) for folder in (resolved, *resolved.parents))


def _may_enter(found: os.stat_result, account: Account) -> bool:
    if found.st_uid == account.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == account.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def give(path: Path, account: Account | None) -> None:
    """Hand a folder or file over to the account."""
    if account is not None:
        os.chown(path, account.uid, account.gid)


def reachable_copy(package: Path, version: str, account: Account | None, store: Path) -> Path:
    """An installed package's folder itself when the account can reach it, else a copy under `store`.

    The shared libraries that wheels keep in a folder beside the package come along.
    """
    if account is None or can_reach(package, account):
        return package
    target = store / f"{package.name}-{version}"
    if not target.exists():
        store.mkdir(mode=0o755, parents=True, exist_ok=True)
        partial = store / f"{target.name}.{os.getpid()}"
        shutil.rmtree(partial, ignore_errors=True)
        for part in (package, package.with_name(f"{package.name}.libs")):
            if part.exists():
                shutil.copytree(part, partial / part.name, symlinks=True)
        _open_for_reading(partial)
        _move_unless_there(partial, target)
    return target / package.name


def _open_for_reading(tree: Path) -> None:
    for folder, _names, files in os.walk(tree):
        Path(folder).chmod(0o755)
        for name in files:
            path = Path(folder) / name
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | 0o444 | ((path.stat().st_mode & 0o100) and 0o111))


def _move_unless_there(partial: Path, target: Path) -> None:
    try:
        partial.rename(target)
    except OSError:
        # Another start finished the same copy first.
        shutil.rmtree(partial, ignore_errors=True)
        if not target.exists():
            raise
