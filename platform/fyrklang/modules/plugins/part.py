"""What the feature brings."""

from __future__ import annotations

from fyrklang.access.permissions import Permission
from fyrklang.modules.plugins.pages import door, pages
from fyrklang.modules.plugins.routes import api
from fyrklang.modules.plugins.start import start
from fyrklang.sdk.parts import MenuEntry, Part
from fyrklang.web.i18n import gettext

PART = Part(
    name="plugins",
    pages=(pages, door),
    apis=(api,),
    start=(start,),
    menu=(
        MenuEntry(
            lambda: gettext("Tillägg"),
            "puzzle",
            "plugins.plugins",
            Permission.PLUGINS_READ,
            order=95,
            place="admin",
        ),
    ),
)
