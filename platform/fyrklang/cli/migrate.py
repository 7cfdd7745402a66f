"""`fyrklang migrate`: bring the database to the present schema."""

from __future__ import annotations

import click

from fyrklang.cli.settings import load_config
from fyrklang.kernel import migrate as schema


@click.command(short_help="Bygg databasens tabeller")
def migrate() -> None:
    """Skapa roller och tabeller, eller uppdatera dem. Kan köras om."""
    schema.upgrade(load_config(), lambda what: click.echo(f"Klart: {what}"))
