"""No module is in an import cycle, imports inside functions counted."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.contracts.source import ROOT, python_files, tree


def test_no_import_cycle() -> None:
    graph = {name: set(_targets(path, name)) for name, path in _modules().items()}
    cycles = [component for component in _components(graph) if len(component) > 1]
    assert cycles == []


def test_everything_outside_postgres_sets_its_context_in_one_place() -> None:
    """A session-level SET outlives the transaction and leaks; only `tenancy/session.py` lays a context."""
    elsewhere = [
        str(path.relative_to(ROOT))
        for path in python_files("platform")
        if path.name != "session.py"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and ("fyrklang.ctx" in node.value and "set" in node.value.lower())
    ]
    assert elsewhere == []


def _modules() -> dict[str, Path]:
    found = {}
    for path in python_files("platform", "plugins"):
        parts = path.relative_to(ROOT).with_suffix("").parts[1:]
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def _targets(path: Path, name: str) -> Iterator[str]:
    known = _modules()
    hidden = {
        id(child)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for child in ast.walk(node)
    }
    for node in ast.walk(tree(path)):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known and alias.name != name)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                target = inner if inner in known else node.module
                if target in known and target != name:
                    yield target


def _components(graph: dict[str, set[str]]) -> list[list[str]]:
    """Strongly connected components (Tarjan 1972)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        order[node] = low[node] = len(order)
        stack.append(node)
        for target in graph.get(node, ()):
            if target not in order:
                visit(target)
                low[node] = min(low[node], low[target])
            elif target in stack:
                low[node] = min(low[node], order[target])
        if low[node] == order[node]:
            cut = stack.index(node)
            found.append(sorted(stack[cut:]))
            del stack[cut:]

    for node in graph:
        if node not in order:
            visit(node)
    return found
