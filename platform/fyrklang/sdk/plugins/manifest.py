"""`plugin.toml`: what a plugin is, asks for and brings. Read without running any of the plugin's code."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from fyrklang.access.permissions import PERMISSION_TRAITS, Permission, Reach
from fyrklang.sdk.plugin.shapes import Field
from fyrklang.sdk.plugin.specs import HOOKS
from fyrklang.sdk.plugin.wire import MisshapenError, build

SDK_VERSION = Version("1.0")
"""Rises with the hooks and the facade: the first number when something a plugin uses goes away."""

ASKABLE = frozenset(
    permission
    for permission, traits in PERMISSION_TRAITS.items()
    if traits.reach is Reach.TENANT
    and not traits.reads_person
    and permission.startswith(("interventions:", "counts:", "members:"))
)
"""What a plugin's pages may demand: acts in the office. None of them shows a person or a user."""

DATA_CLASSES = ("office", "counts", "own")
FIELD_TYPES = ("text", "area", "integer", "boolean", "choice", "choices", "date", "address", "secret")
_ID = re.compile(r"[a-z][a-z0-9_]{1,30}")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,40}")
_REACHED_BY_NAME = {"api": "api", "export": "exports", "job": "jobs", "page": "pages"}


class ManifestError(Exception):
    """A plugin cannot be used; the text says why, in Swedish."""


@dataclass(frozen=True)
class PageEntry:
    """A page under `/tillagg/<id>/<name>`; in the menu if `menu`."""

    name: str
    title: str
    permission: str
    menu: bool = False


@dataclass(frozen=True)
class ApiEntry:
    """A JSON route under `/plugins/<id>/<name>`."""

    name: str
    title: str
    permission: str


@dataclass(frozen=True)
class ExportEntry:
    """A table to fetch; `permission` as for a page."""

    name: str
    title: str
    permission: str = "interventions:read"


@dataclass(frozen=True)
class JobEntry:
    """Background work; nightly, or only when asked for."""

    name: str
    title: str
    nightly: bool = False


@dataclass(frozen=True)
class Manifest:
    """The whole file. `tries` names the export that a dry run makes."""

    id: str
    name: str
    version: str
    sdk: str
    summary: str
    icon: str = "puzzle"
    hooks: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    tries: str = ""
    pages: tuple[PageEntry, ...] = ()
    api: tuple[ApiEntry, ...] = ()
    exports: tuple[ExportEntry, ...] = ()
    jobs: tuple[JobEntry, ...] = ()
    settings: tuple[Field, ...] = ()
    catalogue: tuple[Field, ...] = field(default=())

    @property
    def package(self) -> str:
        """The Python package the plugin is."""
        return f"fyrklang_{self.id}"


def read_manifest(path: Path) -> Manifest:
    """Read and judge a `plugin.toml`.

    Raises:
        ManifestError: it cannot be read, or asks for what is not to be had.
    """
    try:
        manifest: Manifest = build(Manifest, tomllib.loads(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError) as fault:
        raise ManifestError("Filen plugin.toml går inte att läsa.") from fault
    except tomllib.TOMLDecodeError as fault:
        raise ManifestError(f"Filen plugin.toml är inte riktig TOML: {fault}.") from fault
    except MisshapenError as fault:
        raise ManifestError(f"Filen plugin.toml har fel form: {fault}.") from fault
    for judge in (_identity, _asks, _doors, _fields):
        judge(manifest, path)
    return manifest


def _demand(met: bool, sentence: str) -> None:
    if not met:
        raise ManifestError(sentence)


def _identity(made: Manifest, path: Path) -> None:
    _demand(
        bool(_ID.fullmatch(made.id)), f"Id ”{made.id}” ska vara små bokstäver a–z, siffror och understreck."
    )
    _demand(path.parent.name == made.package, f"Mappen ska heta {made.package} efter tilläggets id.")
    _demand(
        bool(made.name.strip() and made.summary.strip()), "Tillägget behöver namn och en rad om vad det gör."
    )
    try:
        Version(made.version)
        wanted = SpecifierSet(made.sdk)
    except (InvalidVersion, InvalidSpecifier) as fault:
        raise ManifestError(f"Versionen eller sdk går inte att läsa: {fault}.") from fault
    _demand(
        SDK_VERSION in wanted,
        f"Tillägget är gjort för sdk {made.sdk}, men plattformen har {SDK_VERSION}.",
    )


def _asks(made: Manifest, _path: Path) -> None:
    for what, asked, known in (
        ("kroken", made.hooks, HOOKS),
        ("behörigheten", made.permissions, ASKABLE),
        ("uppgifterna", made.data, DATA_CLASSES),
    ):
        odd = sorted(set(asked) - set(known))
        _demand(not odd, f"Tillägget begär {what} {', '.join(odd)}, som inte finns eller inte lämnas ut.")
    _demand(
        not made.hosts,
        f"Tillägget vill nå {', '.join(made.hosts)}. Plattformen släpper inte ut tillägg på nätet.",
    )
    _demand(
        not made.tables, "Tillägget vill ha egna tabeller. Plattformen låter det spara egna anteckningar."
    )


def _doors(made: Manifest, _path: Path) -> None:
    for hook, part in _REACHED_BY_NAME.items():
        entries = getattr(made, part)
        _demand(not entries or hook in made.hooks, f"[[{part}]] kräver att hooks nämner {hook}.")
        names = [entry.name for entry in entries]
        _demand(len(set(names)) == len(names), f"Två av [[{part}]] har samma namn.")
        _demand(all(map(_NAME.fullmatch, names)), f"Namn i [[{part}]] ska vara a–z, siffror och bindestreck.")
    guarded: tuple[PageEntry | ApiEntry | ExportEntry, ...] = (*made.pages, *made.api, *made.exports)
    for entry in guarded:
        _demand(
            entry.permission in made.permissions,
            f"{entry.title} kräver {entry.permission}, som inte står bland permissions.",
        )
    known = {entry.name for entry in made.exports}
    _demand(not made.tries or made.tries in known, f"tries nämner {made.tries}, som inte är en export.")


def _fields(made: Manifest, _path: Path) -> None:
    names = [each.name for each in made.settings]
    _demand(len(set(names)) == len(names), "Två inställningar har samma namn.")
    for each in (*made.settings, *made.catalogue):
        _demand(bool(_NAME.fullmatch(each.name)), f"Inställningen {each.name} har ett otillåtet namn.")
        _demand(each.type in FIELD_TYPES, f"Inställningen {each.name} har okänd typ {each.type}.")
        _demand(
            bool(each.choices) or each.type not in ("choice", "choices"),
            f"Inställningen {each.name} saknar val att välja bland.",
        )


def may(name: str) -> Permission:
    """The permission of a manifest's entry."""
    return Permission(name)
