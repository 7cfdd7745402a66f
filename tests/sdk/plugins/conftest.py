"""A förbund with one insats, and plugins that tests write themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Role
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.sdk.plugins.manifest import read_manifest
from fyrklang.sdk.plugins.process import PROCESSES
from fyrklang.sdk.plugins.shelf import SHELF, Found
from fyrklang.sdk.plugins.state import set_status
from tests.people import Forbund, act, make_forbund

MANIFEST = """
id = "{id}"
name = "Prov {id}"
version = "1.0"
sdk = ">=1,<2"
summary = "Ett prov."
hooks = ["notices", "page", "export", "job", "participant_panel"]
permissions = ["interventions:read"]
data = ["office", "counts", "own"]
[[pages]]
name = "start"
title = "Prov"
permission = "interventions:read"
menu = true
"""

Write = Callable[..., Found]


def add_intervention(config: Config, forbund: Forbund, name: str) -> None:
    """One running insats."""
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", "")) as conn:
        conn.execute(
            "INSERT INTO office.intervention (tenant_id, id, name, direction, follow_up_method, focus, format, "
            "status, starts_on) VALUES (%s, %s, %s, 'INDIVIDUAL', 'PERSON', 'TEAM', 'TEAM', 'RUNNING', '2024-01-01')",
            (forbund.id, uuid4(), name),
        )


@pytest.fixture
def write(tmp_path: Path) -> Iterator[Write]:
    """Writes a plugin and puts it on the shelf beside the bundled ones, past the look at its code."""
    before = SHELF.all()

    def made(plugin_id: str, code: str, manifest: str = MANIFEST) -> Found:
        folder = tmp_path / f"fyrklang_{plugin_id}"
        folder.mkdir()
        (folder / "plugin.toml").write_text(manifest.format(id=plugin_id), "utf-8")
        (folder / "__init__.py").write_text(code, "utf-8")
        found = Found(read_manifest(folder / "plugin.toml"), folder)
        SHELF._found = {**SHELF.all(), plugin_id: found}
        return found

    yield made
    SHELF._found = before
    PROCESSES.end()


@pytest.fixture
def home(config: Config) -> Forbund:
    """A förbund with one insats."""
    made = make_forbund(config, "tillagg")
    add_intervention(config, made, "Hemteamet")
    return made


@pytest.fixture
def chief(database: Database, home: Forbund) -> Iterator[Actor]:
    """Its director, in an open session."""
    actor = act(database, home, Role.DIRECTOR)
    with actor.session:
        yield actor


def switch_on(actor: Actor, *ids: str) -> None:
    """Switch plugins on in the actor's förbund, for good."""
    for plugin_id in ids:
        set_status(actor.session, plugin_id, "ON")
    actor.session.commit()
    actor.session.info.clear()
