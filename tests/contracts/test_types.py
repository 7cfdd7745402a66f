"""Types, as `make lint` checks them. Here they are checked beside the other tests and not before them."""

from __future__ import annotations

import subprocess
import sys

from fyrklang.kernel.paths import project_root


def test_every_type_holds() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "mypy"], cwd=project_root(), capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stdout + told.stderr
