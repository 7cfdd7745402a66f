"""What a participant agrees to, word for word, by version, purpose and language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from fyrklang.modules.casework.codes import TEXT_VERSION

Text = Sequence[str]
"""Paragraphs."""


def text_of(purpose: str, language: str, version: str = TEXT_VERSION) -> Text | None:
    """One text, or None when there is none in that language.

    Raises:
        KeyError: there is no such version or purpose.
    """
    return _texts()[version][purpose].get(language)


@cache
def _texts() -> Mapping[str, Mapping[str, Mapping[str, Text]]]:
    source = Path(__file__).with_name("consent_texts.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))
