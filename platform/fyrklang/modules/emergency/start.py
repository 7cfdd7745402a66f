"""What emergencies put on the start page: a colleague who waits for an answer, and a case that is open."""

from __future__ import annotations

from flask import url_for

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import PERMISSION_TRAITS, Permission
from fyrklang.modules.emergency import service
from fyrklang.modules.emergency.present import clock_time
from fyrklang.sdk.insatser import insatser
from fyrklang.sdk.start import Start, ToDo, Whose
from fyrklang.web.i18n import gettext as _


def case_start(actor: Actor, _whose: Whose) -> Start:
    """Requests in the actor's insatser that wait for an answer."""
    if not actor.may(Permission.EMERGENCY_ANSWER) or not actor.context.interventions:
        return Start()
    waiting = [row for row in service.in_teams(actor) if service.is_waiting(row)]
    known = insatser(actor.session, {row.intervention_id for row in waiting})
    return Start(
        todo=tuple(
            ToDo(
                reason=_("Nödåtkomst"),
                icon="triangle-alert",
                title=_("%(name)s ber om nödåtkomst", name=row.asker),
                detail=_("Till ett ärende i %(insats)s.", insats=known[row.intervention_id].name),
                url=url_for("emergency.asked", slug=actor.slug),
                deed=_("Svara"),
                late=True,
            )
            for row in waiting
        )
    )


def start(actor: Actor) -> Start:
    """A case that is open to the actor now."""
    weak = actor.loa < PERMISSION_TRAITS[Permission.EMERGENCY_ASK].loa
    if weak or not actor.may(Permission.EMERGENCY_ASK):
        return Start()
    return Start(
        todo=tuple(
            ToDo(
                reason=_("Nödåtkomst"),
                icon="triangle-alert",
                title=_("Du har nödåtkomst till ett ärende"),
                detail=_("Till klockan %(time)s.", time=clock_time(row.expires_at)),
                url=url_for("emergency.own", slug=actor.slug),
                deed=_("Visa"),
            )
            for row in service.own(actor)
            if service.is_open(row)
        )
    )
