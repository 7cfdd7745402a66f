"""The relay: takes due jobs from the table, fairly over tenants, and lays them in Valkey.

It commits the offer before it sends, so that no transaction waits for Valkey and no worker meets a row
that is not yet offered. What it fails to send it sends again: at its next pass if it lives, at its
successor's first pass if it does not.
"""

from __future__ import annotations

import logging
import time
from threading import Event
from typing import Any
from uuid import UUID

from redis import RedisError
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from fyrklang.kernel.jobs.faults import crash_point
from fyrklang.kernel.jobs.settings import QUEUES, JobSettings
from fyrklang.kernel.jobs.transport import Offer, Transport

log = logging.getLogger(__name__)

GIVEN_UP = (
    "Jobbet avbröts flera gånger innan det blev klart och är därför pausat. "
    "Försök igen, och hör av dig till supporten om det händer på nytt."
)
_OFFER_DUE = text("SELECT * FROM jobs.offer_due(:names, :workers, CAST(:after AS uuid[]))")
_STALE = text("SELECT * FROM jobs.stale_offers(:seconds)")
_RECLAIM = text("SELECT jobs.reclaim_expired(:words)")
_PRUNE = text("SELECT jobs.prune(:days)")
_FIRST = UUID(int=0)
_PRUNE_EVERY = 3600.0
_WORKERS_EVERY = 5.0
_OUTAGE_PAUSE = 1.0


class Relay:
    """One relay. Any number may run; the database lets one at a time choose."""

    def __init__(self, engine: Engine, transport: Transport, settings: JobSettings | None = None) -> None:
        self._engine = engine
        self._transport = transport
        self._settings = settings or JobSettings()
        self._last_served: dict[str, UUID] = dict.fromkeys(QUEUES, _FIRST)
        self._workers: dict[str, int] = dict.fromkeys(QUEUES, 0)
        self._due = {"sweep": 0.0, "prune": time.monotonic() + _PRUNE_EVERY, "workers": 0.0}
        self._unsure = True

    def run(self, stop: Event) -> None:
        """Pass after pass until `stop` is set; an outage of either server is waited out."""
        pause = self._settings.poll_busy
        while not stop.is_set():
            try:
                busy = self.one_pass() > 0
            except (SQLAlchemyError, RedisError) as error:
                log.warning("job relay cannot work: %s", type(error).__name__)
                self._unsure = True
                stop.wait(_OUTAGE_PAUSE)
                continue
            pause = self._settings.poll_busy if busy else min(pause * 2, self._settings.poll_idle)
            stop.wait(pause)

    def one_pass(self) -> int:
        """Hand out what is due now and return how many jobs were sent.

        Raises:
            SQLAlchemyError: the database does not answer.
            redis.RedisError: Valkey does not answer.
        """
        crash_point("relay.begin")
        # Asked first: while Valkey is away nothing is offered.
        unsure = self._transport.is_fresh() or self._unsure
        if self._is_time("workers", _WORKERS_EVERY):
            self._workers = self._transport.workers()
        self._unsure = True
        sent = self._send_again(unsure) if self._is_time("sweep", self._settings.sweep) or unsure else 0
        with self._engine.begin() as connection:
            offers = self._offer(connection)
        crash_point("relay.offered")
        self._transport.send(offers)
        crash_point("relay.sent")
        self._unsure = False
        return sent + len(offers)

    def _offer(self, connection: Connection) -> list[Offer]:
        rows = connection.execute(
            _OFFER_DUE,
            {
                "names": list(QUEUES),
                "workers": [self._workers[name] for name in QUEUES],
                "after": [self._last_served[name] for name in QUEUES],
            },
        )
        offers = _offers(rows)
        for offer in offers:
            self._last_served[offer.queue] = offer.tenant_id
        return offers

    def _send_again(self, unsure: bool) -> int:
        """Return the dead workers' jobs to the line and send what Valkey has lost."""
        with self._engine.begin() as connection:
            connection.execute(_RECLAIM, {"words": GIVEN_UP})
            if self._is_time("prune", _PRUNE_EVERY):
                connection.execute(_PRUNE, {"days": self._settings.keep_days})
            age = 0.0 if unsure else self._settings.offer_timeout
            stale = _offers(connection.execute(_STALE, {"seconds": age}))
        lost = self._transport.missing(stale)
        self._transport.send(lost)
        return len(lost)

    def _is_time(self, task: str, every: float) -> bool:
        now = time.monotonic()
        if now < self._due[task]:
            return False
        self._due[task] = now + every
        return True


def _offers(rows: Any) -> list[Offer]:
    return [Offer(row.queue_name, row.tenant, row.job) for row in rows]
