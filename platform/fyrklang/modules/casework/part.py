"""What the feature brings."""

from __future__ import annotations

from fyrklang.access.permissions import Permission
from fyrklang.modules.casework import facts, jobs  # noqa: F401 - known from the moment they are imported
from fyrklang.modules.casework.attachments.pages import pages as attachments
from fyrklang.modules.casework.case_pages import pages as cases
from fyrklang.modules.casework.caseload.pages import pages as caseload
from fyrklang.modules.casework.caseload.routes import api as caseload_api
from fyrklang.modules.casework.ending_pages import pages as endings
from fyrklang.modules.casework.entry_pages import pages as entries
from fyrklang.modules.casework.finding.pages import pages as finding
from fyrklang.modules.casework.finding.routes import api as finding_api
from fyrklang.modules.casework.identity_pages import pages as identity
from fyrklang.modules.casework.outside_pages import pages as outside
from fyrklang.modules.casework.plan_pages import pages as plans
from fyrklang.modules.casework.referral_pages import pages as referrals
from fyrklang.modules.casework.routes import api
from fyrklang.modules.casework.start import start
from fyrklang.modules.casework.tasks.pages import pages as tasks
from fyrklang.modules.casework.tasks.routes import api as tasks_api
from fyrklang.sdk.parts import MenuEntry, Part
from fyrklang.web.i18n import gettext

PART = Part(
    name="casework",
    pages=(
        referrals,
        entries,
        outside,
        identity,
        cases,
        plans,
        endings,
        attachments,
        caseload,
        tasks,
        finding,
    ),
    apis=(api, caseload_api, tasks_api, finding_api),
    menu=(
        MenuEntry(lambda: gettext("Deltagare"), "users", "cases.index", Permission.CASES_READ, order=12),
        MenuEntry(
            lambda: gettext("Remisser"), "inbox", "referrals.queue", Permission.REFERRALS_READ, order=14
        ),
        MenuEntry(
            lambda: gettext("Mina remisser"), "inbox", "referrals.mine", Permission.REFERRALS_OWN, order=16
        ),
    ),
    case_start=(start,),
    search=MenuEntry(
        lambda: gettext("Kod, namn eller personnummer"), "search", "finding.find", Permission.CASES_READ
    ),
)
