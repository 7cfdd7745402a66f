"""What the feature brings."""

from __future__ import annotations

from fyrklang.access.permissions import Permission
from fyrklang.modules.casework import facts, jobs  # noqa: F401 - known from the moment they are imported
from fyrklang.modules.casework.case_pages import pages as cases
from fyrklang.modules.casework.plan_pages import pages as plans
from fyrklang.modules.casework.referral_pages import pages as referrals
from fyrklang.modules.casework.routes import api
from fyrklang.sdk.parts import MenuEntry, Part
from fyrklang.web.i18n import gettext

PART = Part(
    name="casework",
    pages=(referrals, cases, plans),
    apis=(api,),
    menu=(
        MenuEntry(lambda: gettext("Deltagare"), "users", "cases.index", Permission.CASES_READ, order=12),
        MenuEntry(
            lambda: gettext("Remisser"), "inbox", "referrals.queue", Permission.REFERRALS_READ, order=14
        ),
        MenuEntry(
            lambda: gettext("Mina remisser"), "inbox", "referrals.mine", Permission.REFERRALS_OWN, order=16
        ),
    ),
)
