"""The jobs' own fixtures."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[3])]

from jobs_harness import job_rig, rig  # noqa: E402

__all__ = ["job_rig", "rig"]
