"""What is done about webhooks, in the words of the log."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select

from fyrklang.modules.webhooks.models import Webhook
from fyrklang.sdk.audit import Group, action, thing
from fyrklang.tenancy.session import TenantSession
from fyrklang.web.i18n import lazy_gettext

WEBHOOK = "webhook"


def _names(session: TenantSession, ids: Collection[UUID]) -> Mapping[UUID, str]:
    rows = session.execute(select(Webhook.id, Webhook.name).where(Webhook.id.in_(ids)))
    return {row.id: row.name for row in rows}


thing(WEBHOOK, lazy_gettext("Webhook"), _names)
MADE = action("webhook.made", lazy_gettext("Lade upp en webhook"), Group.WRITE)
SWITCHED = action("webhook.switched", lazy_gettext("Slog på eller av en webhook"), Group.WRITE)
REMOVED = action("webhook.removed", lazy_gettext("Tog bort en webhook"), Group.WRITE)
REPLAYED = action("webhook.replayed", lazy_gettext("Skickade om till en webhook"), Group.WRITE)
STOPPED = action("webhook.stopped", lazy_gettext("Stoppade en webhook som inte svarade"), Group.WRITE)
