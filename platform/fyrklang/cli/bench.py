"""`fyrklang bench`: how fast the product is, held against floors measured in the same minutes."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from fyrklang.bench.report import Line, as_json, lines
from fyrklang.bench.run import Outcome, Size, run

_WIDTH = 150


@click.command("bench", short_help="Mät fart mot handskrivna golv")
@click.option(
    "--rounds", type=click.IntRange(3, 99), default=Size.rounds, show_default=True, help="Antal varv."
)
@click.option(
    "--requests",
    type=click.IntRange(40, 5000),
    default=Size.slice_size,
    show_default=True,
    help="Anrop per fall och varv.",
)
@click.option(
    "--json", "target", type=click.Path(dir_okay=False, path_type=Path), help="Spara allt i en fil."
)
def bench(rounds: int, requests: int, target: Path | None) -> None:
    """Starta egna servrar, mät, och skriv en tabell med kvoter. Inget annat på datorn rörs."""
    with Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=Console(stderr=True)
    ) as bars:
        task = bars.add_task("Databaserna startas", total=None)
        outcome = run(
            Size(rounds, requests),
            lambda words, done, total: bars.update(task, description=words, completed=done, total=total),
        )
    _show(outcome)
    if target is not None:
        target.write_text(json.dumps(as_json(outcome), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _show(outcome: Outcome) -> None:
    table = Table("Vad", "Enhet", "Värde", "Golv", "Kvot", "Minst–störst", "n", "Mål", "")
    for line in lines(outcome):
        table.add_row(*_cells(line))
    console = Console(width=_WIDTH)
    console.print(table)
    counts = outcome.statements
    console.print(
        f"SQL-satser: insatslistan {counts['list']}, insatssidan {counts['page']}, "
        f"nationell jämförelse {counts['comparison']}."
    )
    console.print(
        f"Median av {len(next(iter(outcome.measured.values())))} varv; kvoten tas varv för varv. "
        f"Datorns last var {outcome.load[0]:.1f} före och {outcome.load[1]:.1f} efter."
    )


def _cells(line: Line) -> tuple[str, ...]:
    ratio = line.ratio
    return (
        line.words,
        line.unit,
        _number(line.value),
        "" if line.floor is None else _number(line.floor),
        "" if ratio is None else _number(ratio.median),
        "" if ratio is None else f"{_number(ratio.least)}–{_number(ratio.greatest)}",
        str(line.n),
        line.goal.replace(".", ","),
        {None: "", True: "nått", False: "inte nått"}[line.held],
    )


def _number(value: float) -> str:
    return f"{value:.2f}".replace(".", ",") if value < 100 else f"{value:.0f}"
