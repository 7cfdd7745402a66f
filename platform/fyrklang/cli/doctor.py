"""`fyrklang doctor`: is everything as it must be? One line a check, exit code 1 when one is not."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click
from redis import Redis, RedisError
from rich.console import Console
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from fyrklang.cli.settings import load_config
from fyrklang.kernel import migrate
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.kernel.paths import project_root
from fyrklang.tenancy.registry import RegistryError, load, plan
from fyrklang.tenancy.selfcheck import Check, wall_checks


@click.command(short_help="Kontrollera att allt är som det ska")
def doctor() -> None:
    """Kontrollera databas, kö, register och att murarna mellan förbunden står."""
    config = load_config()
    console = Console(highlight=False)
    failed = 0
    for check in _checks(config):
        failed += not check.ok
        mark = "[green]ja [/green]" if check.ok else "[red]nej[/red]"
        console.print(f"{mark}  {check.name}: {check.detail}")
    console.print("Allt stämmer." if not failed else f"{failed} kontroller stämmer inte.")
    sys.exit(1 if failed else 0)


def _checks(config: Config) -> Iterator[Check]:
    database = Database(config)
    try:
        yield _current(config)
        yield from wall_checks(database)
        yield _valkey(config)
        yield _register(config, project_root() / "tenants")
        yield _jobs(database)
    except SQLAlchemyError as error:
        yield Check("Databasen svarar", ok=False, detail=str(error).splitlines()[0])
    finally:
        database.dispose()


def _current(config: Config) -> Check:
    if migrate.is_current(config):
        return Check("Tabellerna är i senaste version", ok=True, detail="stämmer")
    return Check("Tabellerna är i senaste version", ok=False, detail="kör fyrklang migrate")


def _valkey(config: Config) -> Check:
    try:
        client = Redis.from_url(config.redis_url, socket_timeout=2)
        answered = bool(client.ping())
        policy = dict(client.config_get("maxmemory-policy")).get("maxmemory-policy", "")
    except RedisError as error:
        return Check("Kön svarar", ok=False, detail=str(error))
    keeps = policy == "noeviction"
    detail = "stämmer" if keeps else f"maxmemory-policy är {policy}, ska vara noeviction"
    return Check("Kön svarar och kastar inget", ok=answered and keeps, detail=detail)


def _register(config: Config, folder: Path) -> Check:
    name = "Registret är som filerna i tenants/"
    try:
        changes = plan(config, load(folder))
    except RegistryError as error:
        return Check(name, ok=False, detail=str(error))
    return Check(name, ok=not changes, detail=f"{len(changes)} skillnader" if changes else "stämmer")


def _jobs(database: Database) -> Check:
    with database.engine("relay").begin() as connection:
        rows = connection.execute(text("SELECT job_state, jobs FROM jobs.overview()")).all()
    parked = sum(row.jobs for row in rows if row.job_state == "PARKED")
    detail = f"{parked} väntar på att någon ser efter" if parked else "stämmer"
    return Check("Inget jobb har fastnat", ok=not parked, detail=detail)
