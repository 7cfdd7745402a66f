"""What the feature brings."""

from __future__ import annotations

from fyrklang.access.permissions import Permission
from fyrklang.modules.log import jobs  # noqa: F401 - the log is sealed by whoever imports this
from fyrklang.modules.log.pages import own_pages, pages, state_pages
from fyrklang.modules.log.routes import api
from fyrklang.sdk.parts import MenuEntry, Part
from fyrklang.web.i18n import gettext

PART = Part(
    name="log",
    pages=(pages, own_pages, state_pages),
    apis=(api,),
    menu=(
        MenuEntry(
            lambda: gettext("Logg"), "scroll-text", "log.events", Permission.LOG_READ, order=80, place="admin"
        ),
        MenuEntry(
            lambda: gettext("Loggens läge"),
            "database",
            "log_state.state",
            Permission.LOG_TECHNICAL,
            order=85,
            place="admin",
        ),
        MenuEntry(
            lambda: gettext("Min logg"), "file-clock", "own_log.own", Permission.LOG_OWN, order=90, place="me"
        ),
    ),
)
