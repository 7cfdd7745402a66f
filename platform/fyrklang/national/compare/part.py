"""What the feature brings."""

from __future__ import annotations

from fyrklang.access.permissions import Permission
from fyrklang.national.compare.pages import pages
from fyrklang.national.compare.routes import api
from fyrklang.national.store import publishing  # noqa: F401 - makes its job known to the worker
from fyrklang.sdk.parts import MenuEntry, Part
from fyrklang.sdk.routes import Scope
from fyrklang.web.i18n import gettext

PART = Part(
    name="compare",
    pages=(pages,),
    apis=(api,),
    menu=(
        MenuEntry(
            lambda: gettext("Jämför"),
            "git-compare",
            "compare.show",
            Permission.NATIONAL_READ,
            scope=Scope.NATIONAL,
            order=50,
        ),
    ),
)
