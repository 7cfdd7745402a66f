"""Twenty plugins that mean harm. Their code is let past the look at it, so that the walls behind are tried."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Role
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.sdk import plugins
from fyrklang.sdk.plugins import state
from fyrklang.sdk.plugins.models import PluginNote
from tests.people import act, make_forbund
from tests.sdk.plugins.conftest import Write, add_intervention, switch_on

HEAD = """
import os, sys, time, json, gc, threading, signal
from fyrklang.sdk.plugin import *
@hook
def participant_panel(plugin, stay):
"""
FAILING: dict[str, str] = {
    "loop": "    while True: pass",
    "sleep": "    time.sleep(60)",
    "crash": "    raise RuntimeError('aj')",
    "exit": "    os._exit(0)",
    "exit_politely": "    sys.exit(0)",
    "killed": "    os.kill(os.getpid(), signal.SIGSEGV)",
    "kill_host": "    os.kill(os.getppid(), signal.SIGKILL); time.sleep(60)",
    "memory": "    x = bytearray(2_000_000_000)\n    return Panel('x')",
    "recursion": "    return participant_panel.__wrapped__ if False else participant_panel(plugin, stay)",
    "flood_questions": "    while True: plugin.interventions()",
    "flood_answer": "    return Panel('x', ('y' * 1000,) * 5000)",
    "flood_text": "    return Panel('y' * 100_000)",
    "flood_notes": "    for i in range(100_000): plugin.keep('a', str(i), {})",
    "wrong_shape": "    return {'title': 1}",
    "foreign_tenant": "    return Panel(str(plugin._ask('interventions', {'tenant_id': stay['other']})))",
    "unknown_question": "    return Panel(str(plugin._ask('session', {})))",
    "personal_number": "    plugin.keep('a', 'b', {'x': '19121212-' + '1212'})",
    "noise": "    [os.write(fd, b'garbage\\n') for fd in range(3, 20) if fd]\n    return Panel('x')",
    "fake_import": "    from fyrklang.kernel.config import Config\n    Config.from_env(os.environ)",
    "swallow": "    try:\n        while True: pass\n    except BaseException:\n        while True: pass",
}


@pytest.mark.parametrize("kind", sorted(FAILING))
def test_a_hostile_plugin_harms_neither_page_nor_neighbour(
    chief: Actor, config: Config, write: Write, kind: str
) -> None:
    other = make_forbund(config, "granne")
    add_intervention(config, other, "Kanariefågeln")
    write(kind, HEAD + FAILING[kind])
    switch_on(chief, kind, "example")
    answers = {one.plugin: one.value for one in plugins.panels(chief, {"week": 1, "other": str(other.id)})}
    assert answers["example"] is not None
    assert answers[kind] is None
    assert "Kanariefågeln" not in repr(answers)


def test_it_is_switched_off_with_a_reason_after_repeated_faults(chief: Actor, write: Write) -> None:
    write("crash", HEAD + FAILING["crash"])
    switch_on(chief, "crash")
    for _time in range(state.MOST_FAILURES):
        assert plugins.panels(chief, {})[0].value is None
    chief.session.info.clear()
    chief.session.rollback()
    assert plugins.panels(chief, {}) == []
    standing = state.standings(chief.session)["crash"]
    assert standing.status == "STOPPED"
    assert "RuntimeError: aj" in standing.fault


def test_nothing_of_one_forbund_is_left_for_the_next(
    database: Database, config: Config, chief: Actor, write: Write
) -> None:
    """A plugin that remembers what it saw meets its own memory empty."""
    code = "    SEEN.extend(plugin.interventions())\n    return Panel('x', tuple(i['name'] for i in SEEN))"
    seen = f"SEEN = []\n{HEAD}{code}"
    write("memory_of", seen)
    other = make_forbund(config, "granne")
    add_intervention(config, other, "Kanariefågeln")
    neighbour = act(database, other, Role.DIRECTOR)
    with neighbour.session:
        switch_on(neighbour, "memory_of")
        theirs = plugins.panels(neighbour, {})[0].value
        assert theirs is not None
        assert theirs.lines == ("Kanariefågeln",)
    switch_on(chief, "memory_of")
    for _time in range(2):
        ours = plugins.panels(chief, {})[0].value
        assert ours is not None
        assert ours.lines == ("Hemteamet",)


def test_its_process_has_no_environment(chief: Actor, write: Write) -> None:
    write("env", HEAD + "    return Panel(json.dumps(sorted(os.environ)))")
    switch_on(chief, "env")
    value = plugins.panels(chief, {})[0].value
    assert value is not None
    assert "FYRKLANG" not in value.title


@pytest.mark.parametrize(
    ("data", "permissions", "question"),
    [
        ('["own"]', '["interventions:read"]', "plugin.interventions()"),
        ('["office"]', '["interventions:read"]', "plugin.counts(2024)"),
        ('["office"]', '["interventions:read"]', "plugin.keep('a', 'b', {})"),
        ('["office"]', "[]", "plugin.interventions()"),
    ],
)
def test_what_the_manifest_did_not_ask_for_is_denied(
    chief: Actor, write: Write, data: str, permissions: str, question: str
) -> None:
    manifest = (
        'id = "{id}"\nname = "P"\nversion = "1"\nsdk = ">=1"\nsummary = "s"\nhooks = ["participant_panel"]\n'
        f"data = {data}\npermissions = {permissions}\n"
    )
    code = f"    try:\n        {question}\n    except Denied:\n        return Panel('nekad')\n    return Panel('fick')"
    write("asks", HEAD + code, manifest)
    switch_on(chief, "asks")
    value = plugins.panels(chief, {})[0].value
    assert value is not None
    assert value.title == "nekad"
    assert chief.session.scalars(select(PluginNote)).all() == []
