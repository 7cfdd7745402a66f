"""The jobs' own fixtures, from where they live."""

import sys
from pathlib import Path

_TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(_TESTS / "kernel" / "jobs"), str(_TESTS.parent)]

from jobs_harness import job_rig, rig  # noqa: E402

__all__ = ["job_rig", "rig"]
