"""What the feature brings."""

from __future__ import annotations

from fyrklang.access.permissions import Permission
from fyrklang.modules.emergency import jobs  # noqa: F401 - what is over is closed by whoever imports this
from fyrklang.modules.emergency.pages import pages
from fyrklang.modules.emergency.routes import api
from fyrklang.modules.emergency.start import case_start, start
from fyrklang.sdk.parts import MenuEntry, Part
from fyrklang.web.i18n import gettext

PART = Part(
    name="emergency",
    pages=(pages,),
    apis=(api,),
    menu=(
        MenuEntry(
            lambda: gettext("Nödåtkomst"),
            "triangle-alert",
            "emergency.own",
            Permission.EMERGENCY_ASK,
            order=86,
            place="me",
        ),
        MenuEntry(
            lambda: gettext("Nödåtkomst"),
            "triangle-alert",
            "emergency.to_review",
            Permission.LOG_REVIEW,
            order=86,
        ),
    ),
    start=(start,),
    case_start=(case_start,),
)
