"""`fyrklang release`: make a protected release of files, and check one."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from fyrklang.cli import Failure

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path)


@click.group(short_help="Skyddade utgåvor av filer")
def release() -> None:
    """Skyddade utgåvor av filer, utan databas och inställningar."""


@release.command()
@click.option(
    "--leaves", type=_FILE, required=True, help="CSV med forbund,type,sex,age,outcome,year,n[,persons]."
)
@click.option("--lattice", type=_FILE, required=True, help="Tabellplanen, i TOML.")
@click.option(
    "--log", type=_FOLDER, required=True, help="Loggmappen med alla utgåvor. Den hör hemma i ett låst rum."
)
@click.option("--out", type=_FOLDER, required=True, help="Mappen att skriva utgåvan i.")
@click.option("--seed", type=click.IntRange(min=0), default=None, help="Frö; lottas om inget anges.")
def protect(leaves: Path, lattice: Path, log: Path, out: Path, seed: int | None) -> None:
    """Gör en utgåva där ingens uppgifter går att räkna ut."""
    # Loads the solver, which takes a while: only when it is needed.
    from fyrklang.national.release.engine import protect as make
    from fyrklang.national.release.faults import ReleaseFault
    from fyrklang.national.release.lattice import read_lattice

    try:
        with Progress(console=Console(stderr=True), transient=True) as bars:
            task = bars.add_task("Läser", total=1.0)
            made = make(
                leaves,
                read_lattice(lattice),
                (log, out),
                seed,
                lambda part, words: bars.update(task, completed=part, description=words),
            )
    except ReleaseFault as fault:
        raise Failure(str(fault)) from fault
    except OSError as fault:
        raise Failure(f"Det gick inte att skriva: {fault.strerror} ({fault.filename}).") from fault
    for year, summary in made.years.items():
        share = 100 * summary.published / summary.cells
        click.echo(f"{year}: {summary.published} av {summary.cells} tal publicerade ({share:.0f} %).")
    for block, year in made.waiting:
        click.echo(
            f"{block} {year}: uppgifterna har ändrats sedan förseglingen. De förseglade talen gäller.",
            err=True,
        )
    click.echo(f"Utgåva {made.number} finns i {out}.")


@release.command()
@click.argument("folder", type=_FOLDER)
@click.option("--log", type=_FOLDER, default=None, help="Pröva också bevisen i loggmappen.")
def verify(folder: Path, log: Path | None) -> None:
    """Kontrollera utgåvan i FOLDER."""
    from fyrklang.national.verify import faults_of

    faults = faults_of(folder, log)
    for fault in faults[:20]:
        click.echo(fault, err=True)
    if faults:
        click.echo(f"Utgåvan i {folder} underkänns ({len(faults)} fel).", err=True)
        sys.exit(1)
    click.echo(f"Utgåvan i {folder} stämmer.")
