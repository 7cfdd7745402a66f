"""What the feature brings."""

from __future__ import annotations

from fyrklang.access.permissions import Permission
from fyrklang.modules.groups.pages import pages
from fyrklang.modules.groups.routes import api
from fyrklang.modules.groups.start import start
from fyrklang.sdk.parts import MenuEntry, Part
from fyrklang.web.i18n import gettext

PART = Part(
    name="groups",
    pages=(pages,),
    apis=(api,),
    case_start=(start,),
    menu=(
        MenuEntry(
            lambda: gettext("Grupper"), "presentation", "groups.groups", Permission.CASES_WRITE, order=30
        ),
    ),
)
