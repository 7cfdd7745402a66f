"""Identifiers: UUIDv7, so that new rows land together in an index and tell no volume."""

from __future__ import annotations

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A new UUIDv7 (RFC 9562 §5.7)."""
    return uuid7()


def parse_id(text: str) -> UUID | None:
    """The UUID a path or form names, or None when the text is not one."""
    try:
        return UUID(text)
    except ValueError:
        return None
