"""The ordered list of parts: what the application registers and what the worker knows how to do."""

from __future__ import annotations

from fyrklang.modules import (
    admin,
    economy,
    followups,
    groups,
    health,
    interventions,
    log,
    members,
    reports,
    scim,
    signin,
    start,
    users,
)
from fyrklang.national.compare.part import PART as COMPARE
from fyrklang.national.council.part import PART as COUNCIL
from fyrklang.sdk.parts import Part

PARTS: tuple[Part, ...] = (
    health.PART,
    signin.PART,
    scim.PART,
    start.PART,
    interventions.PART,
    groups.PART,
    followups.PART,
    members.PART,
    economy.PART,
    reports.PART,
    log.PART,
    users.PART,
    admin.PART,
    COUNCIL,
    COMPARE,
)
