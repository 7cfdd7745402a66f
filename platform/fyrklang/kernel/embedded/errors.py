"""What can stop the engines or the processes from running."""

from __future__ import annotations


class EmbeddedError(Exception):
    """An engine or a child process cannot run here; the text is a Swedish sentence on what to do."""
