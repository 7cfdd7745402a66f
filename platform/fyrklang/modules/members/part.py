"""What the feature brings."""

from __future__ import annotations

from fyrklang.access.permissions import Permission
from fyrklang.modules.members import (
    figures,  # noqa: F401 - tells of insatser once it is imported
    imports,  # noqa: F401 - takes files in once it is imported
    start,  # noqa: F401 - a new förbund's tasks
)
from fyrklang.modules.members.pages import pages
from fyrklang.modules.members.routes import api
from fyrklang.sdk.parts import MenuEntry, Part
from fyrklang.web.i18n import gettext

PART = Part(
    name="members",
    pages=(pages,),
    apis=(api,),
    menu=(
        MenuEntry(
            lambda: gettext("Medlemmar"),
            "users",
            "members.members",
            Permission.MEMBERS_READ,
            order=60,
            place="admin",
        ),
    ),
)
