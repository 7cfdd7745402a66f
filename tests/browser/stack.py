"""The whole platform as `fyrklang up` runs it, on a database with a small invented nation."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from playwright.sync_api import Browser, BrowserContext, Page

from fyrklang.kernel.config import Config
from fyrklang.kernel.embedded.ports import free_port
from tests.chromium import WATCH, settle

NATION = (
    "asviken", "granstranden", "norrlunda", "almbro", "skogsstranden", "hjortbygden", "bergmarken",
    "fiskelandet", "klippkusten",
)  # fmt: skip
"""Förbund of the demo people, over, within and under the limits, silent, with few endings and few known."""

PATIENCE = 120
"""Seconds, for a machine with much else to do; nothing here tests speed."""


@dataclass(frozen=True)
class Who:
    """A demo person and the organisation they log in at."""

    organisation: str
    name: str


MARTA = Who("Arbetsförmedlingen", "Märta Demosson")
DISA = Who("Samordningsförbundet i Halland", "Disa Modellgren")
HILDING = Who("Samordningsförbundet Granstranden", "Hilding Utkast")
EMBLA = Who("Arbetsförmedlingen", "Embla Dubbelgren")
OTTO = Who("Nationella rådet", "Otto Överblick")
STINA = Who("Plattformens drift", "Stina Serverlund")


@dataclass
class Stack:
    """Where the running platform answers, and who has logged in to it."""

    url: str
    issuer: str
    config: Config
    folder: Path
    browser: Browser
    states: dict[Who, Any] = field(default_factory=dict)

    def context(self, who: Who | None = None, **settings: Any) -> BrowserContext:
        """A new browser, with the person already logged in."""
        usual = {"viewport": {"width": 1280, "height": 900}, "locale": "sv-SE", "base_url": self.url}
        context = self.browser.new_context(**{**usual, **settings}, storage_state=self._state(who))
        context.set_default_timeout(PATIENCE * 1000)
        context.add_init_script(WATCH)
        return context

    def log_in(self, page: Page, who: Who) -> None:
        """From the login page through the issuer to the person's start page, as a person does it."""
        page.goto(f"{self.url}/logga-in")
        page.get_by_role("button", name=who.organisation, exact=True).first.click()
        page.wait_for_url(f"{self.issuer}/authorize**")
        page.get_by_role("button", name=who.name).click()
        page.wait_for_url(lambda url: url.startswith(self.url) and "/auth/" not in url)
        settle(page)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What the database holds, past every wall."""
        with psycopg.connect(self.config.database_url) as admin:
            return admin.execute(query, values).fetchall()

    def insats(self, slug: str, name: str) -> str:
        """The address of an insats."""
        [(found,)] = self.rows(
            "SELECT i.id FROM office.intervention i JOIN registry.tenant t ON t.id = i.tenant_id "
            "WHERE t.slug = %s AND i.name = %s",
            slug,
            name,
        )
        return f"/f/{slug}/insatser/{found}"

    def _state(self, who: Who | None) -> Any:
        if who is None:
            return None
        if who not in self.states:
            with self.browser.new_context(locale="sv-SE") as context:
                context.set_default_timeout(PATIENCE * 1000)
                self.log_in(context.new_page(), who)
                self.states[who] = context.storage_state()
        return self.states[who]


@contextmanager
def running(config: Config, folder: Path, browser: Browser) -> Iterator[Stack]:
    """`fyrklang up` with its own Valkey, on the database of `config`."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environ = {name: value for name, value in os.environ.items() if not name.startswith("FYRKLANG_")}
    environ |= {
        "FYRKLANG_DATABASE_URL": config.database_url,
        "FYRKLANG_SECRET_KEY": config.secret_key,
        "FYRKLANG_DATA_DIR": str(folder),
        "FYRKLANG_PORT": str(port),
        "FYRKLANG_FOLLOW_PARENT": "1",
        "WEB_CONCURRENCY": "1",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    command = [sys.executable, "-m", "fyrklang.cli", "up"]
    with (folder.parent / "up.log").open("w+") as log:
        process = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            _await_answer(process, folder.parent / "up.log")
            issuer = (folder / "issuer-port.json").read_text(encoding="utf-8").strip()
            yield Stack(url, f"http://127.0.0.1:{issuer}", config, folder, browser)
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _await_answer(process: subprocess.Popen[str], log: Path) -> None:
    assert process.stdout is not None
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        ready, _, _ = select.select([process.stdout], [], [], 1)
        line = process.stdout.readline() if ready else ""
        if line.startswith("Fyrklang svarar på"):
            return
        if process.poll() is not None:
            break
    raise AssertionError(f"fyrklang up came to nothing:\n{log.read_text(encoding='utf-8')}")
