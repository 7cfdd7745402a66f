"""What may stand in no file: a package registry's host, a path of one machine, a real person's number."""

from __future__ import annotations

import re

import pytest

from tests.contracts.source import ROOT, tracked

HOSTS = ("pypi" + ".org", "pythonhosted" + ".org", "registry." + "npmjs", "npmjs" + ".org", "deb." + "debian")
MACHINES = re.compile("/" + r"(work|farm|home/\w+|Users/\w+)/")
PERSON_NUMBER = re.compile(r"(?<![\d-])(19|20)\d{6}-\d{4}(?!\d)")
EXAMPLE = "19121212-" + "1212"
"""Tolvan Tolvansson, the authorities' own invented person."""
BINARY = {".woff2", ".ttf", ".png", ".mo", ".ico", ".xlsx", ".pdf"}


@pytest.mark.parametrize("host", HOSTS)
def test_no_registry_host(host: str) -> None:
    assert [name for name, text in _texts() if host in text] == []


def test_no_path_of_one_machine() -> None:
    assert [name for name, text in _texts() if MACHINES.search(text) and "vendor/" not in name] == []


def test_no_personal_number_but_the_example_everyone_uses() -> None:
    found = {number.group() for _name, text in _texts() for number in PERSON_NUMBER.finditer(text)}
    assert found <= {EXAMPLE}


def _texts() -> list[tuple[str, str]]:
    return [
        (str(path.relative_to(ROOT)), path.read_text("utf-8"))
        for path in tracked()
        if path.suffix not in BINARY
    ]
