"""What casework does, in the words of the log. No names: a stay is told by nothing but its id."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from fyrklang.sdk.audit import Group, action, thing
from fyrklang.tenancy.session import TenantSession
from fyrklang.web.i18n import gettext as _
from fyrklang.web.i18n import lazy_gettext

REFERRAL, STAY, PARTICIPANT, INVITATION = "referral", "stay", "participant", "referral_invitation"


def _nameless(_session: TenantSession, ids: Collection[UUID]) -> Mapping[UUID, str]:
    return {each: _("nr %(id)s", id=each.hex[-6:]) for each in ids}


thing(REFERRAL, lazy_gettext("Remiss"), _nameless)
thing(STAY, lazy_gettext("Deltagande"), _nameless)
thing(PARTICIPANT, lazy_gettext("Deltagare"), _nameless)
thing(INVITATION, lazy_gettext("Inbjudan att remittera"), _nameless)

SENT = action("referral.sent", lazy_gettext("Skickade en remiss"), Group.WRITE)
ANSWERED = action("referral.answered", lazy_gettext("Kompletterade en remiss"), Group.WRITE)
DECIDED = action("referral.decided", lazy_gettext("Beslutade om en remiss"), Group.WRITE)
COUNTED = action("participant.counted", lazy_gettext("Räknade någon utan personuppgifter"), Group.WRITE)
OWN_READ = action("referral.own_read", lazy_gettext("Läste egna remisser"), Group.READ)
QUEUE_READ = action("referral.read", lazy_gettext("Läste remisser"), Group.READ)
STARTED = action("stay.started", lazy_gettext("Tog emot en deltagare"), Group.WRITE)
LIST_READ = action("stay.list_read", lazy_gettext("Läste listan över deltagare"), Group.READ)
SEARCHED = action("stay.searched", lazy_gettext("Sökte efter en deltagare"), Group.READ)
READ = action("stay.read", lazy_gettext("Läste om en deltagare"), Group.READ)
CONSENT_GIVEN = action("consent.given", lazy_gettext("Registrerade samtycke"), Group.WRITE)
CONSENT_WITHDRAWN = action("consent.withdrawn", lazy_gettext("Återkallade samtycke"), Group.WRITE)
PLAN_CHANGED = action("plan.changed", lazy_gettext("Ändrade planen"), Group.WRITE)
MAPPED = action("stay.mapped", lazy_gettext("Fyllde i kartläggningen"), Group.WRITE)
NOTED = action("note.written", lazy_gettext("Skrev en anteckning"), Group.WRITE)
ATTACHED = action("attachment.added", lazy_gettext("Lade till en bilaga om en deltagare"), Group.WRITE)
DETACHED = action("attachment.removed", lazy_gettext("Tog bort en bilaga om en deltagare"), Group.WRITE)
FILE_READ = action("attachment.read", lazy_gettext("Hämtade en bilaga om en deltagare"), Group.READ)
ENDED = action("stay.ended", lazy_gettext("Avslutade ett deltagande"), Group.WRITE)
UNDONE = action("stay.ending_undone", lazy_gettext("Ångrade ett avslut"), Group.WRITE)
TASK_MADE = action("task.made", lazy_gettext("Skapade en uppgift"), Group.WRITE)
TASK_CHANGED = action("task.changed", lazy_gettext("Ändrade en uppgift"), Group.WRITE)
TASK_DONE = action("task.done", lazy_gettext("Gjorde klart en uppgift"), Group.WRITE)
ASSIGNED = action("stay.assigned", lazy_gettext("Ändrade vem som är ansvarig"), Group.WRITE)
PRINTED = action("plan.printed", lazy_gettext("Skrev ut en plan"), Group.EXPORT)
INVITED = action("referral.invited", lazy_gettext("Bjöd in någon att remittera"), Group.WRITE)
UNINVITED = action("referral.uninvited", lazy_gettext("Återkallade en inbjudan att remittera"), Group.WRITE)
UNMASKED = action("participant.unmasked", lazy_gettext("Visade vem en deltagare är"), Group.READ)
IDENTIFIED = action("participant.identified", lazy_gettext("Sparade vem en deltagare är"), Group.WRITE)
PROTECTED = action("participant.protected", lazy_gettext("Skyddade en deltagare"), Group.WRITE)
ASKED_TO_UNPROTECT = action(
    "participant.unprotect_asked", lazy_gettext("Bad om att en deltagares skydd upphör"), Group.WRITE
)
UNPROTECTED = action(
    "participant.unprotected", lazy_gettext("Bekräftade att en deltagares skydd upphör"), Group.WRITE
)
