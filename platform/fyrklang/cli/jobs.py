"""`fyrklang jobs`: the processes that carry background work, and a look at them."""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime
from threading import Event
from types import FrameType

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from fyrklang.kernel.clock import STOCKHOLM
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.kernel.jobs.relay import Relay
from fyrklang.kernel.jobs.scheduler import Scheduler
from fyrklang.kernel.jobs.settings import QUEUES, JobSettings, Queue
from fyrklang.kernel.jobs.transport import Transport
from fyrklang.kernel.jobs.worker import Ending, run_worker
from fyrklang.tenancy.jobs.handlers import REGISTRY
from fyrklang.tenancy.jobs.runner import JobRunner


@click.group()
def jobs() -> None:
    """Bakgrundsjobb."""


@jobs.command()
@click.option("--queue", type=click.Choice(QUEUES), default="interactive", show_default=True, help="Kö.")
def worker(queue: Queue) -> None:
    """Utför jobb ur en kö tills processen får stoppsignal."""
    config = _prepared()
    database = Database(config)
    settings = JobSettings()
    ending = run_worker(config.redis_url, queue, JobRunner(database, REGISTRY, settings), settings)
    database.dispose()
    if ending is Ending.RECYCLE:
        # Same process number, so that whoever watches it sees no death; fresh memory.
        os.execv(sys.executable, sys.orig_argv)  # noqa: S606


@jobs.command()
def relay() -> None:
    """Lämna över jobb som ska göras till köerna."""
    config = Config.from_env(os.environ)
    transport = Transport(config.redis_url)
    Relay(Database(config).engine("relay"), transport).run(_stop_on_signal())
    transport.close()


@jobs.command()
def scheduler() -> None:
    """Skapa återkommande jobb när deras tid kommer."""
    config = _prepared()
    Scheduler(Database(config).engine("relay"), REGISTRY.schedules()).run(_stop_on_signal())


@jobs.command("list")
def list_jobs() -> None:
    """Visa antal jobb per förbund, kö, slag och läge."""
    table = Table("Förbund", "Kö", "Slag", "Läge", "Antal", "Äldst")
    with Database(Config.from_env(os.environ)).engine("relay").begin() as connection:
        for row in connection.execute(text("SELECT * FROM jobs.overview()")):
            cells = (row.slug, row.queue_name, row.job_kind, row.job_state, str(row.jobs), _local(row.oldest))
            table.add_row(*cells)
    Console().print(table)


def _prepared() -> Config:
    config = Config.from_env(os.environ)
    import fyrklang.parts  # noqa: F401 - features make their kinds known when imported

    return config


def _stop_on_signal() -> Event:
    stop = Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    return stop


def _local(instant: datetime) -> str:
    return instant.astimezone(STOCKHOLM).strftime("%Y-%m-%d %H:%M")
