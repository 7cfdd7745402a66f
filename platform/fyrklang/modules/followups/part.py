"""What the feature brings."""

from __future__ import annotations

from fyrklang.access.permissions import Permission
from fyrklang.modules.followups.pages import pages
from fyrklang.modules.followups.routes import api
from fyrklang.modules.followups.start import start
from fyrklang.sdk.parts import MenuEntry, Part
from fyrklang.web.i18n import gettext

PART = Part(
    name="followups",
    pages=(pages,),
    apis=(api,),
    case_start=(start,),
    menu=(
        MenuEntry(
            lambda: gettext("Uppföljning"), "phone-call", "followups.due", Permission.CASES_READ, order=35
        ),
    ),
)
