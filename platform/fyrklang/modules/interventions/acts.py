"""What the feature does, in the words of the log."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from fyrklang.modules.interventions.models import Intervention
from fyrklang.sdk.audit import Group, action, thing
from fyrklang.tenancy.session import TenantSession
from fyrklang.web.i18n import gettext as _
from fyrklang.web.i18n import lazy_gettext

INTERVENTION = "intervention"
_FIELDS = {
    "name": lazy_gettext("namn"),
    "direction": lazy_gettext("inriktning"),
    "focus": lazy_gettext("preciserad inriktning"),
    "format": lazy_gettext("form"),
    "status": lazy_gettext("status"),
    "follow_up_method": lazy_gettext("uppföljning"),
    "esf_funded": lazy_gettext("ESF-medel"),
    "target_groups": lazy_gettext("målgrupper"),
    "parties": lazy_gettext("parter"),
    "kommun_code": lazy_gettext("kommun"),
    "places": lazy_gettext("platser"),
    "starts_on": lazy_gettext("startdatum"),
    "ends_on": lazy_gettext("slutdatum"),
    "description": lazy_gettext("beskrivning"),
}


def _changed(detail: Mapping[str, Any]) -> str:
    return ", ".join(str(_FIELDS.get(name, name)) for name in detail.get("fields", ()))


def _goal(detail: Mapping[str, Any]) -> str:
    return _("%(measure)s från %(year)s", measure=detail.get("measure"), year=detail.get("first_year"))


def _quarter(detail: Mapping[str, Any]) -> str:
    return _("kvartal %(quarter)s %(year)s", quarter=detail.get("quarter"), year=detail.get("year"))


def _names(session: TenantSession, ids: Collection[UUID]) -> Mapping[UUID, str]:
    query = select(Intervention.id, Intervention.name).where(Intervention.id.in_(ids))
    return {row.id: row.name for row in session.execute(query)}


thing(INTERVENTION, lazy_gettext("Insats"), _names)
CREATED = action("intervention.created", lazy_gettext("Skapade insatsen"), Group.WRITE)
CHANGED = action("intervention.changed", lazy_gettext("Ändrade insatsen"), Group.WRITE, _changed)
GOAL_SET = action("intervention.goal_set", lazy_gettext("Satte mål"), Group.WRITE, _goal)
COUNTED = action("intervention.counted", lazy_gettext("Registrerade antal"), Group.WRITE, _quarter)


def _mode(detail: Mapping[str, Any]) -> str:
    return _("%(old)s till %(new)s", old=detail.get("from_mode"), new=detail.get("to_mode"))


MODE_SET = action("intervention.mode_set", lazy_gettext("Bytte läge för deltagarna"), Group.WRITE, _mode)
INTAKE_SET = action("intervention.intake_set", lazy_gettext("Ändrade vägen in"), Group.WRITE)
JOINED = action("intervention.team_joined", lazy_gettext("Satte någon i teamet"), Group.WRITE)
TEAM_CHANGED = action("intervention.team_changed", lazy_gettext("Ändrade en plats i teamet"), Group.WRITE)
LEFT = action("intervention.team_left", lazy_gettext("Tog någon ur teamet"), Group.WRITE)
