"""`fyrklang demo`: the invented nation, drawn, described and taken away."""

from __future__ import annotations

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from fyrklang import demo as nation
from fyrklang.cli.settings import load_config
from fyrklang.kernel.config import Config


@click.command("demo", short_help="Skapa eller ta bort de påhittade förbunden")
@click.option("--seed", type=click.IntRange(0), help="Frö. Samma frö ger samma siffror.")
@click.option("--remove", is_flag=True, help="Ta bort allt påhittat.")
@click.option("--status", is_flag=True, help="Visa vad som finns.")
def demo(seed: int | None, remove: bool, status: bool) -> None:
    """Skapa 74 påhittade förbund med siffror för 2019–2026. De är märkta som påhittade överallt."""
    if sum((seed is not None, remove, status)) > 1:
        raise click.UsageError("Ange bara ett av --seed, --remove och --status.")
    config = load_config()
    if status:
        _show(config)
    elif remove:
        click.echo(f"Tog bort {nation.take_away(config)} påhittade rader.")
    else:
        _draw(config, nation.DEFAULT_SEED if seed is None else seed)


generate_once = nation.ensure
"""The step of `fyrklang up`."""


def _draw(config: Config, seed: int) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    try:
        with Progress(*columns, console=Console(stderr=True)) as bars:
            task = bars.add_task("Påhittade förbund", total=None)
            drawn = nation.draw(
                config,
                seed,
                lambda text, done, total: bars.update(task, description=text, completed=done, total=total),
            )
    except (nation.ImplausibleNationError, nation.NameTakenError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{len(drawn.associations)} påhittade förbund finns nu, från frö {seed}.")
    for finding in drawn.checked:
        click.echo(f"  {finding}")


def _show(config: Config) -> None:
    mark, counted = nation.status(config)
    if mark is None:
        click.echo("Det finns ingen hel påhittad nation.")
    else:
        click.echo(f"Den påhittade nationen kommer från frö {mark.seed}.")
    table = Table("Vad", "Antal")
    for name, number in counted.items():
        table.add_row(name, f"{number:,}".replace(",", "\N{NO-BREAK SPACE}"))
    Console().print(table)
