"""A plugin that cannot be used is refused with a sentence that says why."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from fyrklang.kernel.paths import project_root
from fyrklang.sdk.plugins.manifest import ManifestError
from fyrklang.sdk.plugins.shelf import SHELF, Shelf, inspect
from tests.sdk.plugins.conftest import MANIFEST

GOOD = MANIFEST.format(id="prov")


def lay(folder: Path, manifest: str, code: str = "") -> Path:
    package = folder / "fyrklang_prov"
    package.mkdir()
    (package / "plugin.toml").write_text(manifest, "utf-8")
    (package / "__init__.py").write_text(code, "utf-8")
    return package


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('id = "prov"', 'id = "../x"', "små bokstäver"),
        ('id = "prov"', 'id = "annat"', "fyrklang_annat"),
        ('sdk = ">=1,<2"', 'sdk = ">=2"', "plattformen har 1.0"),
        ('sdk = ">=1,<2"', 'sdk = "nyast"', "går inte att läsa"),
        ('"notices"', '"allt"', "kroken allt"),
        ('["interventions:read"]', '["interventions:read", "cases:read"]', "cases:read"),
        ('["interventions:read"]', "[]", "står inte|inte står"),
        ('"own"]', '"persons"]', "persons"),
        ("[[pages]]", 'hosts = ["x.example"]\n[[pages]]', "nätet"),
        ("[[pages]]", 'tables = ["svar"]\n[[pages]]', "egna tabeller"),
        ("[[pages]]", 'tries = "x"\n[[pages]]', "inte är en export"),
        ('name = "start"', 'name = "a/b"', "bindestreck"),
        ("menu = true", "menu = true\nsecret = 1", "secret"),
        ("menu = true", 'menu = "ja"', "bool"),
        ("menu = true", "menu =", "TOML"),
        ('"page", ', "", "hooks nämner page"),
        ("menu = true", 'menu = true\n[[settings]]\nname = "x"\nlabel = "X"\ntype = "choice"', "saknar val"),
        ("menu = true", 'menu = true\n[[settings]]\nname = "x"\nlabel = "X"\ntype = "kod"', "okänd typ"),
    ],
)
def test_a_manifest_that_asks_wrongly_is_refused(tmp_path: Path, before: str, after: str, words: str) -> None:
    assert before in GOOD
    with pytest.raises(ManifestError, match=words):
        inspect(lay(tmp_path, GOOD.replace(before, after)))


@pytest.mark.parametrize(
    "code",
    [
        "import fyrklang.tenancy.session",
        "from fyrklang.sdk.plugins import grants",
        "from fyrklang.kernel.config import Config",
        "import socket",
        "import subprocess as s",
        "import os",
        "from urllib.request import urlopen",
        "import sqlalchemy",
        "__import__('os')",
        "open('/etc/passwd')",
        "eval('1')",
        "().__class__.__bases__[0].__subclasses__()",
        "def f(:",
    ],
)
def test_code_that_reaches_elsewhere_is_refused(tmp_path: Path, code: str) -> None:
    with pytest.raises(ManifestError, match="Koden gör det ett tillägg inte får"):
        inspect(lay(tmp_path, GOOD, code))


def test_the_shelf_says_what_it_refused(tmp_path: Path) -> None:
    lay(tmp_path, GOOD, "import socket")
    shelf = Shelf(folders=(tmp_path,), installed=False)
    assert shelf.all() == {}
    assert "socket" in shelf.refused[0].reason


def test_every_bundled_plugin_is_usable() -> None:
    assert "example" in SHELF.all()
    assert SHELF.refused == []


def test_types_and_import_rules_cover_every_bundled_plugin() -> None:
    settings = tomllib.loads((project_root() / "pyproject.toml").read_text("utf-8"))["tool"]
    bundled = {path.parent.name for path in (project_root() / "plugins").glob("*/plugin.toml")}
    contract = next(each for each in settings["importlinter"]["contracts"] if each["type"] == "forbidden")
    assert bundled == set(contract["source_modules"])
    assert bundled == set(settings["mypy"]["packages"]) - {"fyrklang"}
    assert bundled == set(settings["importlinter"]["root_packages"]) - {"fyrklang"}
