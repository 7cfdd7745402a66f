"""The clocks and limits of the job machinery, in one place so that a test can make them short."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Queue = Literal["interactive", "batch", "council"]
QUEUES: tuple[Queue, ...] = ("interactive", "batch", "council")


@dataclass(frozen=True)
class JobSettings:
    """Seconds unless said otherwise.

    Attributes:
        lease: how long a worker owns a job without renewing; after that somebody else may take it.
        renew: how often the lease is renewed.
        hang_grace: how long past its time limit a job may block before the process ends itself.
        poll_busy: pause of the relay right after it handed something out.
        poll_idle: longest pause of the relay when nothing comes; pauses double up to it.
        sweep: how often expired leases and lost offers are looked for.
        offer_timeout: age at which an offer nobody began is looked up in Valkey.
        tick: how often the scheduler looks at the clock.
        retry_base: first pause before a failed job is tried again; doubles, with jitter.
        retry_most: longest such pause.
        recycle_after: jobs after which a worker process starts afresh, to give memory back.
        keep_days: days a finished job stays in the table.
    """

    lease: float = 30
    renew: float = 10
    hang_grace: float = 30
    poll_busy: float = 0.02
    poll_idle: float = 0.3
    sweep: float = 1
    offer_timeout: float = 10
    tick: float = 1
    retry_base: float = 2
    retry_most: float = 600
    recycle_after: int = 2000
    keep_days: int = 90
