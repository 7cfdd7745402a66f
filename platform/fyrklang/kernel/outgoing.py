"""The wall around every call that leaves the platform: no address of the inside is ever connected to.

A name is looked up once, every address it has is judged, and the connection is made to one of those, so that
a name which answers differently the second time (DNS rebinding) gains nothing. Behind a proxy named by the
environment, it is the proxy that looks names up and must do the same.
"""

from __future__ import annotations

import ipaddress
import socket
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from requests.adapters import DEFAULT_POOLSIZE, HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

Address = IPv4Address | IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_SPECIAL = tuple(map(ipaddress.ip_network, ("100.64.0.0/10", "192.0.0.0/24")))
"""Networks for special purposes that the standard library counts as anybody's, some or all of it."""


class InnerAddressError(OSError):
    """The address is one of the inside: of this machine, of a private network, or of no one."""


def is_outer(address: Address) -> bool:
    """Whether an address is one that anybody on the internet could have.

    An IPv6 address that carries an IPv4 address (mapped, 6to4, Teredo, NAT64) is judged by that one too.
    """
    if isinstance(address, IPv6Address):
        carried = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            carried.append(IPv4Address(int(address) & 0xFFFFFFFF))
        if any(inner is not None and not is_outer(inner) for inner in carried):
            return False
        if address.ipv4_mapped is not None:
            return True
    elif any(address in network for network in _SPECIAL):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def look_up(host: str, port: int) -> str:
    """The first address of a name, when all its addresses are outer.

    Raises:
        InnerAddressError: one of them is not.
        OSError: the name is not known.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(answer[4][0]).partition("%")[0] for answer in found]
    for text in addresses:
        if not is_outer(ipaddress.ip_address(text)):
            raise InnerAddressError(f"{host} is an inner address")
    return addresses[0]


class WalledAdapter(HTTPAdapter):
    """Carries a `requests` session's calls to outer addresses, and to the hosts an operator has named.

    Args:
        inner: names of hosts that may be anywhere, because an operator chose them.
    """

    def __init__(self, inner: frozenset[str] = frozenset()) -> None:
        self._inner = inner
        super().__init__()

    def init_poolmanager(
        self,
        connections: int = DEFAULT_POOLSIZE,
        maxsize: int = DEFAULT_POOLSIZE,
        block: bool = False,
        **more: Any,
    ) -> None:
        """Make the pools whose connections ask before they connect."""
        manager = PoolManager(num_pools=connections, maxsize=maxsize, block=block, **more)
        manager.pool_classes_by_scheme = _pools(self._inner)
        self.poolmanager = manager


def _pools(inner: frozenset[str]) -> dict[str, type[HTTPConnectionPool]]:
    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            _settle(self, inner)
            return super()._new_conn()

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            _settle(self, inner)
            return super()._new_conn()

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _settle(connection: HTTPConnection, inner: frozenset[str]) -> None:
    """Replace the name to connect to by a judged address; the certificate is still checked against the name."""
    if connection.host not in inner:
        connection._dns_host = look_up(connection.host, connection.port or connection.default_port)
