"""What the feature does, in the words of the log."""

from __future__ import annotations

from fyrklang.sdk.audit import Group, action
from fyrklang.web.i18n import lazy_gettext

SEATED = action(
    "members.seated", lazy_gettext("Lade till en plats i styrelse eller beredningsgrupp"), Group.WRITE
)
UNSEATED = action("members.unseated", lazy_gettext("Avslutade en plats"), Group.WRITE)
LENT = action("members.lent", lazy_gettext("Lade till utlånad personal"), Group.WRITE)
LENT_CHANGED = action("members.lent_changed", lazy_gettext("Ändrade utlånad personal"), Group.WRITE)
