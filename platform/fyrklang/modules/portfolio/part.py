"""What the feature brings."""

from __future__ import annotations

from fyrklang.access.permissions import Permission
from fyrklang.modules.portfolio.pages import pages
from fyrklang.modules.portfolio.routes import api
from fyrklang.modules.portfolio.start import start
from fyrklang.sdk.parts import MenuEntry, Part
from fyrklang.web.i18n import gettext

PART = Part(
    name="portfolio",
    pages=(pages,),
    apis=(api,),
    menu=(
        MenuEntry(
            lambda: gettext("Portfölj"), "git-branch", "portfolio.overview", Permission.ECONOMY_READ, order=21
        ),
    ),
    start=(start,),
)
