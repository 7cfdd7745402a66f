"""The ordered list of parts: what the application registers and what the worker knows how to do."""

from __future__ import annotations

from fyrklang.modules import (
    admin,
    casework,
    economy,
    emergency,
    followups,
    groups,
    health,
    imports,
    interventions,
    lists,
    log,
    members,
    onboarding,
    plugins,
    portfolio,
    reports,
    scim,
    signin,
    start,
    terms,
    users,
    webhooks,
)
from fyrklang.national.catalogue.part import PART as CATALOGUE
from fyrklang.national.compare.part import PART as COMPARE
from fyrklang.national.council.part import PART as COUNCIL
from fyrklang.sdk.parts import Part

PARTS: tuple[Part, ...] = (
    health.PART,
    signin.PART,
    scim.PART,
    start.PART,
    casework.PART,
    interventions.PART,
    portfolio.PART,
    groups.PART,
    followups.PART,
    onboarding.PART,
    members.PART,
    economy.PART,
    reports.PART,
    imports.PART,
    lists.PART,
    log.PART,
    emergency.PART,
    users.PART,
    terms.PART,
    webhooks.PART,
    plugins.PART,
    admin.PART,
    COUNCIL,
    COMPARE,
    CATALOGUE,
)
