"""Plugins for the features that make room for them.

    from fyrklang.sdk import plugins

    boxes = plugins.panels(actor, {"stay_id": str(stay.id), "week": 14})

Each answers for the plugins the förbund has switched on, and nothing when there are none. A plugin that
does not answer comes with `value` None, and the page says so in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fyrklang.access.actor import Actor
from fyrklang.sdk.plugin.shapes import Check, Criterion, Field, Instrument, MeasureText, Notice, Panel
from fyrklang.sdk.plugins.calls import From, ask_all
from fyrklang.sdk.plugins.state import switched_on

__all__ = [
    "From",
    "catalogue_fields",
    "closing_fields",
    "instruments",
    "intake_criteria",
    "measures",
    "notices",
    "panels",
    "plan_checks",
]


def panels(actor: Actor, stay: Mapping[str, Any]) -> list[From[Panel]]:
    """Boxes for the participant's page. `stay` holds ids, dates and codes, never who it is."""
    return ask_all(actor, "participant_panel", {"stay": stay})


def plan_checks(actor: Actor, plan: Mapping[str, Any]) -> list[From[tuple[Check, ...]]]:
    """Points to think over when a plan is made; the plan keeps the codes that are ticked."""
    return ask_all(actor, "plan_checklist", {"plan": plan})


def closing_fields(actor: Actor, ending: Mapping[str, Any]) -> list[From[tuple[Field, ...]]]:
    """Fields for the ending of a stay."""
    return ask_all(actor, "closing_step", {"ending": ending})


def intake_criteria(actor: Actor, intervention: Mapping[str, Any]) -> list[From[tuple[Criterion, ...]]]:
    """Questions to ask of a referral."""
    return ask_all(actor, "intake_criteria", {"intervention": intervention})


def instruments(actor: Actor) -> list[From[Instrument]]:
    """Surveys the förbund may send."""
    return ask_all(actor, "survey_instrument")


def measures(actor: Actor) -> list[From[tuple[MeasureText, ...]]]:
    """What the plugins' measures mean."""
    return ask_all(actor, "measures")


def notices(actor: Actor) -> list[From[tuple[Notice, ...]]]:
    """What to show on Min dag."""
    return ask_all(actor, "notices")


def catalogue_fields(actor: Actor) -> list[From[tuple[Field, ...]]]:
    """Fields for the description of an insats; they stand in the manifests, so no plugin is called."""
    return [
        From(found.id, found.manifest.name, found.manifest.catalogue)
        for found in switched_on(actor.session)
        if found.manifest.catalogue
    ]
