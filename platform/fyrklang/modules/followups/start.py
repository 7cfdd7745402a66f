"""What the follow-up puts on the start page: those whose time is about to run out, and how many more there are."""

from __future__ import annotations

from datetime import timedelta

from flask import url_for

from fyrklang.access.actor import Actor
from fyrklang.kernel import clock
from fyrklang.modules.followups import service
from fyrklang.sdk.start import Start, ToDo, Whose
from fyrklang.web.formats import date_long
from fyrklang.web.i18n import gettext as _

MOST_ROWS = 8
SOON = timedelta(days=14)


def start(actor: Actor, _whose: Whose) -> Start:
    """The first of the queue."""
    today = clock.today()
    return Start(
        todo=tuple(
            ToDo(
                reason=_("Ett år efter"),
                icon="phone-call",
                title=row.person.code,
                detail=_("Fråga senast %(day)s.", day=date_long(row.window.last)),
                url=url_for("followups.script", slug=actor.slug, stay_id=row.person.stay_id),
                deed=_("Ring nu"),
                late=row.window.last - today <= SOON,
                key=f"follow_up:{row.person.stay_id}",
                about=row.person.stay_id,
                due=row.window.last,
            )
            for row in service.queue(actor).due[:MOST_ROWS]
        )
    )
