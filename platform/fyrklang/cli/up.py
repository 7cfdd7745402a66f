"""`fyrklang up`: the whole platform on this machine, ready to use, until it is told to stop."""

from __future__ import annotations

import os
from pathlib import Path

import click

import fyrklang
from fyrklang.cli.launch import Plan, Service, Step, files_digest, launch
from fyrklang.cli.progress import Reporter
from fyrklang.kernel.jobs.settings import QUEUES
from fyrklang.kernel.paths import project_root

WEB_WORKERS = 2
WEB_THREADS = 8
_PACKAGE = Path(fyrklang.__file__).parent
_JOBS = ("{python}", "-m", "fyrklang.cli", "jobs")

STEPS = (
    Step(
        "schema",
        "Tabellerna förbereds",
        "fyrklang.kernel.migrate:upgrade",
        lambda: files_digest(project_root() / "migrations", _PACKAGE / "kernel" / "migrate.py"),
    ),
    Step(
        "tenants",
        "Förbunden läggs in",
        "fyrklang.cli.steps:tenants",
        lambda: files_digest(project_root() / "tenants", _PACKAGE / "tenancy" / "registry"),
    ),
    Step("nation", "Påhittade förbund skapas", "fyrklang.cli.steps:nation", lambda: "1", demo=True),
    Step("people", "Inloggningen förbereds", "fyrklang.cli.steps:people"),
)
"""In order. A start does only those whose fingerprint has changed since they last succeeded."""

SERVICES = (
    Service(
        "issuer",
        ("{python}", "-m", "fyrklang.identity.demo_issuer"),
        answers="{FYRKLANG_DEMO_ISSUER}/.well-known/openid-configuration",
        replaced_by="FYRKLANG_OIDC_ISSUER",
        demo=True,
    ),
    Service(
        "web",
        (
            *("{python}", "-m", "gunicorn", "--worker-class", "gthread", "--preload"),
            *("--workers", str(WEB_WORKERS), "--threads", str(WEB_THREADS), "--bind", "127.0.0.1:{port}"),
            # The control socket would lie in the home folder, shared by every installation on the machine.
            *("--graceful-timeout", "10", "--timeout", "60", "--no-control-socket", "fyrklang.app:wsgi()"),
        ),
        answers="http://127.0.0.1:{port}/healthz",
    ),
    Service("relay", (*_JOBS, "relay"), after_answers=True),
    *(
        Service(f"worker-{queue}", (*_JOBS, "worker", "--queue", queue), after_answers=True)
        for queue in QUEUES
    ),
    Service("scheduler", (*_JOBS, "scheduler"), after_answers=True),
)
"""In starting order."""


@click.command(short_help="Starta allt på den här datorn")
def up() -> None:
    """Starta databas, kö, webbserver och bakgrundsjobb. Ctrl-C stoppar allt."""
    launch(Plan(STEPS, SERVICES), os.environ, Reporter())
