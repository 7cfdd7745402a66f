"""README and docs stay true: every path and every command they name exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from fyrklang.cli import COMMANDS, main
from tests.contracts.source import ROOT, tracked

PAGES = [path for path in tracked() if path.suffix == ".md" and "vendor" not in path.parts]
NAMED = re.compile(r"`([^`\n]+)`")
TARGETS = re.compile(r"^([a-z]+):", re.MULTILINE)
LINK = re.compile(r"\]\(([^)#\s]+)\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_path_named_exists(page: Path) -> None:
    missing = []
    for name in NAMED.findall(page.read_text("utf-8")):
        looks_like_path = re.fullmatch(r"[\w.\-]+(/[\w.\-<>*]+)*/?", name) and ("/" in name)
        if looks_like_path and name.split("/")[0] in {path.name for path in ROOT.iterdir()}:
            pattern = re.sub(r"<\w+>", "*", name.rstrip("/"))
            if not list(ROOT.glob(pattern)):
                missing.append(name)
    missing += [
        link
        for link in LINK.findall(page.read_text("utf-8"))
        if "://" not in link and not (page.parent / link).exists()
    ]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_named_exists(page: Path) -> None:
    targets = set(TARGETS.findall((ROOT / "Makefile").read_text("utf-8")))
    text = page.read_text("utf-8")
    for target in re.findall(r"`make ([a-z]+)`|^    make ([a-z]+)", text, re.MULTILINE):
        assert (target[0] or target[1]) in targets
    for command in re.findall(r"`fyrklang ([a-z]+)|^    fyrklang ([a-z]+)", text, re.MULTILINE):
        assert (command[0] or command[1]) in COMMANDS


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_loads_and_explains_itself(command: str) -> None:
    answer = CliRunner().invoke(main, [command, "--help"])
    assert answer.exit_code == 0, answer.output
    assert "Usage" in answer.output


def test_readme_names_every_room_of_the_house() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    rooms = [path.name for path in (ROOT / "platform" / "fyrklang").iterdir() if path.is_dir()]
    assert [room for room in rooms if room != "__pycache__" and f"{room}/" not in readme] == []
