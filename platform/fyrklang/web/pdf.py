"""PDF by typst: tagged (PDF/UA-1), in Swedish, with our own font and nothing from the machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fyrklang.web.chart_theme import FONTS

HOUSE = Path(__file__).parent / "templates" / "pdf"
"""Where `house.typ`, the look every document shares, lies."""


def make_pdf(template: Path, data: Mapping[str, Any]) -> bytes:
    """The document a typst template makes of `data`, after the look that every document shares.

    `data` holds `title`, `foot` and `synthetic` beside what the template shows; dates and numbers come as
    finished texts. The template finds it under the same name.
    """
    # A page that makes no PDF should not carry 80 MB of typesetter.
    import typst

    source = (HOUSE / "house.typ").read_bytes() + b"\n" + template.read_bytes()
    made: bytes = typst.compile(
        source,
        font_paths=typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)]),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards="ua-1",
    )
    return made
