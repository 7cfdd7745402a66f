"""`fyrklang up`: the whole platform on this machine, ready to use, until it is told to stop."""

from __future__ import annotations

import os
from pathlib import Path

import click

import fyrklang
from fyrklang.cli.launch import Plan, Service, Step, files_digest, launch, words_digest
from fyrklang.cli.progress import Reporter
from fyrklang.kernel.config import Config
from fyrklang.kernel.jobs.settings import QUEUES
from fyrklang.kernel.paths import project_root

_PACKAGE = Path(fyrklang.__file__).parent
_JOBS = ("{python}", "-m", "fyrklang.cli", "jobs")


def _people(config: Config) -> str:
    """Those who log in follow the issuer, the invented people, and which förbund there are for them."""
    given = (config.oidc_issuer, config.oidc_client_id, config.oidc_client_secret)
    settings = words_digest(config.demo, config.demo_issuer, *given)
    return settings + files_digest(_PACKAGE / "identity", project_root() / "tenants" / "forbund")


STEPS = (
    Step(
        "schema",
        "Tabellerna förbereds",
        "fyrklang.kernel.migrate:upgrade",
        lambda _: files_digest(project_root() / "migrations", _PACKAGE / "kernel" / "migrate.py"),
    ),
    Step(
        "tenants",
        "Förbunden läggs in",
        "fyrklang.cli.steps:tenants",
        lambda _: files_digest(project_root() / "tenants", _PACKAGE / "tenancy" / "registry"),
    ),
    Step("nation", "Påhittade förbund skapas", "fyrklang.cli.steps:nation", lambda _: "1", demo=True),
    Step("people", "Inloggningen förbereds", "fyrklang.cli.steps:people", _people),
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
            *("{python}", "-m", "gunicorn", "--config", "python:fyrklang.kernel.web_server"),
            *("--bind", "127.0.0.1:{port}", "fyrklang.app:wsgi()"),
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
