"""How much one caller may ask of the service, counted in Valkey so that all web processes share the count.

When Valkey is away the count is kept in this process: for logins and exports with a quarter of the allowance,
since there are several processes and guessing must stay bounded; for the rest with the whole of it, since
a fault in the counter must not stop work.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import redis
import structlog
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter

from fyrklang.kernel.errors import TooMany

ANSWER_SECONDS = 2
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Limit:
    """One class of requests.

    Attributes:
        per_minute: how many a caller may make in a minute.
        alone: how many while Valkey is away, per web process.
    """

    name: str
    per_minute: int
    alone: int


LOGIN = Limit("login", 120, 30)
"""Per network address; a whole kommun may share one."""
EXPORT = Limit("export", 30, 7)
SEARCH = Limit("search", 60, 60)
WRITE = Limit("write", 120, 120)
API = Limit("api", 600, 600)
REPORT = Limit("report", 20, 5)
"""What browsers tell of by themselves; a page at fault would tell without end."""
LIMITS = (LOGIN, EXPORT, SEARCH, WRITE, API, REPORT)


class Limiter:
    """Counts requests by class and caller."""

    def __init__(self, url: str) -> None:
        shared = RedisStorage(url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS)
        self._shared = FixedWindowRateLimiter(shared)
        self._alone = FixedWindowRateLimiter(MemoryStorage())

    def count(self, limit: Limit, caller: str) -> None:
        """Count one request.

        Raises:
            TooMany: the caller has used up the minute; says how many seconds are left of it.
        """
        try:
            self._hit(self._shared, limit.per_minute, limit.name, caller)
        except redis.RedisError as fault:
            log.warning("limits_counted_alone", reason=type(fault).__name__)
            self._hit(self._alone, limit.alone, limit.name, caller)

    @staticmethod
    def _hit(counter: FixedWindowRateLimiter, allowance: int, name: str, caller: str) -> None:
        item = RateLimitItemPerMinute(allowance)
        if not counter.hit(item, name, caller):
            left = counter.get_window_stats(item, name, caller).reset_time - time.time()
            raise TooMany(max(1, math.ceil(left)))
