"""What the Makefile relies on before anything is installed."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

from fyrklang.cli import bootstrap
from fyrklang.kernel.paths import project_root

LOCKS = ("requirements.lock", "requirements-dev.lock")


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A project with empty locks, whose installations are counted instead of made."""
    for name in (*LOCKS, "pyproject.toml"):
        (tmp_path / name).write_text("")
    made = bootstrap.Bootstrap(tmp_path, os.environ)
    installed: list[str] = []
    monkeypatch.setattr(made, "_install", lambda lock: installed.append(lock.name))
    # An environment with a pip of its own takes ten seconds to make, and none of these needs it.
    monkeypatch.setattr(bootstrap, "host_pip_serves_others", lambda: True)
    return made, installed


def test_locks_name_no_place_and_hold_a_hash_for_every_package() -> None:
    for name in LOCKS:
        text = (project_root() / name).read_text(encoding="utf-8")
        assert "://" not in text
        assert not re.search(r"(^|\s)/\w", text)
        packages = re.findall(r"^\S+==\S+.*\\$", text, re.MULTILINE)
        assert len(packages) == len(re.findall(r"^[a-z0-9].*==", text, re.MULTILINE)) > 50
        assert text.count("--hash=sha256:") >= len(packages)


def test_the_dev_lock_holds_the_other_at_the_same_versions() -> None:
    pins = [
        set(re.findall(r"^(\S+==\S+)", (project_root() / name).read_text(encoding="utf-8"), re.MULTILINE))
        for name in LOCKS
    ]
    assert pins[0] <= pins[1]


def test_the_tool_is_pinned_with_hashes() -> None:
    version, requirement = bootstrap.pinned("uv", (project_root() / LOCKS[1]).read_text(encoding="utf-8"))
    assert requirement.startswith(f"uv=={version} \\\n    --hash=sha256:")
    assert not requirement.rstrip().endswith("\\")
    with pytest.raises(SystemExit, match="make lock"):
        bootstrap.pinned("nowhere", requirement)


def test_the_users_pip_settings_reach_uv() -> None:
    listed = "\n".join(
        [
            ":env:.index-url='https://b.example/simple'",
            "global.extra-index-url='file:///one file:///two'",
            "global.index-url='https://a.example/simple'",
            "install.find-links='/x\\n/y'",
            "global.cert='/etc/agency.pem'",
            "a line of something else",
        ]
    )
    pip = bootstrap.parse_pip_settings(listed)
    assert pip["index-url"] == "https://b.example/simple"
    settings = bootstrap.uv_environ({}, pip)
    assert settings["UV_DEFAULT_INDEX"] == "https://b.example/simple"
    assert settings["UV_INDEX"] == "file:///one file:///two"
    assert settings["UV_FIND_LINKS"] == "/x,/y"
    assert settings["SSL_CERT_FILE"] == "/etc/agency.pem"
    assert (settings["UV_SYSTEM_CERTS"], settings["UV_PYTHON_DOWNLOADS"]) == ("1", "never")


def test_what_uv_is_told_directly_wins_over_pip() -> None:
    settings = bootstrap.uv_environ(
        {"UV_INDEX_URL": "https://c.example", "UV_SYSTEM_CERTS": "0"},
        {"index-url": "https://a.example", "extra-index-url": "https://b.example"},
    )
    assert not {"UV_DEFAULT_INDEX", "UV_INDEX", "UV_SYSTEM_CERTS"} & settings.keys()


def test_a_second_run_installs_nothing_until_the_lock_changes(checkout) -> None:
    made, installed = checkout
    made.ensure("requirements.lock")
    made.ensure("requirements.lock")
    assert installed == ["requirements.lock"]
    (made.root / "requirements.lock").write_text("# new\n")
    made.ensure("requirements.lock")
    assert installed == ["requirements.lock"] * 2


def test_a_developer_who_starts_the_platform_keeps_the_test_tools(checkout) -> None:
    made, installed = checkout
    made.ensure("requirements-dev.lock")
    made.ensure("requirements.lock")
    assert installed == ["requirements-dev.lock"]


def test_the_environment_runs_the_project_from_where_it_lies(checkout) -> None:
    made, _ = checkout
    made.ensure("requirements.lock")
    # Only folders that exist are put on the path.
    (made.root / "platform").mkdir()
    path = bootstrap.output([str(made.python), "-c", "import sys; print(sys.path)"])
    assert str(made.root / "platform") in path
    assert os.access(made.venv / "bin" / "fyrklang", os.X_OK)


def test_a_broken_or_moved_environment_is_made_anew(checkout) -> None:
    made, installed = checkout
    made.ensure("requirements.lock")
    made.python.unlink()
    made.python.symlink_to("/nowhere/python")
    made.ensure("requirements.lock")
    assert installed == ["requirements.lock"] * 2
    assert bootstrap.works(made.python)


def test_without_uv_pip_installs_the_same_hashes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "requirements-dev.lock").write_text("uv==0.0.1 \\\n    --hash=sha256:00\n")
    ran: list[list[str]] = []
    made = bootstrap.Bootstrap(tmp_path, {**os.environ, "PIP_NO_INDEX": "1"})
    made.venv.mkdir()
    monkeypatch.setattr(bootstrap, "run", lambda command, _: ran.append(list(command)))
    monkeypatch.setattr(made, "_pip", lambda: [sys.executable, "-c", "raise SystemExit(1)"])
    made._install(tmp_path / "requirements-dev.lock")
    assert ran[0][-5:] == [
        "install",
        "--require-hashes",
        "--no-deps",
        "-r",
        str(tmp_path / "requirements-dev.lock"),
    ]


def test_locking_looks_in_the_main_index_alone(checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    made, _ = checkout
    pip = {"index-url": "https://a.example", "extra-index-url": "https://b.example", "find-links": "/x"}
    monkeypatch.setattr(made, "pip_settings", lambda: pip)
    environ = made.locking_environ()
    assert environ["UV_DEFAULT_INDEX"] == "https://a.example"
    assert environ["UV_CUSTOM_COMPILE_COMMAND"] == "make lock"
    assert "https://b.example" not in environ.values()
    assert environ.get("UV_FIND_LINKS") == os.environ.get("UV_FIND_LINKS")
