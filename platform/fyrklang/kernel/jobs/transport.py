"""Valkey as transport: what the relay puts there and what a worker accepts from it.

Whoever can write to Valkey must gain nothing by it. A payload is JSON, names the one thing a worker
does, and carries two ids; every other field RQ would read from Valkey (callbacks to import, addresses
to call, pickled results) is never looked at.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from redis import Redis
from rq import Queue as RqQueue
from rq.job import Job
from rq.worker_registration import WORKERS_BY_QUEUE_KEY, clean_worker_registry

from fyrklang.kernel.jobs.faults import crash_point
from fyrklang.kernel.jobs.settings import QUEUES

CALLABLE = "fyrklang.job"
"""The only thing that may be asked of a worker. A tag, never imported."""

EPOCH_KEY = "rq:fyrklang:epoch"
MAX_PAYLOAD = 2048
HASH_LIFETIME = 86_400
_SOCKET_TIMEOUT = 5


@dataclass(frozen=True)
class Offer:
    """A job to be done, as far as the transport knows it."""

    queue: str
    tenant_id: UUID
    job_id: UUID


class SealedJob(Job):
    """RQ's job with the reading of it narrowed to our own envelope.

    `offer` is None when what lay in Valkey is not one of ours; `refusal` then says why.
    """

    offer: Offer | None = None
    refusal: str = ""

    def restore(self, raw_data: Mapping[bytes, bytes]) -> None:
        """Read two ids out of the hash and leave the rest of it alone."""
        try:
            self.offer = _open_envelope(raw_data, self.id)
            self.origin = self.offer.queue
        except (ValueError, TypeError, KeyError, zlib.error) as error:
            self.refusal = type(error).__name__


class Transport:
    """The queues in Valkey, as the relay uses them."""

    def __init__(self, url: str) -> None:
        self._client = Redis.from_url(
            url, socket_timeout=_SOCKET_TIMEOUT, socket_connect_timeout=_SOCKET_TIMEOUT
        )
        self._queues: dict[str, RqQueue] = {
            name: RqQueue(name, connection=self._client, serializer="json") for name in QUEUES
        }

    def is_fresh(self) -> bool:
        """Whether Valkey has been wiped since last asked; lays the mark that tells.

        Raises:
            redis.RedisError: Valkey does not answer.
        """
        return bool(self._client.set(EPOCH_KEY, "1", nx=True))

    def workers(self) -> dict[str, int]:
        """Living workers by queue."""
        counts: dict[str, int] = {}
        for name, queue in self._queues.items():
            clean_worker_registry(queue)
            counts[name] = int(self._client.scard(WORKERS_BY_QUEUE_KEY % name))
        return counts

    def send(self, offers: Iterable[Offer]) -> None:
        """Put jobs at the end of their queues, each under its row's id."""
        for name, queue in self._queues.items():
            own = [offer for offer in offers if offer.queue == name]
            if not own:
                continue
            with self._client.pipeline() as pipe:
                for offer in own:
                    # What a killed worker left behind under the same id.
                    pipe.lrem(queue.intermediate_queue_key, 0, str(offer.job_id))
                queue.enqueue_many([_sealed(offer) for offer in own], pipeline=pipe)
                pipe.execute()
            crash_point("relay.half_sent")

    def missing(self, offers: Iterable[Offer]) -> list[Offer]:
        """Those of the offers that no worker will find in Valkey."""
        asked = list(offers)
        with self._client.pipeline(transaction=False) as pipe:
            for offer in asked:
                pipe.lpos(self._queues[offer.queue].key, str(offer.job_id))
                pipe.exists(Job.key_for(str(offer.job_id)))
            answers = pipe.execute()
        found = zip(answers[::2], answers[1::2], strict=True)
        return [offer for offer, (place, held) in zip(asked, found, strict=True) if place is None or not held]

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _sealed(offer: Offer) -> Any:
    return RqQueue.prepare_data(
        CALLABLE,
        args=[str(offer.tenant_id), str(offer.job_id)],
        job_id=str(offer.job_id),
        description="",
        ttl=HASH_LIFETIME,
        result_ttl=0,
        timeout=-1,
    )


def _open_envelope(fields: Mapping[bytes, bytes], job_id: str) -> Offer:
    unpacker = zlib.decompressobj()
    text = unpacker.decompress(fields[b"data"], MAX_PAYLOAD)
    if not unpacker.eof:
        raise ValueError("payload too large")
    name, instance, args, kwargs = json.loads(text)
    if name != CALLABLE or instance is not None or kwargs or len(args) != 2:
        raise ValueError("not a job of ours")
    offer = Offer(fields[b"origin"].decode(), UUID(args[0]), UUID(args[1]))
    if str(offer.job_id) != job_id or offer.queue not in QUEUES:
        raise ValueError("payload under another id")
    return offer
