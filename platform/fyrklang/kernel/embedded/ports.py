"""Ports on the loopback address."""

from __future__ import annotations

import secrets
import socket

HOST = "127.0.0.1"
_QUIET = range(20_000, 32_000)
"""Below what systems hand out to outgoing connections, one of which could take a port before its server has."""
_TRIES = 200


def free_port() -> int:
    """A port nobody listens on at this moment.

    Raises:
        OSError: two hundred were tried and none was free.
    """
    for _ in range(_TRIES):
        port = secrets.choice(_QUIET)
        if is_free(port):
            return port
    raise OSError(f"no free port between {_QUIET.start} and {_QUIET.stop}")


def is_free(port: int) -> bool:
    """Whether a server could listen on the port."""
    with socket.socket() as probe:
        # As servers do: a connection of the last server still winding down is no hindrance.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True
