"""What a plugin's code may import. Hygiene that catches mistakes before they run; no sandbox."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ALLOWED_OUTSIDE = frozenset({"fyrklang.sdk.plugin", "pluggy"})
UNWANTED = frozenset(
    {
        "asyncio", "builtins", "concurrent", "ctypes", "ftplib", "gc", "http", "importlib", "inspect", "io", "marshal",
        "mmap", "multiprocessing", "os", "pathlib", "pickle", "posix", "resource", "runpy", "shelve", "shutil",
        "signal", "smtplib", "socket", "socketserver", "ssl", "subprocess", "sys", "tempfile", "threading", "urllib",
        "_thread",
    }
)  # fmt: skip
UNWANTED_CALLS = frozenset({"eval", "exec", "open", "compile", "__import__", "globals", "vars"})


def faults(folder: Path) -> list[str]:
    """A Swedish sentence for each thing the package's code may not do, with file and line."""
    return [
        f"{path.relative_to(folder)}:{line}: {what}."
        for path in sorted(folder.rglob("*.py"))
        if "tests" not in path.relative_to(folder).parts
        for line, what in _faults(path, folder.name)
    ]


def _faults(path: Path, package: str) -> Iterator[tuple[int, str]]:
    try:
        tree = ast.parse(path.read_text("utf-8"))
    except (SyntaxError, UnicodeDecodeError, ValueError) as fault:
        yield getattr(fault, "lineno", 0) or 0, "koden går inte att läsa"
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from _imports(node.lineno, [alias.name for alias in node.names], package)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from _imports(node.lineno, [node.module or ""], package)
        elif (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in UNWANTED_CALLS
        ):
            yield node.lineno, f"anropar {node.func.id}"
        elif isinstance(node, ast.Attribute) and node.attr.startswith("__") and node.attr != "__name__":
            yield node.lineno, f"rör {node.attr}"


def _imports(line: int, names: list[str], package: str) -> Iterator[tuple[int, str]]:
    for name in names:
        top = name.split(".")[0]
        ours = top == package or name in ALLOWED_OUTSIDE
        harmless = top in sys.stdlib_module_names and top not in UNWANTED
        if not (ours or harmless):
            yield line, f"importerar {name}; ett tillägg importerar bara fyrklang.sdk.plugin"
