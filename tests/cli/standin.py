"""A small plan for the launcher: the same machinery as `fyrklang up`, with tiny processes in it.

Run as a file it is the supervisor; run with a role it is one of the processes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import psycopg

from fyrklang.cli.launch import Plan, Service, Step, launch
from fyrklang.cli.progress import Reporter
from fyrklang.kernel.config import Config, ConfigError
from fyrklang.kernel.embedded import EmbeddedError


def note(config: Config, progress: object) -> None:
    """A set-up step that leaves a trace in the database each time it runs."""
    progress("rad")  # type: ignore[operator]
    with psycopg.connect(config.database_url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS trace (at timestamptz DEFAULT now(), word text)")
        connection.execute("INSERT INTO trace (word) VALUES ('step')")


class Health(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/healthz" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def web(port: str) -> None:
    HTTPServer(("127.0.0.1", int(port)), Health).serve_forever()


def family() -> None:
    """A process with a child in a process group of its own, as a job worker has."""
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    child = subprocess.Popen([sys.executable, "-c", code], process_group=0)
    Path(os.environ["FYRKLANG_DATA_DIR"], "grandchild").write_text(str(child.pid))
    time.sleep(600)


def main() -> None:
    this = ("{python}", __file__)
    fingerprint = os.environ.get("STANDIN_FINGERPRINT", "1")
    plan = Plan(
        (Step("note", "En rad skrivs", "standin:note", lambda _: fingerprint),),
        (
            Service(
                "web",
                (*this, os.environ.get("STANDIN_WEB", "web"), "{port}"),
                answers="http://127.0.0.1:{port}/healthz",
            ),
            Service("family", (*this, "family"), after_answers=True),
            Service("unwanted", (*this, "crash"), replaced_by="FYRKLANG_OIDC_ISSUER"),
        ),
    )
    try:
        launch(plan, os.environ, Reporter())
    except (ConfigError, EmbeddedError) as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["web", port]:
            web(port)
        case ["family"]:
            family()
        case ["crash", *_]:
            raise SystemExit("det gick sönder")
        case _:
            main()
