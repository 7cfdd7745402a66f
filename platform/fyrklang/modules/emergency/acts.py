"""What is done about emergencies, in the words of the log."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from fyrklang.sdk.audit import Group, action, thing
from fyrklang.tenancy.session import TenantSession
from fyrklang.web.i18n import gettext as _
from fyrklang.web.i18n import lazy_gettext

EMERGENCY = "emergency"


def _nameless(_session: TenantSession, ids: Collection[UUID]) -> Mapping[UUID, str]:
    return {each: _("nr %(id)s", id=each.hex[-6:]) for each in ids}


thing(EMERGENCY, lazy_gettext("Nödåtkomst"), _nameless)
ASKED = action("emergency.asked", lazy_gettext("Bad om nödåtkomst"), Group.WRITE)
SEEN = action("emergency.seen", lazy_gettext("Läste begäran om nödåtkomst"), Group.READ)
APPROVED = action("emergency.approved", lazy_gettext("Släppte in en kollega med nödåtkomst"), Group.WRITE)
REFUSED = action("emergency.refused", lazy_gettext("Sa nej till nödåtkomst"), Group.WRITE)
BEGUN = action("emergency.begun", lazy_gettext("Öppnade ett ärende med nödåtkomst"), Group.READ)
ENDED = action("emergency.ended", lazy_gettext("Avslutade nödåtkomst"), Group.WRITE)
REVIEWED = action("emergency.reviewed", lazy_gettext("Granskade nödåtkomst i efterhand"), Group.REVIEW)
