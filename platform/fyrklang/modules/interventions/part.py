"""What the feature brings."""

from __future__ import annotations

from fyrklang.access.permissions import Permission
from fyrklang.modules.interventions import (
    drafts,  # noqa: F401 - makes drafts once it is imported
    facts,  # noqa: F401 - counted from the moment it is imported
    figures,  # noqa: F401 - handed to reports once it is imported
    imports,  # noqa: F401 - takes files in once it is imported
)
from fyrklang.modules.interventions.pages import pages
from fyrklang.modules.interventions.people.pages import pages as people_pages
from fyrklang.modules.interventions.people.routes import api as people_api
from fyrklang.modules.interventions.routes import api
from fyrklang.modules.interventions.start import start
from fyrklang.sdk.parts import MenuEntry, Part
from fyrklang.web.i18n import gettext

PART = Part(
    name="interventions",
    pages=(pages, people_pages),
    apis=(api, people_api),
    menu=(
        MenuEntry(
            lambda: gettext("Insatser"),
            "layers",
            "interventions.portfolio",
            Permission.INTERVENTIONS_READ,
            order=20,
        ),
    ),
    start=(start,),
)
