"""What the feature brings."""

from __future__ import annotations

from fyrklang.access.permissions import Permission
from fyrklang.modules.reports.pages import pages
from fyrklang.modules.reports.routes import api
from fyrklang.sdk.parts import MenuEntry, Part
from fyrklang.web.i18n import gettext

PART = Part(
    name="reports",
    pages=(pages,),
    apis=(api,),
    menu=(
        MenuEntry(
            lambda: gettext("Rapporter"), "file-text", "reports.reports", Permission.REPORTS_READ, order=50
        ),
    ),
)
