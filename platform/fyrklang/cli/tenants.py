"""`fyrklang tenants`: check, compare, lay in and write out the register of förbund."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table

from fyrklang.cli.settings import load_config
from fyrklang.kernel.config import Config, ConfigError
from fyrklang.kernel.paths import project_root
from fyrklang.modules.interventions.published import apply_published
from fyrklang.national.catalogue.cards import apply_real
from fyrklang.tenancy import registry as register
from fyrklang.tenancy.registry import Change, Fault, Registry, RegistryError

_MARKS = {"add": "+", "change": "~", "remove": "-"}
_folder = click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=lambda: project_root() / "tenants",
    show_default="projektets tenants/",
    help="Mappen med registrets filer.",
)


@click.group(name="tenants", short_help="Registret över förbund")
def tenants() -> None:
    """Registret över förbund, kommuner och regioner."""


@tenants.command()
@_folder
def check(folder: Path) -> None:
    """Kontrollera filerna utan att röra databasen."""
    with _faults_shown():
        registry = register.load(folder)
        faults = register.uncanonical(registry, folder)
        if faults:
            raise RegistryError(faults)
    click.echo(f"Registret är riktigt: {_counts(registry)}.")


@tenants.command()
@_folder
@click.pass_context
def plan(ctx: click.Context, folder: Path) -> None:
    """Visa vad som skiljer filerna från databasen."""
    with _faults_shown():
        changes = register.plan(_config(ctx), register.load(folder))
    if not changes:
        click.echo("Inga ändringar.")
        return
    _print_changes(changes)
    click.echo(f"{_changes(len(changes))}. Inför med fyrklang tenants apply.")


@tenants.command()
@_folder
@click.pass_context
def apply(ctx: click.Context, folder: Path) -> None:
    """Inför filerna i databasen. Kan köras om hur många gånger som helst."""
    bar = Progress(
        TextColumn("Registret"), BarColumn(), TextColumn("{task.completed}/{task.total}"), transient=True
    )
    with _faults_shown():
        registry, config = register.load(folder), _config(ctx)
        with bar:
            task = bar.add_task("", total=None)
            count = register.apply(
                config, registry, lambda done, total: bar.update(task, completed=done, total=total)
            )
        published = apply_published(config, folder)
        apply_real(config, folder)
    ending = "införd" if count == 1 else "införda"
    click.echo(f"{_changes(count)} {ending}." if count else "Inga ändringar.")
    if published:
        click.echo(f"{published} publicerade uppgifter införda.")


@tenants.command()
@_folder
@click.pass_context
def export(ctx: click.Context, folder: Path) -> None:
    """Skriv databasens register till filerna."""
    with _faults_shown():
        written, unknown = register.export(_config(ctx), folder)
    count = "1 fil skriven." if len(written) == 1 else f"{len(written)} filer skrivna."
    click.echo(count if written else "Filerna stämmer redan med databasen.")
    for path in unknown:
        click.echo(f"{path.name} finns i mappen men inte i databasen och är orörd.", err=True)


@contextmanager
def _faults_shown() -> Iterator[None]:
    """Show what is wrong as a table and end with 1."""
    try:
        yield
    except RegistryError as error:
        _print_faults(error.faults)
        raise click.exceptions.Exit(1) from error
    except ConfigError as error:
        click.echo(str(error), err=True)
        raise click.exceptions.Exit(1) from error


def _config(ctx: click.Context) -> Config:
    return ctx.find_object(Config) or load_config()


def _print_faults(faults: Sequence[Fault]) -> None:
    table = Table(
        "Fil", "Uppgift", "Vad som är fel", title=f"{len(faults)} fel i registret", title_justify="left"
    )
    for fault in faults:
        table.add_row(fault.file, fault.field, fault.text)
    Console(stderr=True, markup=False).print(table)


def _print_changes(changes: Sequence[Change]) -> None:
    table = Table("", "Slag", "Namn", "Kod", "Vad som händer")
    for change in changes:
        details = "\n".join(change.details) or {"add": "läggs till", "remove": "tas bort"}.get(
            change.action, ""
        )
        table.add_row(_MARKS[change.action], change.kind, change.name, change.code, details)
    Console(markup=False).print(table)


def _changes(count: int) -> str:
    return "1 ändring" if count == 1 else f"{count} ändringar"


def _counts(registry: Registry) -> str:
    active = sum(item.status == "active" for item in registry.associations.values())
    gone = len(registry.associations) - active
    return (
        f"{active} verksamma och {gone} tidigare förbund, "
        f"{len(registry.kommuner)} kommuner, {len(registry.regions)} regioner"
    )
