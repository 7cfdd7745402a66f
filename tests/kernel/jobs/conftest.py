"""The rig for the tests of this folder."""

from tests.kernel.jobs.harness import job_rig, rig

__all__ = ["job_rig", "rig"]
