"""One platform for all tests in a browser: real servers, real issuer, real jobs."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from fyrklang import demo
from fyrklang.kernel.config import Config
from tests.browser.stack import NATION, PATIENCE, Stack, Who, running
from tests.conftest import Addresses, clone

expect.set_options(timeout=PATIENCE * 1000)


@pytest.fixture(scope="package")
def stack(addresses: Addresses, config: Config, browser: Browser, worker_id: str) -> Iterator[Stack]:
    """The platform, up and running; tests share it and so leave nothing that another would trip over."""
    own = replace(config, database_url=clone(addresses.database_url, f"browser_{worker_id}"))
    demo.ensure(own, only=NATION)
    with tempfile.TemporaryDirectory(prefix="fyrklang-test-") as name:
        # The engines run as another account when the tests run as root.
        Path(name).chmod(0o755)
        with running(own, Path(name) / "data", browser) as made:
            yield made


@pytest.fixture
def enter(stack: Stack) -> Iterator:
    """Open pages as people; every browser is closed after the test."""
    contexts: list[BrowserContext] = []

    def go(who: Who | None, path: str = "/", **settings: object) -> Page:
        contexts.append(stack.context(who, **settings))
        page = contexts[-1].new_page()
        page.goto(path)
        return page

    yield go
    for context in contexts:
        context.close()


@pytest.fixture(autouse=True)
def quiet(stack: Stack) -> Iterator[None]:
    """No process may have logged an unexpected error meanwhile."""
    logs = {path: path.stat().st_size for path in (stack.folder / "log").glob("*.log")}
    yield
    for path, read in logs.items():
        news = path.read_text(encoding="utf-8")[read:]
        assert "Traceback" not in news, f"{path.name}: {news}"
