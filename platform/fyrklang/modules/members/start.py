"""What members ask of a new förbund."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for
from sqlalchemy import func, select

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.modules.members import service
from fyrklang.modules.members.models import Seat, Secondment
from fyrklang.sdk.onboarding import Task, onboards
from fyrklang.web.i18n import gettext as _


@onboards
def first_things(actor: Actor) -> Iterator[Task]:
    """Members, the board, and staff that the members lend."""
    if not actor.may(Permission.MEMBERS_WRITE):
        return
    members = len(service.list_members(actor, clock.today()))
    seats = actor.session.scalar(select(func.count()).select_from(Seat)) or 0
    lent = actor.session.scalar(select(func.count()).select_from(Secondment)) or 0
    yield Task(
        10,
        _("Se över medlemmarna"),
        _("%(count)s medlemmar följer av förbundets område i registret.", count=members),
        url_for("members.members", slug=actor.slug),
        done=members > 0,
        minutes=2,
    )
    yield Task(
        20,
        _("Lägg till styrelsen"),
        _("Ordförande, ledamöter och ersättare med mandattid, för hand eller ur en fil."),
        url_for("members.seats", slug=actor.slug),
        done=seats > 0,
        minutes=5,
    )
    yield Task(
        80,
        _("Lägg till utlånad personal"),
        _("Det medlemmarna har lovat, också det som är vakant."),
        url_for("members.secondments", slug=actor.slug),
        done=lent > 0,
        minutes=5,
        optional=True,
    )
