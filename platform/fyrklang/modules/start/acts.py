"""What the feature does, in the words of the log."""

from __future__ import annotations

from fyrklang.sdk.audit import Group, action
from fyrklang.web.i18n import lazy_gettext

STAY = "stay"
DAY = action("day.read", lazy_gettext("Läste Min dag"), Group.READ)
