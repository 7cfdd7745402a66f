"""The load: a fixed number of requests over a few kept connections, all on this machine.

One thread without blocking calls, so that little of the machine is spent on asking. Bounded in number and
in time, and a single answer other than the expected one ends the measurement: a fast error is no figure.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice

CONNECTIONS = 8
PATIENCE = 60.0
_CHUNK = 262_144


class UnexpectedAnswerError(RuntimeError):
    """A server answered with another status than the one measured."""


@dataclass(frozen=True)
class Driven:
    """How many requests were answered, and in how many seconds."""

    count: int
    seconds: float


def request_bytes(path: str, headers: dict[str, str]) -> bytes:
    """A GET request as it goes over the wire."""
    lines = [
        f"GET {path} HTTP/1.1",
        "Host: 127.0.0.1",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def drive(port: int, requests: Sequence[bytes], count: int, status: int = 200) -> Driven:
    """Send `count` requests, those given in turn, and wait for every answer.

    Raises:
        UnexpectedAnswerError: an answer had another status.
        TimeoutError: not all were answered in time.
    """
    waiting = islice(cycle(requests), count)
    answered = 0
    began = time.monotonic()
    with selectors.DefaultSelector() as selector:
        for first in islice(waiting, CONNECTIONS):
            line = _Line(port, status)
            line.ask(first)
            selector.register(line.socket, selectors.EVENT_READ, line)
        while selector.get_map():
            if time.monotonic() - began > PATIENCE:
                raise TimeoutError(f"{answered} of {count} answered")
            for key, _events in selector.select(timeout=1):
                answered += _hear(selector, key.data, waiting)
    return Driven(answered, time.monotonic() - began)


def _hear(selector: selectors.BaseSelector, line: _Line, waiting: Iterator[bytes]) -> int:
    """Take in what has come; ask for the next when the answer is whole. Returns 1 for a whole answer."""
    if not line.hear():
        return 0
    following = next(waiting, None)
    if following is None:
        selector.unregister(line.socket)
        line.socket.close()
    else:
        line.ask(following)
    return 1


class _Line:
    """One kept connection."""

    def __init__(self, port: int, status: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._expected = f"HTTP/1.1 {status} ".encode()
        self._asked = ""
        self._heard = b""

    def ask(self, request: bytes) -> None:
        """Send a request; the answer to the last one has been heard out."""
        self._asked = request.split(b"\r\n", 1)[0].decode()
        self._heard = b""
        self.socket.sendall(request)

    def hear(self) -> bool:
        """Read what is there; whether the answer is now whole."""
        self._heard += self.socket.recv(_CHUNK)
        head, found, body = self._heard.partition(b"\r\n\r\n")
        if not found:
            if not self._heard:
                raise UnexpectedAnswerError("the connection was closed")
            return False
        if not head.startswith(self._expected):
            raise UnexpectedAnswerError(f"{self._asked} got {self._heard[:400].decode(errors='replace')}")
        return len(body) >= _length(head)


def _length(head: bytes) -> int:
    _before, found, after = head.lower().partition(b"\r\ncontent-length:")
    return int(after.split(b"\r\n", 1)[0]) if found else 0
