"""One engine per database role, made when first asked for."""

from __future__ import annotations

import select
from threading import Lock
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError

from fyrklang.kernel.config import Config

POOL_SIZES = {"app": 10, "auth": 4, "council": 4, "worker": 3, "relay": 1}
STATEMENT_TIMEOUT_MS = {"app": 15_000, "auth": 5_000, "council": 15_000}


class Database:
    """The database as the roles of one process see it."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self._engines: dict[str, Engine] = {}
        self._lock = Lock()

    def engine(self, role: str) -> Engine:
        """The engine that logs in as `role` (without the `fyrklang_` prefix)."""
        with self._lock:
            if role not in self._engines:
                self._engines[role] = self._make(role)
            return self._engines[role]

    def dispose(self) -> None:
        """Close every pooled connection; engines are made anew when asked for."""
        with self._lock:
            for engine in self._engines.values():
                engine.dispose()
            self._engines.clear()

    def _make(self, role: str) -> Engine:
        timeout = STATEMENT_TIMEOUT_MS.get(role, 0)
        engine = create_engine(
            self.config.url_for(role),
            pool_size=POOL_SIZES.get(role, 2),
            max_overflow=2,
            pool_timeout=5,
            # Row values belong in no log; without this they stand in every error's text.
            hide_parameters=True,
            # Prepared statements break behind a transaction pooler; see docs/decisions/0004.
            connect_args={
                "prepare_threshold": None,
                "application_name": f"fyrklang-{role}",
                "options": f"-c statement_timeout={timeout}",
                "connect_timeout": 5,
                # A server that vanished without a word is given up after this long (milliseconds).
                "tcp_user_timeout": 10_000,
            },
        )
        event.listen(engine, "checkout", _refuse_hung_up)
        return engine


def _refuse_hung_up(dbapi_connection: Any, _record: Any, _proxy: Any) -> None:
    """Let the pool replace a connection whose server has gone away.

    A server that restarts or ends a session hangs up, and that shows on our side of the line: there is
    something to read though nothing was asked. Looking costs a microsecond, asking would cost a round trip
    in every request.

    Raises:
        DisconnectionError: the pool makes a new connection and goes on.
    """
    if not dbapi_connection.closed:
        line = select.poll()
        line.register(dbapi_connection.fileno(), select.POLLIN)
        if not line.poll(0):
            return
    raise DisconnectionError("the server has hung up")
