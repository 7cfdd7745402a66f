"""What users puts on the start page: covers, seen by both."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for

from fyrklang.access.actor import Actor
from fyrklang.access.covers import covered_by, covering
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.modules.users.rounds.service import waiting
from fyrklang.modules.users.service import list_invitations, list_users
from fyrklang.sdk.onboarding import Task, onboards
from fyrklang.sdk.start import Start, ToDo
from fyrklang.web.formats import date_iso
from fyrklang.web.i18n import gettext as _
from fyrklang.web.i18n import ngettext


def start(actor: Actor) -> Start:
    """A round of review that waits; for whom the actor covers today, and who covers for the actor."""
    if actor.may(Permission.USERS_WRITE):
        return Start(todo=_round(actor))
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


def _round(actor: Actor) -> tuple[ToDo, ...]:
    found = waiting(actor)
    if found is None:
        return ()
    round_id, due_on, left = found
    late = due_on < clock.today()
    return (
        ToDo(
            reason=_("Försenad") if late else _("Genomgång av roller"),
            icon="user-round",
            title=_("Gå igenom allas roller"),
            detail=ngettext("%(num)s roll kvar", "%(num)s roller kvar", left)
            + _(", klar senast %(day)s.", day=date_iso(due_on)),
            url=url_for("rounds.show", slug=actor.slug, round_id=round_id),
            deed=_("Gå igenom"),
            late=late,
            due=due_on,
        ),
    )
