"""The start of everything, with real engines and tiny processes: faults are planted, then counted."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
import pytest

from fyrklang.cli.launch import files_digest
from fyrklang.cli.settings import load_config
from fyrklang.kernel.config import ConfigError
from fyrklang.kernel.embedded import servers
from fyrklang.kernel.embedded.folder import DataFolder
from fyrklang.kernel.embedded.ports import free_port
from fyrklang.kernel.embedded.process import leftovers

STANDIN = Path(__file__).with_name("standin.py")


@dataclass
class Installation:
    """One data folder and the supervisor that runs from it."""

    folder: Path
    port: int
    process: subprocess.Popen[str] | None = None

    def environ(self, **more: str) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("FYRKLANG_")}
        own = {
            "FYRKLANG_DATA_DIR": str(self.folder),
            "FYRKLANG_PORT": str(self.port),
            "FYRKLANG_OIDC_ISSUER": "http://127.0.0.1:1",
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        }
        return {**clean, **own, **more}

    def start(self, **more: str) -> subprocess.Popen[str]:
        self.process = subprocess.Popen(
            [sys.executable, str(STANDIN)],
            env=self.environ(**more),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        return self.process

    def up(self, **more: str) -> str:
        """Start, wait for the one line, and return it."""
        process = self.start(**more)
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            pytest.fail(f"ended without an answer: {process.communicate()[1]}")
        return line.strip()

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Send the signal; the exit code and the rest of standard output."""
        assert self.process is not None
        self.process.send_signal(number)
        out, _ = self.process.communicate(timeout=60)
        return self.process.returncode, out

    def config(self):
        return load_config(self.environ())

    def words(self) -> list[str]:
        with psycopg.connect(self.config().database_url) as connection:
            return [word for (word,) in connection.execute("SELECT word FROM trace ORDER BY at").fetchall()]

    def family(self) -> set[int]:
        return {process.pid for process in leftovers(DataFolder(self.folder))}


@pytest.fixture
def here() -> Iterator[Installation]:
    with tempfile.TemporaryDirectory(prefix="fyrklang-test-") as name:
        Path(name).chmod(0o755)
        installation = Installation(Path(name) / "data", free_port())
        yield installation
        if installation.process is not None and installation.process.poll() is None:
            installation.end(signal.SIGTERM)
        for process in leftovers(DataFolder(installation.folder)):
            process.kill()


