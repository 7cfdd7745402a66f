"""Vendored files are what their record says; static files may be kept for good."""

from __future__ import annotations

import gzip
import json
import re
import xml.etree.ElementTree as ET

import pytest

from fyrklang.web import art
from fyrklang.web.assets import STATIC, Assets, style_sheet
from fyrklang.web.vendor import ICONS, MANIFEST, PACKAGES, VENDOR, sha256
from fyrklang.web.words import STATUSES
from tests.web.gallery import make_app

RECORD = json.loads(MANIFEST.read_text(encoding="utf-8"))
TEMPLATES = STATIC.parent / "templates"


@pytest.mark.parametrize("package", RECORD, ids=lambda package: package["name"])
def test_vendored_files_match_their_record(package: dict) -> None:
    for name, digest in package["files"].items():
        assert sha256(VENDOR / name) == digest
    licence = (VENDOR / package["licence_text"]).read_text(encoding="utf-8")
    wanted = {
        "MIT": "Permission is hereby granted",
        "0BSD": "Zero-Clause BSD",
        "OFL-1.1": "SIL OPEN FONT LICENSE",
    }
    assert wanted.get(package["licence"], "ISC License") in licence


def test_nothing_vendored_is_unrecorded_and_versions_agree() -> None:
    recorded = {name for package in RECORD for name in package["files"]} | {MANIFEST.name}
    present = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}
    assert present == recorded
    assert [(p["name"], p["version"], p["licence"]) for p in RECORD] == [
        (p.name, p.version, p.licence) for p in PACKAGES
    ]


def test_every_icon_in_use_is_in_the_sprite() -> None:
    sprite = ET.parse(VENDOR / "lucide" / "icons.svg").getroot()  # noqa: S314 - our own file.
    there = {symbol.get("id") for symbol in sprite}
    assert there == set(ICONS)
    used = {status.icon for status in STATUSES.values()}
    for template in TEMPLATES.rglob("*.html"):
        used |= set(re.findall(r'icon\("([a-z0-9-]+)"', template.read_text(encoding="utf-8")))
    assert used <= there


def test_the_login_art_is_what_its_formula_draws() -> None:
    assert art.TARGET.read_text(encoding="utf-8") == art.draw()


def test_the_style_sheet_keeps_fkui_in_its_layer_and_fetches_nothing_elsewhere() -> None:
    sheet = style_sheet()
    assert sheet.index("@layer fkui {") < sheet.index(".fy-body {")
    assert sheet.count("{") == sheet.count("}")
    own = sheet[sheet.index("--fy-bg") :]
    assert "http:" not in own
    assert "@import" not in sheet
    names = set(re.findall(r"\.([a-z][\w-]*)", re.sub(r'url\("[^"]*"\)|\d\.\d+|/\*.*?\*/', "", own)))
    assert {name for name in names if not name.startswith(("fy-", "button"))} == set()


def test_no_template_carries_style_or_script() -> None:
    for template in TEMPLATES.rglob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|<style|<script(?![^>]*\ssrc=)|\son[a-z]+=|hx-on|javascript:", text), (
            template
        )


def test_static_files_are_kept_for_good_under_their_digest() -> None:
    client = make_app().test_client()
    address = Assets.load().url("fyrklang.css")
    answer = client.get(address)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.mimetype == "text/css"
    packed = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == answer.data
    assert "Accept-Encoding" in packed.headers["Vary"]
    again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_another_versions_address_is_answered_but_not_kept() -> None:
    client = make_app().test_client()
    answer = client.get("/static/000000000000/fyrklang.css")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"
    for missing in ("/static/x/nothing.css", "/static/x/../shell.py", "/static/x/vendor/vendor.json"):
        assert client.get(missing).status_code == 404


def test_an_unknown_file_in_a_template_is_a_fault() -> None:
    with pytest.raises(KeyError):
        Assets.load().url("nothing.css")


def test_what_a_page_weighs() -> None:
    assets = Assets.load()
    first = ("fyrklang.css", "fyrklang.js", "vendor/htmx/htmx.min.js", "vendor/lucide/icons.svg")
    assert sum(len(assets.files[name].gzipped or b"") for name in first) < 80_000
