"""What is done with plugins, in the words of the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fyrklang.sdk.audit import Group, action
from fyrklang.sdk.plugins.shelf import SHELF
from fyrklang.web.i18n import lazy_gettext


def _which(detail: Mapping[str, Any]) -> str:
    found = SHELF.get(str(detail.get("plugin", "")))
    return found.manifest.name if found else str(detail.get("plugin", ""))


ON = action("plugin.on", lazy_gettext("Slog på ett tillägg"), Group.WRITE, _which)
OFF = action("plugin.off", lazy_gettext("Stängde av ett tillägg"), Group.WRITE, _which)
SET = action("plugin.set", lazy_gettext("Ändrade ett tilläggs inställningar"), Group.WRITE, _which)
