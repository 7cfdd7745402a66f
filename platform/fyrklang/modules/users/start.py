"""What users puts on the start page: covers, seen by both."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for

from fyrklang.access.actor import Actor
from fyrklang.access.covers import covered_by, covering
from fyrklang.access.permissions import Permission
from fyrklang.modules.users.service import list_invitations, list_users
from fyrklang.sdk.onboarding import Task, onboards
from fyrklang.sdk.start import Start, ToDo
from fyrklang.web.formats import date_iso
from fyrklang.web.i18n import gettext as _


def start(actor: Actor) -> Start:
    """For whom the actor covers today, and who covers for the actor."""
    if not actor.may(Permission.COVERS_USE):
        return Start()
    url = url_for("covers.own", slug=actor.slug)
    taken = [
        ToDo(
            reason=_("Du täcker"),
            icon="users",
            title=_("Du täcker för %(name)s", name=each.giver),
            detail=_("Till och med %(day)s.", day=date_iso(each.last_day)),
            url=url,
            deed=_("Visa ärenden"),
        )
        for each in covering(actor.session, actor.person_id)
    ]
    given = [
        ToDo(
            reason=_("Täcker för dig"),
            icon="users",
            title=_("%(name)s täcker för dig", name=each.taker),
            detail=_("Till och med %(day)s.", day=date_iso(each.last_day)),
            url=url,
            deed=_("Visa eller avsluta"),
        )
        for each in covered_by(actor.session, actor.person_id)
    ]
    return Start(todo=(*taken, *given))


@onboards
def first_colleagues(actor: Actor) -> Iterator[Task]:
    """Somebody more than the one who began."""
    if not actor.may(Permission.USERS_WRITE):
        return
    others = len(list_users(actor)) > 1 or bool(list_invitations(actor))
    yield Task(
        65,
        _("Bjud in kollegorna"),
        _("De loggar in hos sin egen organisation. Rollen säger vad de får se."),
        url_for("users.users", slug=actor.slug),
        done=others,
    )
