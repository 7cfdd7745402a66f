"""Processes that die, refuse to die, or are orphaned."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from fyrklang.kernel.embedded.errors import EmbeddedError
from fyrklang.kernel.embedded.folder import DataFolder
from fyrklang.kernel.embedded.process import MARK, Launch, leftovers, spawn, stop, stop_leftovers
from fyrklang.kernel.embedded.supervisor import ServiceProcess, StopRequested, StopSignals, Supervisor

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, subprocess, sys, time\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], process_group=0)\n"
    "print('child', child.pid, flush=True)\n"
    "time.sleep(600)",
]


def until(condition, seconds: float = 20.0):
    """Wait for what must come to pass; a test fails on the outcome, never on the time it took."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    pytest.fail("waited in vain")


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def launch_of(command: list[str], folder: Path, **environment: str) -> Launch:
    return Launch(command=command, environment={**os.environ, **environment}, log=folder / "out.log")


class Flaky:
    """A process that is dead whenever the test says so."""

    name = "flaky"

    def __init__(self) -> None:
        self.starts = 0
        self.alive = False
        self.broken = False

    def start(self) -> None:
        if self.broken:
            raise EmbeddedError("Det går inte.")
        self.starts += 1
        self.alive = True

    def running(self) -> bool:
        return self.alive

    def stop(self) -> None:
        self.alive = False


@pytest.fixture
def clocked():
    """A supervisor, its clock as a one-item list, and what it said."""
    clock, said = [0.0], []
    return Supervisor(StopSignals(), said.append, lambda: clock[0]), clock, said


def test_a_dead_process_is_started_again_after_ever_longer_waits(clocked) -> None:
    supervisor, clock, said = clocked
    flaky = Flaky()
    supervisor.add(flaky)
    waits = []
    for _ in range(9):
        flaky.alive = False
        supervisor.tick()
        died, starts = clock[0], flaky.starts
        while flaky.starts == starts:
            clock[0] += 0.25
            supervisor.tick()
        waits.append(clock[0] - died)
    assert waits == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    assert supervisor.deaths("flaky") == 9
    assert said[0] == "Processen flaky stannade och startas om strax (0.5 s)."


def test_a_long_healthy_run_forgives_earlier_deaths(clocked) -> None:
    supervisor, clock, _ = clocked
    flaky = Flaky()
    supervisor.add(flaky)
    for _ in range(3):
        flaky.alive = False
        supervisor.tick()
        clock[0] += 10
        supervisor.tick()
    clock[0] += 31
    flaky.alive = False
    supervisor.tick()
    assert supervisor.deaths("flaky") == 1


def test_a_restart_that_fails_is_tried_again(clocked) -> None:
    supervisor, clock, said = clocked
    flaky = Flaky()
    supervisor.add(flaky)
    flaky.alive, flaky.broken = False, True
    supervisor.tick()
    clock[0] += 1
    supervisor.tick()
    assert "Det går inte." in said
    flaky.broken = False
    clock[0] += 5
    supervisor.tick()
    assert flaky.alive


def test_a_process_that_ignores_the_request_is_killed_with_its_children(tmp_path: Path) -> None:
    process = spawn(launch_of(STUBBORN, tmp_path))
    log = tmp_path / "out.log"
    until(lambda: "child" in log.read_text())
    child = int(log.read_text().split()[1])
    stop([process], signal.SIGTERM, patience=0.3)
    assert process.returncode == -signal.SIGKILL
    until(lambda: gone(child))


def test_impatience_cuts_the_wait_short(tmp_path: Path) -> None:
    process = spawn(launch_of(STUBBORN, tmp_path))
    until(lambda: "child" in (tmp_path / "out.log").read_text())
    stop([process], signal.SIGTERM, patience=3600, hurry=lambda: True)
    assert process.returncode == -signal.SIGKILL


def test_a_child_never_sees_ctrl_c_meant_for_the_supervisor(tmp_path: Path) -> None:
    process = spawn(launch_of(SLEEP, tmp_path))
    try:
        assert os.getsid(process.pid) == process.pid
    finally:
        stop([process], signal.SIGTERM, patience=5)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
def test_children_follow_a_killed_parent(tmp_path: Path) -> None:
    code = (
        "import os, pathlib, sys, time\n"
        "from fyrklang.kernel.embedded.process import Launch, spawn\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "child = spawn(Launch([sys.executable, '-c', 'import time; time.sleep(600)'],"
        " dict(os.environ), folder / 'log'))\n"
        "(folder / 'pid.part').write_text(str(child.pid))\n"
        "(folder / 'pid.part').rename(folder / 'pid')\n"
        "time.sleep(600)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    parent = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], env=environment)
    pid = int(until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text()))
    parent.kill()
    parent.wait()
    until(lambda: gone(pid))


def test_leftovers_are_known_by_what_they_carry_and_others_are_spared(tmp_path: Path) -> None:
    ours, theirs = DataFolder(tmp_path / "ours"), DataFolder(tmp_path / "theirs")
    for folder in (ours, theirs):
        (folder.path / "engines").mkdir(parents=True)
    left = spawn(launch_of(STUBBORN, tmp_path, **{MARK: str(ours.path)}))
    log = tmp_path / "out.log"
    until(lambda: "child" in log.read_text())
    spared = spawn(launch_of(SLEEP, tmp_path, **{MARK: str(theirs.path)}))
    try:
        grandchild = int(log.read_text().split()[1])
        assert {process.pid for process in leftovers(ours)} == {left.pid, grandchild}
        stop([left], signal.SIGKILL, patience=5)
        stop_leftovers(ours)
        assert gone(grandchild)
        assert spared.poll() is None
    finally:
        stop([left, spared], signal.SIGKILL, patience=5)


def test_the_mark_stays_after_a_disorderly_end(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    with pytest.raises(RuntimeError), folder.held():
        raise RuntimeError
    with folder.held():
        assert folder.left_running
    with folder.held():
        assert not folder.left_running


def test_a_start_that_is_held_is_never_interrupted_half_way() -> None:
    reached = []
    with StopSignals() as signals, suppress(StopRequested):
        with signals.held():
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(0.05)
            reached.append("noted")
        reached.append("never")
    assert reached == ["noted"]


def test_a_second_signal_asks_for_haste_and_a_lost_one_is_remembered() -> None:
    with StopSignals() as signals:
        try:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(5)
        except StopRequested:
            pass
        assert not signals.again
        with pytest.raises(StopRequested):
            signals.check()
        signals.begin_stopping()
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.05)
        assert signals.again


def test_services_get_their_log_and_mark(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    code = f"import os; print(os.environ['{MARK}'])"
    service = ServiceProcess(folder, "echo", [sys.executable, "-c", code], os.environ)
    service.start()
    until(lambda: not service.running())
    assert folder.log("echo").read_text().strip() == str(folder.path)
