"""What the feature brings."""

from __future__ import annotations

from fyrklang.access.permissions import Permission
from fyrklang.modules.economy import (
    figures,  # noqa: F401 - handed to reports once it is imported
    imports,  # noqa: F401 - takes files in once it is imported
    start,  # noqa: F401 - a new förbund's tasks
)
from fyrklang.modules.economy.pages import pages
from fyrklang.modules.economy.routes import api
from fyrklang.sdk.parts import MenuEntry, Part
from fyrklang.web.i18n import gettext

PART = Part(
    name="economy",
    pages=(pages,),
    apis=(api,),
    menu=(
        MenuEntry(
            lambda: gettext("Ekonomi"), "coins", "economy.financing", Permission.ECONOMY_READ, order=40
        ),
    ),
)
