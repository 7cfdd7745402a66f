"""What the feature does, in the words of the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fyrklang.sdk.audit import Group, action
from fyrklang.web.i18n import gettext as _
from fyrklang.web.i18n import lazy_gettext


def _rows(detail: Mapping[str, Any]) -> str:
    return _("%(rows)s rader", rows=detail.get("rows", 0))


STAGED = action("imports.staged", lazy_gettext("Laddade upp en fil att läsa in"), Group.WRITE, _rows)
LAID = action("imports.laid", lazy_gettext("Läste in en fil"), Group.WRITE, _rows)
UNDONE = action("imports.undone", lazy_gettext("Ångrade en inläst fil"), Group.WRITE, _rows)
