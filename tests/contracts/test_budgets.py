"""Files and functions stay small. An exception has a reason, and goes when it is no longer needed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.contracts.source import CODE, ROOT, python_files, tree

FILE_LINES = 400
TEST_FILE_LINES = 600
FUNCTION_LINES = 40

LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {
    "migrations/versions/0003_identity.py::_issuers": "one table, read as a form",
    "migrations/versions/0004_jobs.py::_job_table": "one table, read as a form",
    "migrations/versions/0005_office.py::_intervention": "one table, read as a form",
    "migrations/versions/0020_care.py::_referral": "one table, read as a form",
    "migrations/versions/0021_stays.py::_stay": "one table, read as a form",
}
"""Path, or path::function, to the reason it may be longer."""


def test_no_file_is_too_long() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for folders, most in ((CODE, FILE_LINES), (("tests",), TEST_FILE_LINES))
        for path in python_files(*folders)
        if (lines := len(path.read_text("utf-8").splitlines())) > most
    }
    assert {name: lines for name, lines in long.items() if name not in LONG_FILES} == {}
    assert set(LONG_FILES) <= set(long), "an exception that is no longer needed"


def test_no_function_is_too_long() -> None:
    long = {name: length for name, length in _lengths() if length > FUNCTION_LINES}
    assert {name: length for name, length in long.items() if name not in LONG_FUNCTIONS} == {}
    assert set(LONG_FUNCTIONS) <= set(long), "an exception that is no longer needed"


def _lengths() -> Iterator[tuple[str, int]]:
    """Each function with its lines of code; its docstring is not counted."""
    for path in python_files(*CODE):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path.relative_to(ROOT)}::{node.name}", _length(node)


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[0]
    spoken = (
        first.value.value if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) else None
    )
    start = (first.end_lineno or 0) + 1 if isinstance(spoken, str) else node.lineno
    return (node.end_lineno or start) - start + 1


def test_features_keep_the_same_file_names() -> None:
    usual = {
        "__init__.py",
        "part.py",
        "routes.py",
        "pages.py",
        "schemas.py",
        "service.py",
        "models.py",
        "jobs.py",
        "facts.py",
        "start.py",
        "present.py",
        "listing.py",
        "charts.py",
        "published.py",
        "drafts.py",
        "device.py",
        "acts.py",
        "review.py",
        "protocol.py",
        "shares.py",
        "sie.py",
        "budget.py",
        "ledger.py",
        "figures.py",
        "checks.py",
        "team.py",
        "imports.py",
    }
    # The participant, the referral, the plan and the ending belong together: one room with several files.
    casework = {
        *("case_pages.py", "referral_pages.py", "plan_pages.py", "doors.py", "codes.py", "counting.py"),
        *("consents.py", "endings.py", "intake.py", "notes.py", "plans.py", "referrals.py", "stays.py"),
        *("entry_pages.py", "invites.py", "outside.py", "outside_pages.py", "steps.py", "tokens.py"),
        *("identity.py", "identity_pages.py", "shapes.py", "drawing.py"),
        *("ending_pages.py", "printing.py"),
    }
    odd = [
        str(path.relative_to(ROOT))
        for path in python_files("platform")
        if "modules" in path.parts
        and path.parent.name != "modules"
        and path.name not in (usual | casework if path.parent.name == "casework" else usual)
    ]
    assert odd == []


def test_routes_hold_no_queries_and_models_no_http() -> None:
    faults = []
    for path in python_files("platform"):
        if "modules" not in path.parts and "national" not in path.parts:
            continue
        imported = set(_imports(path))
        if path.name == "routes.py" and path.parent.name != "health" and imported & {"sqlalchemy"}:
            faults.append(f"{path.relative_to(ROOT)} holds queries")
        if path.name in ("models.py", "facts.py", "service.py") and "flask" in imported:
            faults.append(f"{path.relative_to(ROOT)} knows HTTP")
    assert faults == []


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


def test_services_never_commit() -> None:
    committing = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in python_files("platform")
        if path.name in {"service.py", "facts.py"}
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr == "commit"
    ]
    assert committing == []
