"""How many SQL statements an address costs. Transaction control and the context are not counted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import Engine, event


@contextmanager
def counted() -> Iterator[list[str]]:
    """Every statement that any engine of this process runs while the block lasts."""
    seen: list[str] = []

    def note(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def statements(app: Flask, path: str, cookie: str) -> int:
    """How many the address costs somebody whose session and pages are warm.

    Raises:
        RuntimeError: the address does not answer 200.
    """
    client = app.test_client(use_cookies=False)
    for _time in range(2):
        with counted() as seen:
            answer = client.get(path, headers={"Cookie": cookie})
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")
    return len(seen)
