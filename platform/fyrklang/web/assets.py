"""Static files, read once, joined, compressed and addressed by their content.

Every address holds a digest of the whole set, so a browser may keep a file for good and relative addresses
inside the style sheet keep working. FKUI stands in a cascade layer of its own: whatever our skin says wins
without outbidding its selectors.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, abort, request
from werkzeug.http import parse_accept_header

STATIC = Path(__file__).parent / "static"

STYLE_PARTS = (
    "tokens",
    "base",
    "frame",
    "parts",
    "forms",
    "tables",
    "charts",
    "work",
    "plain",
    "adapt",
)
"""Our own style sheets in `static/css/`, in the order they are joined."""

FKUI_PARTS = ("vendor/fkui-design/fkui.min.css", "vendor/fkui-theme/theme-light.css")

_NOT_SERVED = {".ttf", ".json", ".txt"}
_COMPRESSED = {".css", ".js", ".svg"}
_YEAR = 365 * 24 * 60 * 60

mimetypes.add_type("font/woff2", ".woff2")


@dataclass(frozen=True)
class Asset:
    """One file ready to send."""

    body: bytes
    mimetype: str
    gzipped: bytes | None


def style_sheet() -> str:
    """FKUI in its layer, then our skin, as one sheet."""
    fkui = "\n".join((STATIC / part).read_text(encoding="utf-8") for part in FKUI_PARTS)
    fkui = fkui.replace('@charset "UTF-8";', "").lstrip("\ufeff")
    own = "\n".join((STATIC / "css" / f"{part}.css").read_text(encoding="utf-8") for part in STYLE_PARTS)
    return f'@charset "UTF-8";\n@layer fkui {{\n{fkui}\n}}\n{own}'


def _load() -> dict[str, Asset]:
    bodies = {
        path.relative_to(STATIC).as_posix(): path.read_bytes()
        for path in sorted(STATIC.rglob("*"))
        if path.is_file() and path.suffix not in _NOT_SERVED and path.suffix != ".css"
    }
    bodies["fyrklang.css"] = style_sheet().encode()
    return {name: _asset(name, body) for name, body in bodies.items()}


def _asset(name: str, body: bytes) -> Asset:
    suffix = Path(name).suffix
    mimetype = mimetypes.guess_type(name)[0] or "application/octet-stream"
    packed = gzip.compress(body, mtime=0) if suffix in _COMPRESSED else None
    return Asset(body, mimetype, packed)


class Assets:
    """All static files of the platform."""

    def __init__(self, files: Mapping[str, Asset]) -> None:
        self.files = files
        digest = hashlib.sha256()
        for name, asset in sorted(files.items()):
            digest.update(f"{name}\0{len(asset.body)}\0".encode())
            digest.update(asset.body)
        self.digest = digest.hexdigest()[:12]

    @classmethod
    def load(cls) -> Assets:
        """Read the static folder."""
        return cls(_load())

    def url(self, name: str) -> str:
        """The lasting address of a file.

        Raises:
            KeyError: there is no such file; a template would otherwise break unseen.
        """
        if name not in self.files:
            raise KeyError(name)
        return f"/static/{self.digest}/{name}"

    def respond(self, digest: str, name: str) -> Response:
        """Send a file; under another version's digest it is sent but not kept."""
        asset = self.files.get(name)
        if asset is None:
            abort(404)
        accepted = parse_accept_header(request.headers.get("Accept-Encoding"))
        zipped = asset.gzipped is not None and accepted["gzip"] > 0
        body = asset.gzipped if zipped and asset.gzipped is not None else asset.body
        response = Response(body, mimetype=asset.mimetype)
        if zipped:
            response.content_encoding = "gzip"
        if asset.gzipped is not None:
            response.vary.add("Accept-Encoding")
        response.set_etag(hashlib.sha256(asset.body).hexdigest()[:16])
        if digest == self.digest:
            response.cache_control.public = True
            response.cache_control.max_age = _YEAR
            response.cache_control.immutable = True
        else:
            response.cache_control.no_cache = True
        response.make_conditional(request)
        return response


def init_assets(app: Flask) -> Assets:
    """Serve the static files and give templates `asset_url(name)`."""
    assets = Assets.load()
    app.extensions["fyrklang_assets"] = assets
    app.add_url_rule("/static/<digest>/<path:name>", endpoint="static_asset", view_func=assets.respond)
    app.jinja_env.globals["asset_url"] = assets.url
    return assets
