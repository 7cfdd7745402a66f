"""What the feature does, in the words of the log."""

from __future__ import annotations

from fyrklang.sdk.audit import Group, action
from fyrklang.web.i18n import lazy_gettext

STAY = "stay"
QUEUE = action("follow_up.queue_read", lazy_gettext("Läste kön till ettårsuppföljning"), Group.READ)
READ = action("follow_up.read", lazy_gettext("Öppnade en ettårsuppföljning"), Group.READ)
TRIED = action("follow_up.tried", lazy_gettext("Försökte nå någon ett år efter"), Group.WRITE)
ANSWERED = action("follow_up.answered", lazy_gettext("Registrerade en ettårsuppföljning"), Group.WRITE)
CLOSED = action("follow_up.closed", lazy_gettext("Avslutade en ettårsuppföljning utan svar"), Group.WRITE)
