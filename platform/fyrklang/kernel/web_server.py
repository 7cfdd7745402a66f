"""gunicorn's settings, the same on one machine and in a cluster: `gunicorn --config python:…`.

Everything here can be overridden on gunicorn's command line; the address to listen on is given there.
"""

from __future__ import annotations

import gc
import os
from threading import Thread
from typing import Any

worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 8
preload_app = True
timeout = 60
graceful_timeout = 10
# It would lie in the home folder, shared by every installation on the machine.
control_socket_disable = True

# Nothing that loading makes is garbage; looking for it costs a tenth of the start.
gc.disable()


def when_ready(server: Any) -> None:
    """Before the first worker is forked: share what is loaded, and share no connection.

    Two processes that speak on one socket get each other's answers, so those the start-up checks opened
    are closed. What is frozen is never written to by the collector, so its memory stays shared.
    """
    database = getattr(server.app.wsgi(), "extensions", {}).get("fyrklang.database")
    if database is not None:
        database.dispose()
    gc.collect()
    gc.freeze()


def post_fork(_server: Any, _worker: Any) -> None:
    """In every worker: collect as usual from here on."""
    gc.enable()


def post_worker_init(worker: Any) -> None:
    """Load what the first comparison would otherwise wait for, beside serving."""
    warm_up = getattr(worker.app.wsgi(), "extensions", {}).get("fyrklang.warm_up")
    if warm_up is not None:
        Thread(target=warm_up, name="warm-up", daemon=True).start()
