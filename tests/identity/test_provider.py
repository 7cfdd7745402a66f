"""Copies of what issuers publish: kept, renewed, and asked for no more than they should be."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from threading import Thread

import pytest
from joserfc.jwk import RSAKey

from fyrklang.identity.issuers import Issuer
from fyrklang.identity.network import Deadline, Network
from fyrklang.identity.outcomes import LoginRefused, Reason
from fyrklang.identity.provider import KEPT_SECONDS, Provider
from fyrklang.identity.tokens import Expected, check_id_token
from tests.identity.hostile import Act, HostileIssuer, rsa_key
from tests.identity.support import free_port


class Ticker:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def own() -> Iterator[HostileIssuer]:
    with HostileIssuer("egen") as issuer:
        yield issuer


@pytest.fixture
def ticker() -> Ticker:
    return Ticker()


@pytest.fixture
def provider(own: HostileIssuer, ticker: Ticker) -> Provider:
    issuer = Issuer("egen", "Egen", own.url, "fyrklang", algorithms=("RS256",))
    return Provider(issuer, Network(), ticker)


def _check(provider: Provider, own: HostileIssuer, key: RSAKey | None = None) -> None:
    claims = {**own.claims(), "nonce": "n"}
    check_id_token(provider, own.signed(claims, key), Expected("n"), Deadline(5))


def _wait_for(own: HostileIssuer, path: str, calls: int) -> None:
    for _ in range(500):
        if own.calls.count(path) >= calls:
            return
        time.sleep(0.01)
    raise AssertionError(own.calls)


def test_documents_are_fetched_once(provider: Provider, own: HostileIssuer) -> None:
    for _ in range(5):
        _check(provider, own)
    assert own.calls == ["/.well-known/openid-configuration", "/jwks"]


def test_a_new_key_is_found_and_an_unknown_one_asked_for_once_a_minute(
    provider: Provider, own: HostileIssuer, ticker: Ticker
) -> None:
    _check(provider, own)
    own.key = rsa_key("rotated")
    _check(provider, own)
    assert own.calls.count("/jwks") == 2
    for _ in range(20):
        with pytest.raises(LoginRefused) as refused:
            _check(provider, own, rsa_key("foreign"))
        assert refused.value.reason is Reason.KEY
    assert own.calls.count("/jwks") == 2
    ticker.at += 61
    with pytest.raises(LoginRefused):
        _check(provider, own, rsa_key("foreign"))
    assert own.calls.count("/jwks") == 3


def test_an_old_copy_serves_while_a_new_one_is_fetched(
    provider: Provider, own: HostileIssuer, ticker: Ticker
) -> None:
    _check(provider, own)
    ticker.at += 601
    _check(provider, own)
    _wait_for(own, "/jwks", 2)


def test_the_last_good_copy_is_kept_a_day_when_the_issuer_talks_nonsense(
    provider: Provider, own: HostileIssuer, ticker: Ticker
) -> None:
    _check(provider, own)
    own.act = Act(keys=lambda document: document.update(keys=[]), metadata=lambda d: d.update(issuer="x"))
    ticker.at += 7200
    _check(provider, own)
    _wait_for(own, "/jwks", 2)
    _check(provider, own)
    ticker.at += KEPT_SECONDS
    with pytest.raises(LoginRefused) as refused:
        _check(provider, own)
    assert refused.value.reason is Reason.METADATA


def test_a_dead_issuer_is_left_alone_after_three_tries(ticker: Ticker) -> None:
    port = free_port()
    provider = Provider(Issuer("d", "D", f"http://127.0.0.1:{port}", "c"), Network(), ticker)
    reasons = []
    for _ in range(4):
        with pytest.raises(LoginRefused) as refused:
            provider.metadata(Deadline(5))
        reasons.append(refused.value.detail)
    assert reasons[3] == "circuit open"
    assert reasons[:3] == ["ConnectionError"] * 3
    ticker.at += 31
    with pytest.raises(LoginRefused) as refused:
        provider.metadata(Deadline(5))
    assert refused.value.detail == "ConnectionError"


@pytest.mark.parametrize(
    "drip", [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n"]
)
def test_a_server_that_never_finishes_cannot_hold_anyone(drip: bytes, ticker: Ticker) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        Thread(target=_dribble, args=(server, drip), daemon=True).start()
        port = server.getsockname()[1]
        provider = Provider(
            Issuer("d", "D", f"http://127.0.0.1:{port}", "c", timeout_ms=700), Network(), ticker
        )
        with pytest.raises(LoginRefused) as refused:
            provider.metadata(provider.deadline())
    assert refused.value.reason is Reason.UNREACHABLE


def _dribble(server: socket.socket, first: bytes) -> None:
    """Say a little, then a byte at a time so that no single read ever waits long."""
    try:
        connection, _ = server.accept()
        connection.recv(4096)
        connection.sendall(first)
        for _ in range(200):
            time.sleep(0.05)
            if first:
                connection.sendall(b" ")
    except OSError:
        return


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org",
        "http://127.0.0.1.example.org",
        "http://localhost.example.org",
        "http://127.0.0.1@example.org",
        "ftp://127.0.0.1",
        "https://",
        "//example.org",
        "",
    ],
)
def test_addresses_that_are_not_called(address: str, ticker: Ticker) -> None:
    provider = Provider(Issuer("d", "D", address, "c"), Network(), ticker)
    with pytest.raises(LoginRefused) as refused:
        provider.metadata(Deadline(5))
    assert refused.value.reason is Reason.METADATA
