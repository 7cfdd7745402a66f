"""`fyrklang national`: make, list and check the national releases."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from rich.progress import Progress
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from fyrklang.cli import Failure
from fyrklang.cli.settings import load_config
from fyrklang.kernel.db import Database
from fyrklang.kernel.errors import Invalid
from fyrklang.national.store import publishing
from fyrklang.national.store.publishing import Plan

_RELEASES = text(
    "SELECT number, state, first_year, last_year, published_at, checksum, "
    "checksum IS NOT DISTINCT FROM CASE WHEN state <> 'DRAFT' THEN national.checksum(id) END AS intact "
    "FROM national.release ORDER BY created_at"
)
_STATES = {"DRAFT": "utkast", "PUBLISHED": "publicerad", "WITHDRAWN": "återkallad"}


@click.group(short_help="Nationella utgåvor")
def national() -> None:
    """Nationella utgåvor."""


@national.command()
@click.argument("number")
@click.option("--from", "first_year", type=int, required=True, help="Första året.")
@click.option("--to", "last_year", type=int, required=True, help="Sista året, som måste vara slut.")
@click.option("--invented", "synthetic", is_flag=True, help="Den påhittade nationens utgåva.")
@click.option("--note", default="", help="En rad som står bredvid utgåvan.")
@click.option("--later", is_flag=True, help="Lägg den i kön i stället för att vänta på den.")
def publish(number: str, later: bool, **options: Any) -> None:
    """Publicera utgåvan NUMBER, till exempel 2026-1."""
    plan = Plan(number, **options)
    with _database() as database:
        try:
            if later:
                click.echo(f"Utgåva {plan.full_number} är beställd: {publishing.ask_for(database, plan)}")
            else:
                click.echo(f"Utgåva {plan.full_number} är publicerad: {_publish(database, plan)}")
        except Invalid as fault:
            raise Failure("\n".join(fault.fields.values())) from fault
        except IntegrityError as fault:
            raise Failure(f"Utgåva {plan.full_number} finns redan eller har fel form.") from fault


@national.command(name="list")
def list_releases() -> None:
    """Visa utgåvorna."""
    with _database() as database, database.engine("council").connect() as connection:
        for row in connection.execute(_RELEASES):
            day = f"{row.published_at:%Y-%m-%d}" if row.published_at else "-"
            click.echo(f"{row.number}  {row.first_year}–{row.last_year}  {_STATES[row.state]}  {day}")


@national.command()
def status() -> None:
    """Räkna om varje utgåvas kontrollsumma och säg om någon inte stämmer."""
    with _database() as database, database.engine("council").connect() as connection:
        rows = connection.execute(_RELEASES).all()
    for row in rows:
        click.echo(f"{row.number}  {'stämmer' if row.intact else 'STÄMMER INTE'}  {row.checksum or ''}")
    sys.exit(0 if all(row.intact for row in rows) else 1)


@national.command()
@click.argument("number")
@click.option("--reason", required=True, help="Skälet, som läsarna får se.")
def withdraw(number: str, reason: str) -> None:
    """Återkalla utgåvan NUMBER. Den går att läsa, men märks och visas inte först."""
    with _database() as database:
        if not publishing.withdraw(database, number, reason):
            raise Failure(f"Det finns ingen publicerad utgåva {number}.")
    click.echo(f"Utgåva {number} är återkallad.")


def _publish(database: Database, plan: Plan) -> str:
    with Progress() as bars:
        task = bars.add_task("Publicerar", total=None)

        def tell(done: int, total: int, words: str) -> None:
            bars.update(task, completed=done, total=total, description=words)

        return publishing.publish(database, plan, tell)


@contextmanager
def _database() -> Iterator[Database]:
    database = Database(load_config())
    try:
        yield database
    finally:
        database.dispose()
