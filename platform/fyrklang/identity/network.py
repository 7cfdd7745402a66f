"""Outgoing calls to issuers: bounded in time, size and place, and one slow issuer cannot use up the rest.

Every call runs in a thread of its own behind a small number of slots per host. The caller waits no longer
than its deadline, also when a server drips bytes so slowly that no single read ever times out. Slots are
fewer than the threads that serve pages, and nobody waits for one at a host whose calls are stuck: however
many turn to an issuer that hangs, there are threads left for everybody else.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from queue import Empty, Queue
from threading import Condition, Lock, Thread
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit

import requests
from authlib.integrations.requests_client import OAuth2Session
from urllib3.exceptions import HTTPError

from fyrklang.identity.outcomes import LoginRefused, Reason
from fyrklang.kernel.outgoing import WalledAdapter

MAX_BYTES = 256 * 1024
SLOTS_PER_HOST = 4
"""Half the threads of a web process (`kernel.web_server`)."""
WAIT_SECONDS = 0.5
STUCK_SECONDS = 1.0
"""A call that has gone on for so long will hardly end soon."""
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

T = TypeVar("T")


class Deadline:
    """One moment that all calls of a login share."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = clock() + seconds

    def left(self) -> float:
        """Seconds left.

        Raises:
            LoginRefused: none are.
        """
        left = self._end - self._clock()
        if left <= 0:
            raise LoginRefused(Reason.UNREACHABLE, "deadline passed")
        return left


def check_address(url: str, *, loopback: bool) -> str:
    """The address, if we may call it: https anywhere, plain http only to this machine when `loopback`.

    Raises:
        LoginRefused: the address is of another kind.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        raise LoginRefused(Reason.METADATA, "address cannot be read") from None
    if parts.username or parts.password or parts.fragment or not host:
        raise LoginRefused(Reason.METADATA, "address with user, password or fragment")
    plain_here = loopback and parts.scheme == "http" and host in LOOPBACK
    if parts.scheme != "https" and not plain_here:
        raise LoginRefused(Reason.METADATA, f"address must be https: {parts.scheme}://{host}")
    return url


class Busy(LoginRefused):
    """We make as many calls there as we want to; it says nothing of the host's health."""


class Slots:
    """The calls that go on at one host, by when they began."""

    def __init__(self) -> None:
        self._begun: list[float] = []
        self._changed = Condition()

    def take(self, deadline: Deadline) -> float:
        """A slot, to be given back; waits for one a moment, if the calls there seem to end.

        Raises:
            Busy: none is free.
        """
        with self._changed:
            patience = min(WAIT_SECONDS, deadline.left())
            if not self._changed.wait_for(lambda: self._free or self._stuck, patience) or not self._free:
                raise Busy(Reason.UNREACHABLE, "all slots busy")
            self._begun.append(time.monotonic())
            return self._begun[-1]

    def give_back(self, slot: float) -> None:
        """Let somebody else have it."""
        with self._changed:
            self._begun.remove(slot)
            self._changed.notify()

    @property
    def _free(self) -> bool:
        return len(self._begun) < SLOTS_PER_HOST

    @property
    def _stuck(self) -> bool:
        return time.monotonic() - self._begun[0] > STUCK_SECONDS


class Network:
    """Runs calls in slots counted per host."""

    def __init__(self) -> None:
        self._slots: dict[str, Slots] = {}
        self._lock = Lock()

    def run(self, url: str, work: Callable[[], T], deadline: Deadline) -> T:
        """What `work` returns, or its error, within the deadline.

        Raises:
            LoginRefused: no slot was free or the answer came too late.
        """
        slots = self._slots_of(urlsplit(url).netloc)
        slot = slots.take(deadline)
        answers: Queue[tuple[T | None, BaseException | None]] = Queue(1)

        def body() -> None:
            try:
                answers.put((work(), None))
            except BaseException as error:  # noqa: BLE001 - handed to the waiting thread
                answers.put((None, error))
            finally:
                slots.give_back(slot)

        Thread(target=body, name="issuer-call", daemon=True).start()
        try:
            value, error = answers.get(timeout=deadline.left())
        except Empty:
            raise LoginRefused(Reason.UNREACHABLE, "no answer in time") from None
        if error is not None:
            raise error
        return value  # type: ignore[return-value]

    def _slots_of(self, host: str) -> Slots:
        with self._lock:
            return self._slots.setdefault(host, Slots())


class BoundedSession(OAuth2Session):  # type: ignore[misc]
    """Authlib's session with our bounds around every request it makes."""

    def __init__(
        self, network: Network, deadline: Deadline, issuer: str, *, loopback: bool, **client: Any
    ) -> None:
        super().__init__(**client)
        # The operator chose the issuer's own host, which may be on a closed network; what it points at may not.
        wall = WalledAdapter(
            frozenset({urlsplit(issuer).hostname or ""}) | (LOOPBACK if loopback else frozenset())
        )
        self.mount("https://", wall)
        self.mount("http://", wall)
        self._network = network
        self._deadline = deadline
        self._loopback = loopback

    def request(self, method: str, url: str, **kwargs: Any) -> requests.Response:
        """One request without redirects, its body read up to `MAX_BYTES`.

        Raises:
            LoginRefused: no answer in time, or one that is too large or a redirect.
        """
        check_address(url, loopback=self._loopback)
        # Proxies are for the world outside; a call to this machine must not leave it.
        self.trust_env = urlsplit(url).scheme == "https"
        try:
            return self._network.run(url, lambda: self._bounded(method, url, **kwargs), self._deadline)
        except (requests.RequestException, HTTPError, OSError) as error:
            raise LoginRefused(Reason.UNREACHABLE, type(error).__name__) from None

    def _bounded(self, method: str, url: str, **kwargs: Any) -> requests.Response:
        left = self._deadline.left()
        kwargs |= {"allow_redirects": False, "stream": True, "timeout": (left, left)}
        kwargs["headers"] = {"Accept-Encoding": "identity", **kwargs.get("headers", {})}
        with self, super().request(method, url, **kwargs) as response:
            if response.is_redirect:
                raise LoginRefused(Reason.RESPONSE, "redirect")
            if response.headers.get("Content-Encoding", "identity") != "identity":
                # What unpacks to more than it weighs would slip past the size bound.
                raise LoginRefused(Reason.RESPONSE, "packed answer")
            response._content = self._read(response)
            response._content_consumed = True
            return response  # type: ignore[no-any-return]

    def _read(self, response: requests.Response) -> bytes:
        body = bytearray()
        while chunk := response.raw.read1(65_536):
            body += chunk
            if len(body) > MAX_BYTES:
                raise LoginRefused(Reason.RESPONSE, "answer too large")
            self._deadline.left()
        return bytes(body)


def read_json(text: bytes | str) -> dict[str, Any]:
    """A JSON object, read strictly: a name given twice or a number that is none is refused.

    Raises:
        ValueError: the text is not such an object.
    """
    value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 - bad text, not a bad call
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is given twice")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
