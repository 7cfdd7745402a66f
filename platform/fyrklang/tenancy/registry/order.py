"""Swedish order in Python, the same as `registry.sv_sort(text)` in the database."""

from __future__ import annotations

_FROM = "ÅÄÆÖØÉÈÜÁÀåäæöøéèüáà"
_TO = "{||}}eeyaa{||}}eeyaa"
_TABLE = str.maketrans(_FROM, _TO)


def swedish_key(text: str) -> str:
    """A key that sorts å, ä, ö last and é as e; see migration 0001."""
    return text.lower().translate(_TABLE)
