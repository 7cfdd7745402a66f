"""What stops a release."""

from __future__ import annotations


class ReleaseFault(Exception):  # noqa: N818
    """The release could not be made. The text is a Swedish sentence that says why and where."""
