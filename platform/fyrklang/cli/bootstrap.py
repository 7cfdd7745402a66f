"""Makes `.venv` from a lock file, with nothing but the standard library, and then becomes a command.

Run as a file by the Makefile: `python -I bootstrap.py requirements.lock [-- command…]`. A second run
with the same lock does nothing. uv installs where it can be had, pip with the same hashes elsewhere.
No address of a package index stands here or in the locks: pip's own settings decide, for uv too.
"""

from __future__ import annotations

import ast
import fcntl
import hashlib
import importlib.util
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

OLDEST_PYTHON = (3, 11)
OLDEST_PIP_FOR_OTHERS = (22, 3)
DEV_LOCK = "requirements-dev.lock"
SOURCE_ROOTS = ("platform", "plugins")

_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
_COMMAND = """#!/bin/sh
exec '{python}' -m fyrklang.cli "$@"
"""


class Bootstrap:
    """One checkout's virtual environment."""

    def __init__(self, root: Path, environ: Mapping[str, str]) -> None:
        self.root = root
        self.venv = root / ".venv"
        self.python = self.venv / "bin" / "python"
        self._stamp = self.venv / "fyrklang.json"
        self._pip_settings: dict[str, str] | None = None
        self._environ = {name: value for name, value in environ.items() if name != "VIRTUAL_ENV"}

    def ensure(self, lock: str) -> None:
        """Bring `.venv` to what the lock says, unless it is there already.

        Raises:
            SystemExit: it cannot be done; the text says why, in Swedish.
        """
        with (self.root / "pyproject.toml").open("rb") as held:
            # `make up` and `make test` may be started side by side.
            fcntl.flock(held.fileno(), fcntl.LOCK_EX)
            installed = self._installed()
            wanted = DEV_LOCK if DEV_LOCK in installed else lock
            if installed.get(wanted) == self._digest(wanted):
                return
            say(f"Installerar det som {wanted} räknar upp …")
            if not installed:
                self._make()
            self._install(self.root / wanted)
            self._link_project()
            self._write_stamp(wanted)

    def pip_settings(self) -> dict[str, str]:
        """What the user has told pip, by long option name: files first, then the environment."""
        if self._pip_settings is None:
            listing = [*self._pip(), "config", "list"]
            said = subprocess.run(listing, capture_output=True, text=True, env=self._environ, check=False)
            self._pip_settings = parse_pip_settings(said.stdout)
        return self._pip_settings

    def locking_environ(self) -> dict[str, str]:
        """The environment uv locks in: the user's main index and certificates, and nothing beside them.

        A further index may hold other files under the same names, and with several a stranger's package
        could take the place of one of ours; there is no hash yet to tell them apart.
        """
        settings = uv_environ(self._environ, self.pip_settings())
        beside = {"UV_INDEX", "UV_FIND_LINKS", "UV_INDEX_STRATEGY", "UV_NO_INDEX"}
        own = {name: value for name, value in settings.items() if name not in beside}
        return {**self._environ, **own, "UV_CUSTOM_COMPILE_COMMAND": "make lock"}

    def _installed(self) -> dict[str, str]:
        """Lock name → its digest when installed; empty when there is no sound environment."""
        try:
            stamp = json.loads(self._stamp.read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return {}
        if stamp.get("root") != str(self.root) or not works(self.python):
            return {}
        locks: dict[str, str] = stamp.get("locks", {})
        return locks

    def _digest(self, lock: str) -> str:
        return hashlib.sha256((self.root / lock).read_bytes()).hexdigest()

    def _make(self) -> None:
        if self.venv.is_symlink():
            self.venv.unlink()
        shutil.rmtree(self.venv, ignore_errors=True)
        # Without its own pip an environment is made ten times faster; the one of this Python can fill it.
        borrowed = host_pip_serves_others()
        if not borrowed and importlib.util.find_spec("ensurepip") is None:
            raise SystemExit(
                f"{sys.executable} saknar pip. Installera pip för den (på Debian: apt install python3-pip)."
            )
        options = ["--without-pip"] if borrowed else []
        run([sys.executable, "-m", "venv", *options, str(self.venv)], self._environ)

    def _pip(self) -> list[str]:
        if (self.venv / "bin" / "pip").exists():
            return [str(self.python), "-m", "pip"]
        return [sys.executable, "-m", "pip", "--python", str(self.python)]

    def _pip_environ(self) -> dict[str, str]:
        """pip's own authorities do not include that of a proxy that opens TLS; the system's do."""
        given = {"PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"} & self._environ.keys()
        bundle = system_bundle(self._environ)
        if given or "cert" in self.pip_settings() or bundle is None:
            return self._environ
        return {**self._environ, "PIP_CERT": bundle}

    def _install(self, lock: Path) -> None:
        uv = self._uv()
        if uv is not None:
            environ = {**self._environ, **uv_environ(self._environ, self.pip_settings())}
            sync = [str(uv), "pip", "sync", "--require-hashes", "--python", str(self.python), str(lock)]
            if subprocess.run(sync, env=environ, check=False).returncode == 0:
                return
            say("uv klarade inte installationen. Försöker med pip, som är långsammare.")
        run([*self._pip(), "install", "--require-hashes", "--no-deps", "-r", str(lock)], self._pip_environ())

    def _uv(self) -> Path | None:
        """The uv that the lock pins, put into the environment if need be; None if it cannot be had."""
        uv = self.venv / "bin" / "uv"
        version, requirement = pinned("uv", (self.root / DEV_LOCK).read_text(encoding="utf-8"))
        if uv.exists() and version in output([str(uv), "--version"]).split():
            return uv
        with tempfile.NamedTemporaryFile("w", suffix=".txt", dir=self.venv, encoding="utf-8") as file:
            file.write(requirement)
            file.flush()
            install = [*self._pip(), "install", "--quiet", "--require-hashes", "--no-deps", "-r", file.name]
            done = subprocess.run(
                [*install, "--only-binary", ":all:", "--disable-pip-version-check"],
                env=self._pip_environ(),
                check=False,
            )
        if done.returncode != 0 or not works(uv):
            say("uv går inte att få här. Använder pip, som är långsammare.")
            return None
        return uv

    def _link_project(self) -> None:
        """Put the source roots on the path, and the command beside Python; nothing is built."""
        site = Path(
            output([str(self.python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"])
        )
        site.joinpath("fyrklang.pth").write_text(
            "".join(f"{self.root / name}\n" for name in SOURCE_ROOTS), encoding="utf-8"
        )
        command = self.venv / "bin" / "fyrklang"
        quoted = str(self.python).replace("'", "'\\''")
        command.write_text(_COMMAND.format(python=quoted), encoding="utf-8")
        command.chmod(0o755)

    def _write_stamp(self, lock: str) -> None:
        locks = {path.name: self._digest(path.name) for path in self.root.glob("requirements*.lock")}
        # The dev lock holds everything in the other one, at the same versions.
        kept = locks if lock == DEV_LOCK else {lock: locks[lock]}
        self._stamp.write_text(json.dumps({"root": str(self.root), "locks": kept}), encoding="utf-8")


def parse_pip_settings(listed: str) -> dict[str, str]:
    """The lines of `pip config list` as option → value, the environment winning over files."""
    found: dict[str, tuple[int, str]] = {}
    strength = {"global": 0, "install": 1, ":env:": 2}
    for line in listed.splitlines():
        match = re.fullmatch(r"(global|install|:env:)\.([\w-]+)=(.*)", line)
        if match is None:
            continue
        section, option, quoted = match.groups()
        if strength[section] >= found.get(option, (-1, ""))[0]:
            found[option] = (strength[section], _unquoted(quoted))
    return {option: value for option, (_, value) in found.items()}


def uv_environ(environ: Mapping[str, str], pip: Mapping[str, str]) -> dict[str, str]:
    """uv's settings: the system's certificates, no Python of its own, and the user's pip settings.

    uv reads none of pip's settings by itself. Whatever is given to uv directly wins.
    """
    settings = {
        "UV_SYSTEM_CERTS": "1",
        "UV_PYTHON_DOWNLOADS": "never",
        # Safe with several indexes, since every file is held to the hash in the lock.
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }
    for option, name in (
        ("index-url", "UV_DEFAULT_INDEX"),
        ("extra-index-url", "UV_INDEX"),
        ("trusted-host", "UV_INSECURE_HOST"),
        ("cert", "SSL_CERT_FILE"),
        ("proxy", "ALL_PROXY"),
        ("timeout", "UV_HTTP_TIMEOUT"),
    ):
        if pip.get(option):
            settings[name] = " ".join(pip[option].split())
    if pip.get("find-links"):
        settings["UV_FIND_LINKS"] = ",".join(pip["find-links"].split())
    if pip.get("no-index", "").lower() in {"1", "true", "yes", "on"}:
        settings["UV_NO_INDEX"] = "1"
    if {"UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX"} & environ.keys():
        settings.pop("UV_DEFAULT_INDEX", None)
        settings.pop("UV_INDEX", None)
    return {name: value for name, value in settings.items() if name not in environ}


def pinned(package: str, lock: str) -> tuple[str, str]:
    """A package's version in a lock, and its whole requirement with hashes.

    Raises:
        SystemExit: the lock does not name the package.
    """
    name, hashes = re.escape(package), r"(?:    --hash=\S+(?: \\)?\n)+"
    found = re.search(rf"^{name}==(\S+)(?: ;[^\n]*)? \\\n{hashes}", lock, re.MULTILINE)
    if found is None:
        raise SystemExit(f"Låsfilen nämner inte {package}. Kör make lock.")
    return found.group(1), found.group(0)


def system_bundle(environ: Mapping[str, str]) -> str | None:
    """The file with the authorities this machine trusts, if there is one."""
    places = (environ.get("SSL_CERT_FILE"), ssl.get_default_verify_paths().cafile, *_BUNDLES)
    return next((place for place in places if place and Path(place).is_file()), None)


def host_pip_serves_others() -> bool:
    """Whether the pip of this Python can install into another environment."""
    said = re.match(r"pip (\d+)\.(\d+)", output([sys.executable, "-m", "pip", "--version"]))
    return said is not None and (int(said[1]), int(said[2])) >= OLDEST_PIP_FOR_OTHERS


def works(program: Path) -> bool:
    """Whether the program starts at all, as it does not when its machine or Python has been replaced."""
    return program.exists() and bool(output([str(program), "--version"]))


def output(command: Sequence[str]) -> str:
    """What the command prints, or nothing when it fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def run(command: Sequence[str], environ: Mapping[str, str]) -> None:
    """Run a command that must succeed.

    Raises:
        SystemExit: it did not.
    """
    if subprocess.run(command, env=dict(environ), check=False).returncode != 0:
        raise SystemExit(f"Det här kommandot misslyckades: {' '.join(command)}")


def say(sentence: str) -> None:
    """Tell the user, on standard error."""
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


def _unquoted(text: str) -> str:
    try:
        value: Any = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
    return str(value)


def main(arguments: list[str]) -> None:
    """Install what the named lock says, then become the command after `--`, if any."""
    if sys.version_info < OLDEST_PYTHON:
        raise SystemExit("Fyrklang behöver Python 3.11 eller nyare.")
    bootstrap = Bootstrap(Path(__file__).resolve().parents[3], os.environ)
    bootstrap.ensure(arguments[0])
    if arguments[1:2] == ["--"]:
        command = arguments[2:]
        program = str(bootstrap.venv / "bin" / command[0])
        environ = bootstrap.locking_environ() if command[0] == "uv" else dict(os.environ)
        os.execve(program, [program, *command[1:]], environ)  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1:])
