"""What the feature brings."""

from __future__ import annotations

from fyrklang.access.permissions import Permission
from fyrklang.national.catalogue.pages import exchange, pages
from fyrklang.national.catalogue.routes import api, exchange_api
from fyrklang.national.catalogue.start import start
from fyrklang.sdk.parts import MenuEntry, Part
from fyrklang.sdk.routes import Scope
from fyrklang.web.i18n import gettext

PART = Part(
    name="catalogue",
    pages=(pages, exchange),
    apis=(api, exchange_api),
    menu=(
        MenuEntry(
            lambda: gettext("Kunskap"),
            "book-open",
            "catalogue.index",
            Permission.NATIONAL_READ,
            scope=Scope.NATIONAL,
            order=55,
        ),
    ),
    start=(start,),
)
