"""What the feature brings."""

from __future__ import annotations

from fyrklang.access.permissions import Permission
from fyrklang.modules.onboarding.pages import pages
from fyrklang.modules.onboarding.start import start
from fyrklang.sdk.parts import MenuEntry, Part
from fyrklang.web.i18n import gettext

PART = Part(
    name="onboarding",
    pages=(pages,),
    start=(start,),
    menu=(
        MenuEntry(
            lambda: gettext("Kom igång"),
            "play",
            "onboarding.first_things",
            Permission.INTERVENTIONS_WRITE,
            order=60,
            place="admin",
        ),
    ),
)
