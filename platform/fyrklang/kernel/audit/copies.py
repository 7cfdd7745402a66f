"""The copy of the seals outside the database: one JSON line each, in the data folder, only ever added to.

Whoever can rewrite the database cannot with the same hand rewrite this file; move it, or ship it to a log
server, to make that true of more hands.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from fyrklang.kernel.audit.seals import Seal, from_plain, to_plain

FILE = Path("audit") / "seals.jsonl"
_BLOCK = 65_536


class Copies:
    """The file of one installation."""

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir / FILE

    @classmethod
    def at(cls, path: Path) -> Copies:
        """A file kept somewhere else."""
        made = cls(path.parent)
        made.path = path
        return made

    def read(self, up_to: int | None = None) -> Iterator[Seal]:
        """Every seal in the order it was written; a last line cut by a crash is passed by.

        `up_to` leaves out those with a higher number.

        Raises:
            ValueError: a line is no seal, so somebody has been at the file.
        """
        if not self.path.exists():
            return
        with self.path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if not line.endswith("\n"):
                    return
                seal = _parsed(line, number)
                if up_to is None or seal.number <= up_to:
                    yield seal

    def last_number(self) -> int:
        """The number of the last seal, 0 when there is none.

        Raises:
            ValueError: the last line is no seal.
        """
        line = self._last_line()
        return _parsed(line, 0).number if line else 0

    def add(self, seals: Iterable[Seal]) -> None:
        """Write seals at the end and wait until the disk has them."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(handle, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            known = self.last_number()
            file.truncate(self._whole_length())
            file.seek(0, os.SEEK_END)
            for seal in seals:
                if seal.number > known:
                    file.write(json.dumps(to_plain(seal), separators=(",", ":")).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def _last_line(self) -> str:
        end = self._whole_length()
        if not end:
            return ""
        with self.path.open("rb") as file:
            start = _line_start(file, end - 1)
            file.seek(start)
            return file.read(end - start).decode()

    def _whole_length(self) -> int:
        """Bytes up to and with the last line's end."""
        if not self.path.exists():
            return 0
        with self.path.open("rb") as file:
            return _line_start(file, file.seek(0, os.SEEK_END))


def _line_start(file: IO[bytes], end: int) -> int:
    """Where the line begins that holds the byte before `end`; with `end` after a line's end, `end` itself."""
    while end > 0:
        start = max(0, end - _BLOCK)
        file.seek(start)
        found = file.read(end - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


def _parsed(line: str, number: int) -> Seal:
    try:
        return from_plain(json.loads(line))
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"rad {number} är ingen försegling") from error
