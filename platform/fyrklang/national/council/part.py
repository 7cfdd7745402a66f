"""What the feature brings."""

from __future__ import annotations

from fyrklang.access.permissions import Permission
from fyrklang.national.council.pages import pages
from fyrklang.sdk.parts import MenuEntry, Part
from fyrklang.sdk.routes import Scope
from fyrklang.web.i18n import gettext

PART = Part(
    name="council",
    pages=(pages,),
    menu=(
        MenuEntry(
            lambda: gettext("Läget i landet"),
            "layout-dashboard",
            "council.overview",
            Permission.NATIONAL_READ,
            scope=Scope.NATIONAL,
            order=45,
        ),
    ),
)
