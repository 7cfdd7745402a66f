"""No call that leaves the platform reaches an address of the inside, however it is written."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterator

import pytest
import requests

from fyrklang.kernel.outgoing import InnerAddressError, WalledAdapter, is_outer, look_up

NETWORKS = (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",
    "240.0.0.0/4", "255.255.255.255/32",
    "::/128", "::1/128", "fc00::/7", "fe80::/10", "ff00::/8", "2001:db8::/32", "100::/64",
)  # fmt: skip
"""The special-purpose registries of IANA, as far as they are not for everyone."""
SPELLINGS = (
    "2130706433", "017700000001", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "127.1", "127.0.1", "0", "0.0", "0x0",
    "localhost", "LOCALHOST", "2852039166", "0xa9fea9fe", "169.254.43518", "10.1", "0xa.0.0.1", "3232235521",
    "0300.0250.1.1", "192.168.257", "172.1048577", "0xac100001", "012.0.0.1", "0xffffffff", "4294967295",
    "127.0.0.1.", "localhost.", "0x7f.1", "0177.1", "00000177.0.0.1", "0xA9.0xFE.0xA9.0xFE", "3221225472",
    "ip6-localhost", "0x0a000001", "167772161", "0251.0376.0251.0376", "2886729729", "3325256705",
)  # fmt: skip
"""Other ways of writing an inner address that resolvers take."""


def _edges() -> Iterator[str]:
    for name in NETWORKS:
        network = ipaddress.ip_network(name)
        yield from {str(network[0]), str(network[-1]), str(network[network.num_addresses // 2])}


def _carried() -> Iterator[str]:
    for inner in (
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "192.168.1.1",
        "172.16.5.5",
        "0.0.0.1",
        "100.64.0.1",
    ):
        number = int(ipaddress.IPv4Address(inner))
        yield f"::ffff:{inner}"
        yield f"64:ff9b::{inner}"
        yield str(ipaddress.IPv6Address((0x2002 << 112) | (number << 80)))
        yield str(ipaddress.IPv6Address((0x20010000 << 96) | (0x41000001 << 64) | (number ^ 0xFFFFFFFF)))


INNER = sorted({*_edges(), *_carried()})
OUTER = ("8.8.8.8", "1.1.1.1", "193.10.0.1", "2001:67c::1", "2a00:801::1", "::ffff:8.8.8.8")


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every address anybody tries to connect to; nobody gets through."""
    tried: list[object] = []

    def connect(_self: socket.socket, address: object) -> None:
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    return tried


def _call(url: str) -> None:
    with requests.Session() as session:
        session.mount("http://", WalledAdapter())
        session.mount("https://", WalledAdapter())
        with pytest.raises(requests.RequestException):
            session.get(url, timeout=2)


def _url(scheme: str, host: str) -> str:
    return f"{scheme}://[{host}]/x" if ":" in host else f"{scheme}://{host}/x"


def test_no_inner_address_is_connected_to(
    dialled: list[object], record_property: Callable[[str, object], None]
) -> None:
    hosts = sorted({*INNER, *SPELLINGS})
    assert len(hosts) >= 120
    for host in hosts:
        for scheme in ("http", "https"):
            _call(_url(scheme, host))
    assert dialled == []
    record_property("inner addresses asked for, of which none was connected to", len(hosts))


@pytest.mark.parametrize("address", OUTER)
def test_outer_addresses_are_called(address: str, dialled: list[object]) -> None:
    _call(_url("https", address))
    assert [host for host, *_port in dialled] == [address]  # type: ignore[misc]


@pytest.mark.parametrize("address", INNER)
def test_inner_addresses_are_known(address: str) -> None:
    assert not is_outer(ipaddress.ip_address(address))


def test_a_name_with_one_inner_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: _answers("8.8.8.8", "10.0.0.1"))
    with pytest.raises(InnerAddressError):
        look_up("example.org", 443)


def test_a_name_that_changes_its_mind_gains_nothing(
    monkeypatch: pytest.MonkeyPatch, dialled: list[object]
) -> None:
    answers = iter([_answers("8.8.8.8"), *[_answers("127.0.0.1")] * 5])
    real = socket.getaddrinfo

    def getaddrinfo(host: str, *rest: object, **more: object) -> object:
        return next(answers) if host == "example.org" else real(host, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    _call("https://example.org/")
    assert [host for host, *_port in dialled] == ["8.8.8.8"]  # type: ignore[misc]


def test_a_host_the_operator_chose_may_be_inside(dialled: list[object]) -> None:
    with requests.Session() as session:
        session.mount("https://", WalledAdapter(frozenset({"10.1.2.3"})))
        with pytest.raises(requests.RequestException):
            session.get("https://10.1.2.3/", timeout=2)
    assert [host for host, *_port in dialled] == ["10.1.2.3"]  # type: ignore[misc]


def _answers(*addresses: str) -> list[tuple[object, ...]]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]
