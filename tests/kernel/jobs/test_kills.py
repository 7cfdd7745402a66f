"""kill -9 at named points: nothing is lost and nothing is done twice.

`FYRKLANG_KILLS` sets the number of kills; the suite does a few, the fault run a thousand.
"""

from __future__ import annotations

import os
import random
import time
from dataclasses import replace
from typing import Any

import pytest

from fyrklang.kernel.jobs.faults import POINTS
from tests.kernel.jobs.harness import Rig, wait_for
from tests.kernel.jobs.process import QUICK, Death

KILLS = int(os.environ.get("FYRKLANG_KILLS", "30"))
BACKLOG = 12
HASTY = replace(QUICK, lease=0.9)  # so that the dead do not keep the living waiting
DEATH_SECONDS = 60
KINDS = {"test.note": 1, "test.flaky": 1, "test.chunks": 3, "test.slow": 1}


class Ground:
    """Jobs asked for so far, and what each must leave behind."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.expected: dict[str, int] = {}
        self.dice = random.Random(4711)  # the same kills each time

    def top_up(self) -> None:
        open_jobs = self.rig.rows("SELECT count(*) FROM jobs.job WHERE finished_at IS NULL")[0][0]
        for _ in range(BACKLOG - open_jobs):
            kind = list(KINDS)[len(self.expected) % len(KINDS)]
            (job_id,) = self.rig.enqueue(kind, self.dice.randrange(3), queue="interactive")
            self.expected[str(job_id)] = KINDS[kind]

    def left_behind(self) -> dict[str, int]:
        rows = self.rig.rows(
            "SELECT job_id::text, count(*), count(DISTINCT chunk) FROM office.job_effect GROUP BY 1"
        )
        assert all(total == distinct for _job, total, distinct in rows), "a chunk was done twice"
        return {job: total for job, total, _distinct in rows}


def test_killed_anywhere_every_job_is_done_exactly_once(rig: Rig) -> None:
    rig.settings = HASTY
    ground = Ground(rig)
    points = [point for point in POINTS if not point.startswith("scheduler")]
    survived = []
    for number in range(KILLS):
        point = points[number % len(points)]
        role = point.split(".")[0]
        ground.top_up()
        rig.stop_processes(role)
        rig.ensure("relay" if role == "worker" else "worker")
        victim = rig.start(role, "interactive", Death(point, ground.dice.randint(1, 2)))
        if not dies(ground, victim):
            survived.append(point)
    rig.ensure("relay")
    rig.ensure("worker")
    wait_for(lambda: set(rig.states()) == {"DONE"}, 60)
    assert ground.left_behind() == ground.expected
    assert survived == []


def dies(ground: Ground, victim: Any) -> bool:
    deadline = time.monotonic() + DEATH_SECONDS
    while victim.is_alive() and time.monotonic() < deadline:
        ground.top_up()
        victim.join(0.03)
    return bool(victim.exitcode == -9)


@pytest.mark.parametrize("point", ["scheduler.begin", "scheduler.fired"])
def test_a_killed_scheduler_loses_no_due_time(rig: Rig, point: str) -> None:
    victim = rig.start("scheduler", "batch", Death(point, 2))
    victim.join(20)
    assert victim.exitcode == -9
    rig.start("scheduler")
    wait_for(lambda: rig.rows("SELECT count(*) FROM jobs.schedule_run")[0][0] >= 3)
    rig.stop_processes()
    assert rig.rows("SELECT count(*) FROM jobs.schedule_run WHERE jobs IS NULL") == [(0,)]
    assert rig.rows("SELECT sum(jobs) FROM jobs.schedule_run")[0][0] == sum(rig.states().values())
