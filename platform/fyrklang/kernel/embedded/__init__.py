"""PostgreSQL and Valkey from wheels, under our own supervisor, on a machine that has neither."""

from fyrklang.kernel.embedded.errors import EmbeddedError
from fyrklang.kernel.embedded.servers import Servers, servers

__all__ = ["EmbeddedError", "Servers", "servers"]
