"""Both engines together, for as long as a `with` block lasts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fyrklang.kernel.embedded.folder import DataFolder
from fyrklang.kernel.embedded.postgres import Postgres
from fyrklang.kernel.embedded.process import stop_leftovers
from fyrklang.kernel.embedded.valkey import Valkey


@dataclass(frozen=True)
class Servers:
    """Where the engines answer: the administrator's database address and Valkey's address."""

    database_url: str
    redis_url: str


@contextmanager
def servers(data_dir: Path, durable: bool = True) -> Iterator[Servers]:
    """Run PostgreSQL and Valkey with their files under `data_dir`, and stop them at the end.

    With `durable=False` nothing waits for the disk and everything outside `data_dir` is removed
    afterwards: right for tests, wrong for anything else.

    Raises:
        EmbeddedError: the folder is in use, or an engine cannot run here.
    """
    with DataFolder(data_dir, durable=durable).held() as folder:
        if folder.left_running:
            stop_leftovers(folder)
        postgres, valkey = Postgres(folder), Valkey(folder)
        try:
            postgres.start()
            valkey.start()
            yield Servers(postgres.url, valkey.url)
        finally:
            valkey.stop()
            postgres.stop()
