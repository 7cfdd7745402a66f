"""Shows how far a start has come: bars at a terminal, one line a step elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class StepProgress:
    """Given to each step: call it with words, and with how much is done of how much when that is known."""

    def __init__(self, bars: Progress | None, task: TaskID | None, title: str) -> None:
        self._bars = bars
        self._task = task
        self._title = title

    def __call__(self, text: str = "", done: int | None = None, total: int | None = None) -> None:
        """Say what happens now. `text` is Swedish and short; `done` and `total` count the same things."""
        if self._bars is not None and self._task is not None:
            words = f"{self._title}: {text}" if text else self._title
            self._bars.update(self._task, description=words, completed=done, total=total)


class Reporter:
    """Everything a start tells its user. All but the answer goes to standard error."""

    def __init__(self) -> None:
        # The bars' library takes longer to load than the database takes to start.
        self._bars = _bars() if sys.stderr.isatty() else None

    def __enter__(self) -> Reporter:
        if self._bars is not None:
            self._bars.start()
        return self

    def __exit__(self, *_error: object) -> None:
        if self._bars is not None:
            self._bars.stop()

    @contextmanager
    def step(self, title: str) -> Iterator[StepProgress]:
        """Show one step while the block runs."""
        began = time.monotonic()
        task = self._bars.add_task(title, total=None) if self._bars is not None else None
        yield StepProgress(self._bars, task, title)
        if self._bars is not None and task is not None:
            self._bars.update(task, description=title, total=1, completed=1)
        else:
            self.say(f"{title} ({time.monotonic() - began:.1f} s)")

    def say(self, sentence: str) -> None:
        """Print one sentence beside the bars."""
        if self._bars is not None:
            self._bars.console.print(sentence, markup=False, soft_wrap=True)
        else:
            print(sentence, file=sys.stderr, flush=True)

    def answer(self, sentence: str) -> None:
        """Print the one line the user waited for, on standard output, with no bars after it."""
        if self._bars is not None:
            self._bars.stop()
        print(sentence, flush=True)


def _bars() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    return Progress(
        SpinnerColumn(finished_text="[green]✓[/green]"),
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        TimeElapsedColumn(),
        console=Console(stderr=True, highlight=False),
    )
