"""A worker process ends as it is asked to, and the commands around it do what they say."""

from __future__ import annotations

import os
import signal

import pytest
from click.testing import CliRunner

from fyrklang.cli.jobs import jobs as command
from fyrklang.kernel.jobs.settings import JobSettings
from fyrklang.kernel.jobs.worker import Ending, run_worker
from tests.kernel.jobs.harness import Rig, wait_for


def test_a_stop_signal_lets_the_job_at_hand_finish(rig: Rig) -> None:
    worker = rig.start("worker")
    rig.ensure("relay")
    first, *rest = rig.enqueue("test.slow", many=3)
    wait_for(lambda: rig.states().get("RUNNING") == 1)
    os.kill(worker.pid, signal.SIGTERM)
    worker.join(10)
    assert worker.exitcode == 0
    assert rig.states().get("DONE") == 1
    assert rig.job(first).attempt == 1
    rig.start("worker")
    wait_for(lambda: rig.states() == {"DONE": 3})
    assert [rig.effects(job_id) for job_id in (first, *rest)] == [1, 1, 1]


def test_an_idle_worker_stops_at_once(rig: Rig) -> None:
    worker = rig.start("worker")
    wait_for(lambda: rig.valkey.scard("rq:workers:interactive") == 1)
    os.kill(worker.pid, signal.SIGTERM)
    worker.join(4)
    assert worker.exitcode == 0
    assert rig.valkey.scard("rq:workers:interactive") == 0


def test_a_worker_is_renewed_after_so_many_jobs(rig: Rig) -> None:
    rig.enqueue("test.note", many=4)
    relay = rig.relay()
    relay.one_pass()
    done: list[object] = []
    ending = run_worker(
        rig.config.redis_url, "interactive", lambda *ids: done.append(ids), JobSettings(recycle_after=2)
    )
    assert (ending, len(done)) == (Ending.RECYCLE, 2)


def test_the_list_counts_jobs_by_tenant_kind_and_state(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.enqueue("test.note", many=2)
    monkeypatch.setenv("FYRKLANG_SECRET_KEY", rig.config.secret_key)
    monkeypatch.setenv("FYRKLANG_DEMO", "1")
    monkeypatch.setenv("FYRKLANG_DATABASE_URL", rig.config.database_url)
    monkeypatch.setenv("FYRKLANG_REDIS_URL", rig.config.redis_url)
    monkeypatch.setenv("COLUMNS", "120")
    shown = CliRunner().invoke(command, ["list"])
    assert shown.exit_code == 0, shown.output
    (line,) = [line for line in shown.output.splitlines() if "prov-0" in line]
    assert [cell.strip() for cell in line.strip("│").split("│")][:5] == [
        "prov-0",
        "interactive",
        "test.note",
        "WAITING",
        "2",
    ]
