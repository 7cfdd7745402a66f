"""What other features may ask of insatser: a draft from an idea found elsewhere, and a move in its life."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.kernel.errors import NotFound
from fyrklang.modules.interventions import service
from fyrklang.modules.interventions.models import Intervention
from fyrklang.sdk.drafts import Draft, makes_drafts
from fyrklang.sdk.portfolio import Place, moves_insatser


@makes_drafts
def create_draft(actor: Actor, draft: Draft) -> UUID:
    """Make the insats and its goal; returns its id.

    Raises:
        Invalid: the name is taken, or values do not fit one another.
    """
    made = service.create_intervention(
        actor,
        {
            "name": draft.name,
            "direction": "INDIVIDUAL",
            "focus": draft.focus,
            "format": draft.format,
            "status": "IDEA",
            "follow_up_method": "COUNT_ONLY",
            "esf_funded": False,
            "target_groups": list(draft.target_groups),
            "parties": list(draft.parties),
            "starts_on": clock.today(),
            "ends_on": None,
            "description": draft.description,
        },
    )
    if draft.goal_permille is not None:
        service.set_goal(actor, made, "M1", draft.goal_permille, draft.first_year)
    return made


@moves_insatser
def move(actor: Actor, intervention_id: UUID, place: Place) -> None:
    """Set status, first and last day.

    Raises:
        NotFound: it does not exist in this förbund.
    """
    actor.require(Permission.INTERVENTIONS_WRITE)
    row = actor.session.scalars(select(Intervention).where(Intervention.id == intervention_id)).first()
    if row is None:
        raise NotFound
    row.status, row.starts_on, row.ends_on = place.status, place.starts_on, place.ends_on
    row.version += 1
    actor.session.flush()
