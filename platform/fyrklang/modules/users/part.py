"""What the feature brings."""

from __future__ import annotations

from fyrklang.access.permissions import Permission
from fyrklang.modules.users.covers.pages import admin_pages as all_cover_pages
from fyrklang.modules.users.covers.pages import pages as cover_pages
from fyrklang.modules.users.covers.routes import api as cover_api
from fyrklang.modules.users.logins.pages import pages as login_pages
from fyrklang.modules.users.pages import code_pages, pages, role_pages
from fyrklang.modules.users.rounds import jobs  # noqa: F401 - rounds begin by whoever imports this
from fyrklang.modules.users.rounds.pages import pages as round_pages
from fyrklang.modules.users.rounds.routes import api as round_api
from fyrklang.modules.users.routes import api
from fyrklang.modules.users.start import start
from fyrklang.modules.users.tokens.pages import pages as token_pages
from fyrklang.modules.users.tokens.routes import api as token_api
from fyrklang.sdk.parts import MenuEntry, Part
from fyrklang.web.i18n import gettext

PART = Part(
    name="users",
    pages=(
        *(pages, role_pages, code_pages, token_pages),
        *(cover_pages, all_cover_pages, login_pages, round_pages),
    ),
    apis=(api, token_api, cover_api, round_api),
    start=(start,),
    menu=(
        MenuEntry(
            lambda: gettext("Användare"),
            "user-round",
            "users.users",
            Permission.USERS_READ,
            order=80,
            place="admin",
            also=("rounds", "logins", "trial", "own_terms", "all_covers", "tokens", "webhooks"),
        ),
        MenuEntry(
            lambda: gettext("Roller"), "key-round", "roles.roles", Permission.ROLES_READ, order=90, place="me"
        ),
        MenuEntry(
            lambda: gettext("Täck för"), "users", "covers.own", Permission.COVERS_USE, order=85, place="me"
        ),
    ),
)
