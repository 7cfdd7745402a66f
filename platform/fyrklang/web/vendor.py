"""Fetch the front-end files we ship and record where they came from.

Run `python -m fyrklang.web.vendor` after changing a version below. It packs each npm package with the
machine's own npm settings, copies the files we use into `static/vendor/`, and writes `vendor.json` with
name, version, licence and sha256. Neither the running system nor the tests need npm.

The TrueType files are the same Inter as the woff2 files; chart and PDF rendering take no other format.
Making them needs `pip install fonttools brotli` beside the project's own packages.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import re
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

import click

STATIC = Path(__file__).parent / "static"
VENDOR = STATIC / "vendor"
MANIFEST = VENDOR / "vendor.json"

INTER_WEIGHTS = ("Regular", "Medium", "SemiBold")


@dataclass(frozen=True)
class Package:
    """One npm package: which of its files we take, and under which licence (SPDX)."""

    name: str
    version: str
    licence: str
    licence_file: str
    folder: str
    files: tuple[str, ...]


PACKAGES = (
    Package("@fkui/design", "6.44.0", "MIT", "LICENSE.md", "fkui-design", ("lib/fkui.min.css",)),
    Package("@fkui/theme-default", "6.44.0", "MIT", "LICENSE.md", "fkui-theme", ("dist/theme-light.css",)),
    Package("htmx.org", "4.0.1", "0BSD", "LICENSE", "htmx", ("dist/htmx.min.js",)),
    Package(
        "inter-ui",
        "4.1.1",
        "OFL-1.1",
        "LICENSE.txt",
        "inter",
        tuple(f"web/Inter-{weight}.woff2" for weight in INTER_WEIGHTS),
    ),
    Package("lucide-static", "1.62.0", "ISC AND MIT", "LICENSE", "lucide", ()),
)

ICONS = [
    "arrow-down",
    "arrow-left",
    "arrow-right",
    "arrow-up",
    "ban",
    "bell",
    "book-open",
    "building-2",
    "calendar",
    "calendar-x",
    "check",
    "chevron-down",
    "chevron-left",
    "chevron-right",
    "chevrons-up-down",
    "circle",
    "circle-alert",
    "circle-check",
    "circle-dot",
    "circle-help",
    "clipboard-list",
    "clock-alert",
    "clock-arrow-up",
    "coins",
    "compass",
    "copy",
    "database",
    "download",
    "ellipsis",
    "equal",
    "euro",
    "external-link",
    "eye-off",
    "file-clock",
    "file-input",
    "file-text",
    "git-branch",
    "git-compare",
    "globe",
    "heart-pulse",
    "history",
    "hourglass",
    "house",
    "inbox",
    "info",
    "key-round",
    "languages",
    "layers",
    "layout-dashboard",
    "list",
    "loader-circle",
    "lock",
    "log-in",
    "log-out",
    "mail",
    "map",
    "menu",
    "message-circle",
    "minus",
    "monitor",
    "moon",
    "notebook-pen",
    "palette",
    "pencil",
    "phone",
    "phone-call",
    "play",
    "plus",
    "presentation",
    "printer",
    "puzzle",
    "scroll-text",
    "search",
    "send",
    "settings",
    "shield-question-mark",
    "sliders-horizontal",
    "snowflake",
    "stamp",
    "sun",
    "table-2",
    "target",
    "trash-2",
    "triangle-alert",
    "undo-2",
    "upload",
    "user-round",
    "user-round-plus",
    "user-round-x",
    "users",
    "x",
]


def sha256(path: Path) -> str:
    """Hex digest of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _pack(package: Package, into: Path) -> Path:
    """Unpack an npm package and return the folder with its files."""
    npm = shutil.which("npm")
    if npm is None:
        raise click.ClickException("npm behövs för att hämta nya versioner.")
    spec = f"{package.name}@{package.version}"
    subprocess.run([npm, "pack", "--silent", spec], cwd=into, check=True, capture_output=True)
    (archive,) = into.glob("*.tgz")
    with tarfile.open(archive) as tar:
        tar.extractall(into, filter="data")
    return into / "package"


def _sprite(icons: Path) -> str:
    """One SVG with a symbol per icon; size, stroke and colour come from the page's own CSS."""
    symbols = []
    for name in sorted(ICONS):
        source = (icons / f"{name}.svg").read_text(encoding="utf-8")
        body = re.sub(r"<!--.*?-->", "", source, flags=re.S)
        inner = re.search(r"<svg[^>]*>(.*)</svg>", body, flags=re.S)
        if inner is None:
            raise click.ClickException(f"Ikonen {name} går inte att läsa.")
        drawing = re.sub(r"\s+", " ", inner[1]).strip().replace("> <", "><")
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{drawing}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def _truetype(folder: Path) -> list[Path]:
    made = []
    fonts = importlib.import_module("fontTools.ttLib")
    for weight in INTER_WEIGHTS:
        font = fonts.TTFont(folder / f"Inter-{weight}.woff2", recalcTimestamp=False)
        font.flavor = None
        target = folder / f"Inter-{weight}.ttf"
        font.save(target)
        made.append(target)
    return made


def _take(package: Package) -> dict[str, object]:
    folder = VENDOR / package.folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    taken: list[Path] = []
    with tempfile.TemporaryDirectory() as scratch:
        source = _pack(package, Path(scratch))
        for name in package.files:
            taken.append(Path(shutil.copy(source / name, folder)))
        licence = Path(shutil.copy(source / package.licence_file, folder / "LICENSE.txt"))
        if package.folder == "lucide":
            sprite = folder / "icons.svg"
            sprite.write_text(_sprite(source / "icons"), encoding="utf-8")
            taken.append(sprite)
    if package.folder == "inter":
        taken += _truetype(folder)
    for path in (*taken, licence):
        path.chmod(0o644)
    return {
        "name": package.name,
        "version": package.version,
        "licence": package.licence,
        "licence_text": licence.relative_to(VENDOR).as_posix(),
        "files": {path.relative_to(VENDOR).as_posix(): sha256(path) for path in (*taken, licence)},
    }


@click.command()
def main() -> None:
    """Refresh every vendored package and its record."""
    record = [_take(package) for package in PACKAGES]
    MANIFEST.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    click.echo(
        f"{len(record)} paket, {sum(p.stat().st_size for p in VENDOR.rglob('*') if p.is_file())} byte."
    )


if __name__ == "__main__":
    main()
