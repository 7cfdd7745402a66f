"""A draft insats from an idea found elsewhere: status idea, with its goal."""

from __future__ import annotations

from uuid import UUID

from fyrklang.access.actor import Actor
from fyrklang.kernel import clock
from fyrklang.modules.interventions import service
from fyrklang.sdk.drafts import Draft, makes_drafts


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
