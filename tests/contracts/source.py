"""The project's own files, as the contract tests read them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ("platform", "plugins", "migrations")


@cache
def tracked() -> tuple[Path, ...]:
    """Every file of the project: those git knows or would take in."""
    listing = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(listing, capture_output=True, text=True, check=True)
    return tuple(path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file())


def python_files(*folders: str) -> Iterator[Path]:
    """Tracked Python files under the folders."""
    for path in tracked():
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in folders:
            yield path


@cache
def tree(path: Path) -> ast.Module:
    """A file's syntax tree."""
    return ast.parse(path.read_text("utf-8"))
