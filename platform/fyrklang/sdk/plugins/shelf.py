"""Which plugins there are: packages in `plugins/`, and installed wheels that name themselves by entry point."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from fyrklang.kernel.paths import project_root
from fyrklang.sdk.plugins import hygiene
from fyrklang.sdk.plugins.manifest import Manifest, ManifestError, read_manifest

ENTRY_POINTS = "fyrklang.plugins"
PREFIX = "fyrklang_"


@dataclass(frozen=True)
class Found:
    """A plugin that may be used. `root` holds its package; `folder` is the package."""

    manifest: Manifest
    folder: Path

    @property
    def id(self) -> str:
        """The plugin's name in code and addresses."""
        return self.manifest.id

    @property
    def root(self) -> Path:
        """What must be on the path for the package to be importable."""
        return self.folder.parent

    def answers(self, hook: str) -> bool:
        """Whether the manifest says that it takes part there."""
        return hook in self.manifest.hooks


@dataclass(frozen=True)
class Refused:
    """A plugin that may not be used, and why, in Swedish."""

    folder: Path
    reason: str


def inspect(folder: Path) -> Found:
    """Read a package's manifest and look its code over.

    Raises:
        ManifestError: it may not be used; the sentence says why.
    """
    found = Found(read_manifest(folder / "plugin.toml"), folder)
    wrong = hygiene.faults(folder)
    if wrong:
        raise ManifestError("Koden gör det ett tillägg inte får: " + " ".join(wrong[:3]))
    return found


@dataclass
class Shelf:
    """The plugins of this process; looked for once."""

    folders: tuple[Path, ...] | None = None
    installed: bool = True
    _found: dict[str, Found] | None = field(default=None, init=False)
    refused: list[Refused] = field(default_factory=list, init=False)

    def all(self) -> dict[str, Found]:
        """Every usable plugin by id, in order of name."""
        if self._found is None:
            self._found = self._look()
        return self._found

    def get(self, plugin_id: str) -> Found | None:
        """The plugin of that id."""
        return self.all().get(plugin_id)

    def look_again(self) -> None:
        """Forget what was found, since something was installed or removed."""
        self._found = None

    def _look(self) -> dict[str, Found]:
        self.refused.clear()
        found: dict[str, Found] = {}
        for folder in self._packages():
            try:
                one = inspect(folder)
            except ManifestError as fault:
                self.refused.append(Refused(folder, str(fault)))
                continue
            known = found.setdefault(one.id, one)
            if known.folder != one.folder:
                self.refused.append(Refused(folder, f"Ett annat tillägg heter redan {one.id}."))
        return dict(sorted(found.items(), key=lambda pair: pair[1].manifest.name))

    def _packages(self) -> Iterator[Path]:
        seen = set()
        bundled = (project_root() / "plugins",) if self.folders is None else self.folders
        for root in bundled:
            for manifest in sorted(root.glob(f"{PREFIX}*/plugin.toml")):
                seen.add(manifest.parent.resolve())
                yield manifest.parent
        for point in entry_points(group=ENTRY_POINTS) if self.installed else ():
            spec = find_spec(point.value) if point.value.startswith(PREFIX) else None
            for place in (spec.submodule_search_locations if spec else None) or ():
                if Path(place).resolve() not in seen:
                    yield Path(place)


SHELF = Shelf()
"""The plugins this process knows."""
