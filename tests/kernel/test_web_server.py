"""The web server's settings, seen from inside a worker that it forked."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from fyrklang.kernel.embedded.ports import free_port

APPLICATION = """
import gc, json, os

class Database:
    closed_in = None
    def dispose(self):
        self.closed_in = os.getpid()

class Application:
    def __init__(self):
        self.loaded_in = os.getpid()
        self.collected_while_loading = gc.isenabled()
        self.extensions = {"fyrklang.database": Database()}
    def __call__(self, environ, start_response):
        start_response("200 OK", [("Content-Type", "application/json")])
        seen = {
            "worker": os.getpid(), "parent": os.getppid(), "loaded_in": self.loaded_in,
            "closed_in": self.extensions["fyrklang.database"].closed_in,
            "collects": gc.isenabled(), "collected_while_loading": self.collected_while_loading,
            "frozen": gc.get_freeze_count(),
        }
        return [json.dumps(seen).encode()]

application = Application()
"""


def test_workers_share_what_is_loaded_and_no_connection(tmp_path: Path) -> None:
    (tmp_path / "tiny.py").write_text(APPLICATION)
    port = free_port()
    settings = ["--config", "python:fyrklang.kernel.web_server", "--bind", f"127.0.0.1:{port}"]
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *settings, "tiny:application"],
        cwd=tmp_path,
        env={**os.environ, "HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        stderr=subprocess.DEVNULL,
    )
    try:
        seen = _ask(port, server)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=60)
    assert seen["worker"] != seen["parent"] == seen["loaded_in"] == seen["closed_in"]
    assert (seen["collects"], seen["collected_while_loading"]) == (True, False)
    assert seen["frozen"] > 0
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "__pycache__") == ["tiny.py"]


def _ask(port: int, server: subprocess.Popen[bytes]) -> dict[str, int]:
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
                return json.load(answer)
        except OSError:
            assert server.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_serving_loads_no_tool_for_building_the_schema() -> None:
    """Alembic costs half a second of every start, on the way that the user waits for."""
    asked = "import sys, fyrklang.app; print('alembic' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run(
        [sys.executable, "-c", asked], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
