"""What the feature brings."""

from __future__ import annotations

from fyrklang.access.permissions import Permission
from fyrklang.modules.imports import (
    jobs,  # noqa: F401 - the worker knows them once they are imported
    start,  # noqa: F401 - a new förbund's tasks
)
from fyrklang.modules.imports.pages import pages
from fyrklang.sdk.parts import MenuEntry, Part
from fyrklang.web.i18n import gettext

PART = Part(
    name="imports",
    pages=(pages,),
    menu=(
        MenuEntry(
            lambda: gettext("Läs in"),
            "file-input",
            "imports.batches",
            Permission.INTERVENTIONS_WRITE,
            order=65,
            place="admin",
        ),
    ),
)
