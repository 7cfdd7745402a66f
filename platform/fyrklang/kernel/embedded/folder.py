"""The data folder: who holds it, its secrets, and where the engines keep their files."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from fyrklang.kernel.embedded.account import Account, can_reach, engine_account, give
from fyrklang.kernel.embedded.errors import EmbeddedError

ROOT_STORE = Path("/var/lib/fyrklang")
"""Where root puts what an unprivileged account must reach when the data folder lies behind a closed door."""

_RUNNING = "running.json"
_KEPT_LOG_BYTES = 10_000_000
_LOCK_PATIENCE = 0.2


class DataFolder:
    """One installation's folder, held by one process at a time.

    Attributes:
        path: the folder, absolute.
        durable: False for throwaway folders, whose engines skip every wait for the disk.
        left_running: the last holder did not say goodbye, so its processes may remain.
        account: whom the engines run as, None for this very user.
    """

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        self.path = path.resolve()
        self.durable = durable
        self.left_running = False
        self.account: Account | None = None
        self._engines: Path | None = None

    @property
    def logs(self) -> Path:
        """Where every process writes its log."""
        return self.path / "log"

    @property
    def engines(self) -> Path:
        """Where the engines keep their files; reachable by their account."""
        if self._engines is None:
            self._engines = self._settle()
        return self._engines

    @property
    def store(self) -> Path:
        """Where copies of engines that their account cannot reach are kept."""
        return ROOT_STORE if self.durable else Path(tempfile.gettempdir()) / "fyrklang-engines"

    @contextmanager
    def held(self) -> Iterator[DataFolder]:
        """Hold the folder alone.

        Raises:
            EmbeddedError: another process holds it, or it cannot be written.
        """
        self._make()
        with self._lock_file() as lock:
            self._take(lock.fileno())
            lock.seek(0)
            self.left_running = bool(lock.read().strip())
            lock.truncate(0)
            lock.write(f"{os.getpid()}\n")
            lock.flush()
            try:
                yield self
                # Not on an exception: then the mark stands, and the next start looks for leftovers.
                lock.truncate(0)
            finally:
                self.forget_running()
                if not self.durable:
                    self._discard()

    def secret(self, name: str) -> str:
        """A random secret made once and kept in a file only this user can read (64 hex digits)."""
        path = self.path / name
        with suppress(FileNotFoundError):
            return path.read_text(encoding="ascii").strip()
        self._write_private(path, secrets.token_hex(32))
        return path.read_text(encoding="ascii").strip()

    def log(self, name: str) -> Path:
        """The log file of a process, begun anew when it has grown large."""
        self.logs.mkdir(mode=0o700, exist_ok=True)
        path = self.logs / f"{name}.log"
        if path.exists() and path.stat().st_size > _KEPT_LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        return path

    def note_running(self, settings: Mapping[str, str]) -> None:
        """Let other commands find the engines for as long as they run."""
        self._write_private(self.path / _RUNNING, json.dumps(dict(settings)))

    def forget_running(self) -> None:
        """Take back what `note_running` said."""
        (self.path / _RUNNING).unlink(missing_ok=True)

    def running(self) -> dict[str, str] | None:
        """The settings of what runs from this folder now, or None."""
        try:
            with (self.path / "lock").open("rb") as lock:
                fcntl.flock(lock.fileno(), fcntl.LOCK_SH | fcntl.LOCK_NB)
                return None
        except (FileNotFoundError, PermissionError):
            return None
        except BlockingIOError:
            pass
        try:
            found: dict[str, str] = json.loads((self.path / _RUNNING).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return found

    def remember(self, name: str, value: Any) -> None:
        """Keep a small JSON value for the next start."""
        self._write_private(self.path / f"{name}.json", json.dumps(value, indent=1))

    def recall(self, name: str) -> Any:
        """What `remember` kept, or None when there is none or it cannot be read."""
        try:
            return json.loads((self.path / f"{name}.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None

    def _make(self) -> None:
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.account = engine_account(self.path / "engines" / "postgres")
            # Root's engines run as another account, which must pass through but not look around.
            if self.path.stat().st_uid == os.geteuid():
                self.path.chmod(0o711 if self.account else 0o700)
        except OSError as error:
            raise self._unusable(error) from error

    def _lock_file(self) -> IO[str]:
        try:
            return (self.path / "lock").open("a+", encoding="utf-8")
        except OSError as error:
            raise self._unusable(error) from error

    def _unusable(self, error: OSError) -> EmbeddedError:
        return EmbeddedError(
            f"Mappen {self.path} går inte att använda ({error.strerror}). "
            "Välj en annan med FYRKLANG_DATA_DIR."
        )

    def _take(self, descriptor: int) -> None:
        if _lock_within(descriptor, _LOCK_PATIENCE):
            return
        holder = (self.path / "lock").read_text(encoding="utf-8").strip() or "okänd"
        raise EmbeddedError(
            f"Fyrklang körs redan från mappen {self.path} (process {holder}). "
            "Stoppa den först eller välj en annan mapp med FYRKLANG_DATA_DIR."
        )

    def _settle(self) -> Path:
        inside = self.path / "engines"
        if not inside.exists() and not inside.is_symlink():
            self._place(inside)
        if not inside.exists():
            raise EmbeddedError(
                f"Databasens filer saknas: {inside} pekar på {inside.readlink()}, som inte finns. "
                "Lägg tillbaka dem, eller ta bort hela datamappen för att börja om."
            )
        return inside.resolve()

    def _place(self, inside: Path) -> None:
        if self.account is None or can_reach(self.path, self.account):
            inside.mkdir(mode=0o711)
            return
        elsewhere = self._outside()
        inside.symlink_to(elsewhere)

    def _outside(self) -> Path:
        if not self.durable:
            outside = Path(tempfile.mkdtemp(prefix="fyrklang-"))
        else:
            # A random name: a folder left by an earlier installation is never taken for this one's.
            outside = ROOT_STORE / secrets.token_hex(6)
            outside.mkdir(mode=0o711, parents=True)
        outside.chmod(0o711)
        return outside

    def _discard(self) -> None:
        inside = self.path / "engines"
        if inside.is_symlink():
            shutil.rmtree(inside.resolve(), ignore_errors=True)
            inside.unlink()

    @staticmethod
    def _write_private(path: Path, text: str) -> None:
        partial = path.with_name(f"{path.name}.{os.getpid()}")
        partial.unlink(missing_ok=True)
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)


def _lock_within(descriptor: int, seconds: float) -> bool:
    """Take the lock, waiting out a command that only looked whether somebody holds it."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        else:
            return True


def engine_folder(folder: DataFolder, name: str) -> Path:
    """The named engine's own folder, made and handed over to its account when missing."""
    path = folder.engines / name
    if not path.exists():
        path.mkdir(mode=0o700)
        give(path, folder.account)
    return path
