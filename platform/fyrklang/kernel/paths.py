"""Where the project's own folders lie, the same from a checkout and in an image."""

from __future__ import annotations

import os
from pathlib import Path

import fyrklang


def project_root() -> Path:
    """The folder that holds `migrations/`, `tenants/` and `plugins/`."""
    named = os.environ.get("FYRKLANG_HOME")
    return Path(named) if named else Path(fyrklang.__file__).resolve().parents[2]