def until(condition, seconds: float = 30.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    return pytest.fail("waited in vain")


def named(here: Installation, name: str) -> int | None:
    """The pid of the top process with this name or argument."""
    for process in leftovers(DataFolder(here.folder)):
        try:
            line = process.cmdline()
        except psutil.Error:
            continue
        if name in line or (line and Path(line[0].split()[0]).name == name):
            return process.pid
    return None


def test_one_line_says_where_and_a_signal_stops_everything(here: Installation) -> None:
    assert here.up() == f"Fyrklang svarar på http://127.0.0.1:{here.port}"
    until((here.folder / "grandchild").exists)
    assert len(here.family()) >= 5
    assert here.words() == ["step"]
    assert here.end() == (0, "")
    assert here.family() == set()


def test_ctrl_c_stops_everything_too_and_the_next_start_repeats_no_step(here: Installation) -> None:
    here.up()
    assert here.end(signal.SIGINT) == (0, "")
    here.up()
    assert here.words() == ["step"]
    here.end()
    here.up(STANDIN_FINGERPRINT="2")
    assert here.words() == ["step", "step"]
    assert here.end()[0] == 0


def test_after_a_kill_nothing_is_lost_or_left(here: Installation) -> None:
    here.up()
    until((here.folder / "grandchild").exists)
    with psycopg.connect(here.config().database_url) as connection:
        connection.execute("INSERT INTO trace (word) VALUES ('sist')")
    before = here.family()
    assert here.process is not None
    here.process.kill()
    here.process.wait()
    assert here.up().startswith("Fyrklang svarar")
    assert here.words() == ["step", "sist"]
    assert not before & here.family()
    assert here.end()[0] == 0
    assert here.family() == set()


def test_engines_that_nobody_told_of_the_kill_are_found_and_stopped(here: Installation) -> None:
    """As where the kernel tells children nothing: the engines are cut loose from their parent first."""
    code = (
        "import os, pathlib, sys, threading, time\n"
        "from fyrklang.kernel.embedded import servers\n"
        "def run():\n"
        "    with servers(pathlib.Path(sys.argv[1])) as found:\n"
        "        print(found.database_url, flush=True)\n"
        "        time.sleep(600)\n"
        # A start from a passing thread sets no leash.
        "threading.Thread(target=run).start()\n"
    )
    loose = subprocess.Popen(
        [sys.executable, "-c", code, str(here.folder)], env=here.environ(), stdout=subprocess.PIPE, text=True
    )
    assert loose.stdout is not None
    url = loose.stdout.readline().strip()
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE trace (at timestamptz DEFAULT now(), word text)")
        connection.execute("INSERT INTO trace (word) VALUES ('kvar')")
    loose.kill()
    loose.wait()
    before = here.family()
    assert len(before) >= 2
    here.up()
    assert here.words() == ["kvar", "step"]
    assert not before & here.family()


def test_a_second_start_from_the_same_folder_is_refused(here: Installation) -> None:
    here.up()
    second = Installation(here.folder, free_port())
    out, error = second.start().communicate(timeout=60)
    assert out == ""
    assert f"Fyrklang körs redan från mappen {here.folder}" in error
    assert second.process is not None
    assert second.process.returncode == 1
    assert here.words() == ["step"]


def test_a_taken_port_is_said_before_anything_is_started(here: Installation) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", here.port))
        taken.listen()
        out, error = here.start().communicate(timeout=60)
    assert out == ""
    assert f"Port {here.port} är upptagen" in error
    assert f"FYRKLANG_PORT={here.port + 1}" in error
    assert not (here.folder / "engines").exists()


@pytest.mark.parametrize("port", ["åtta", "0", "65536", "-1"])
def test_a_meaningless_port_is_said(here: Installation, port: str) -> None:
    error = here.start(FYRKLANG_PORT=port).communicate(timeout=60)[1]
    assert f"FYRKLANG_PORT måste vara ett tal mellan 1 och 65535, inte ”{port}”." in error


def test_a_web_server_that_cannot_start_shows_its_log_and_leaves_nothing(here: Installation) -> None:
    out, error = here.start(STANDIN_WEB="crash").communicate(timeout=60)
    assert out == ""
    assert "Processen web kommer inte igång" in error
    assert "det gick sönder" in error
    assert here.family() == set()


def test_whatever_dies_comes_back(here: Installation) -> None:
    here.up()
    for name in ("web", "family", "postgres", "valkey-server"):
        old = until(lambda name=name: named(here, name))
        os.kill(old, signal.SIGKILL)
        until(lambda name=name, old=old: named(here, name) not in {None, old})
    address = here.config().database_url
    until(lambda: here.words() == ["step"])
    assert address == here.config().database_url


def test_engines_that_are_given_are_used_and_left_alone(here: Installation, tmp_path: Path) -> None:
    with servers(tmp_path, durable=False) as given:
        urls = {"FYRKLANG_DATABASE_URL": given.database_url, "FYRKLANG_REDIS_URL": given.redis_url}
        for _ in range(2):
            here.up(**urls)
            assert not (here.folder / "engines").exists()
            here.end()
        with psycopg.connect(given.database_url) as connection:
            # What somebody else's database holds is not ours to remember: the step runs every time.
            assert connection.execute("SELECT count(*) FROM trace").fetchone() == (2,)


def test_secrets_are_made_once_and_private(here: Installation) -> None:
    here.up()
    secret = here.folder / "secret.key"
    first = secret.read_text()
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert stat.S_IMODE((here.folder / "running.json").stat().st_mode) == 0o600
    assert here.config().secret_key == first
    here.end()
    here.up()
    assert secret.read_text() == first


def test_other_commands_find_what_runs_and_say_so_when_nothing_does(here: Installation) -> None:
    here.up()
    assert json.loads((here.folder / "running.json").read_text())["FYRKLANG_PORT"] == str(here.port)
    here.end()
    with pytest.raises(ConfigError, match="Starta med make up"):
        here.config()


def test_the_supervisor_follows_the_make_that_started_it(here: Installation) -> None:
    shell = subprocess.Popen(
        ["/bin/sh", "-c", f'"{sys.executable}" "{STANDIN}" & wait'],
        env=here.environ(FYRKLANG_FOLLOW_PARENT="1"),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert shell.stdout is not None
    assert "svarar" in shell.stdout.readline()
    shell.kill()
    shell.wait()
    until(lambda: here.family() == set())
    assert DataFolder(here.folder).running() is None


def test_a_digest_follows_names_and_contents_only(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one.toml").write_text("1")
    first = files_digest(tmp_path / "a")
    os.utime(tmp_path / "a" / "one.toml", (0, 0))
    (tmp_path / "a" / "__pycache__").mkdir()
    (tmp_path / "a" / "__pycache__" / "x.pyc").write_text("x")
    assert files_digest(tmp_path / "a") == first
    (tmp_path / "a" / "one.toml").rename(tmp_path / "a" / "two.toml")
    assert files_digest(tmp_path / "a") != first
