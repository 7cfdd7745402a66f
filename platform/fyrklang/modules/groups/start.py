"""What groups put on the start page: today's meetings, and earlier ones that nobody has saved."""

from __future__ import annotations

from datetime import timedelta

from flask import url_for

from fyrklang.access.actor import Actor
from fyrklang.kernel import clock
from fyrklang.modules.groups import service
from fyrklang.sdk.start import Start, ToDo, Whose
from fyrklang.web.formats import clock as at_time
from fyrklang.web.formats import date_long
from fyrklang.web.i18n import gettext as _

DAYS_BACK = 14


def start(actor: Actor, _whose: Whose) -> Start:
    """One row for each meeting whose attendance is to be taken."""
    today = clock.today()
    rows = service.unsaved_meetings(actor, today - timedelta(days=DAYS_BACK), today)
    return Start(
        todo=tuple(
            ToDo(
                reason=_("Närvaro saknas") if row.held_on < today else _("Gruppträff i dag"),
                icon="presentation",
                title=row.name,
                detail=_(
                    "Träff %(number)s, %(when)s",
                    number=row.number,
                    when=at_time(row.starts_at)
                    if row.starts_at and row.held_on == today
                    else date_long(row.held_on),
                ),
                url=url_for("groups.meeting", slug=actor.slug, meeting_id=row.id),
                deed=_("Registrera närvaro"),
                late=row.held_on < today,
                key=f"meeting:{row.id}",
                due=row.held_on,
            )
            for row in rows
        )
    )
