"""What the feature does, in the words of the log."""

from __future__ import annotations

from fyrklang.sdk.audit import Group, action
from fyrklang.web.i18n import lazy_gettext

CREATED = action("report.created", lazy_gettext("Skapade ett rapportutkast"), Group.WRITE)
WRITTEN = action("report.written", lazy_gettext("Skrev i en rapport"), Group.WRITE)
FROZEN = action("report.frozen", lazy_gettext("Fryste en rapport"), Group.WRITE)
