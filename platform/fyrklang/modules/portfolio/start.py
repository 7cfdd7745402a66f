"""What the portfolio puts on the start page: applications that wait for a decision."""

from __future__ import annotations

from flask import url_for

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.modules.portfolio import service
from fyrklang.sdk.start import Start, ToDo
from fyrklang.web.i18n import gettext as _

MOST_ROWS = 5
LATE_DAYS = 90


def start(actor: Actor) -> Start:
    """Applications without a decision, the oldest first, for those who register decisions."""
    if not actor.may(Permission.INTERVENTIONS_WRITE):
        return Start()
    waiting = sorted(service.waiting(actor), key=lambda pair: -pair[1])[:MOST_ROWS]
    return Start(
        todo=tuple(
            ToDo(
                reason=_("Beslut saknas"),
                icon="clock-alert",
                title=insats.name,
                detail=_("Ansökan kom för %(days)s dagar sedan.", days=days),
                url=url_for("portfolio.life", slug=actor.slug, intervention_id=insats.id),
                deed=_("Se ansökan"),
                late=days > LATE_DAYS,
            )
            for insats, days in waiting
        )
    )
