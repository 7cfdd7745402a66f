"""Every act the platform can refuse, and which roles may do it. One table, no other place.

The names follow `area:act`. A role that is not in a row does not have the permission; there is no
inheritance and no wildcard, so that the table reads as the answer.
"""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """Roles in a förbund, then roles in the national part."""

    TENANT_ADMIN = "TENANT_ADMIN"
    DIRECTOR = "DIRECTOR"
    BOARD = "BOARD"
    PROCESS_LEAD = "PROCESS_LEAD"
    PREP_GROUP = "PREP_GROUP"
    COORDINATOR = "COORDINATOR"
    CASE_WORKER = "CASE_WORKER"
    REFERRER = "REFERRER"
    AUDITOR = "AUDITOR"
    LOG_REVIEWER = "LOG_REVIEWER"
    NAT_COUNCIL = "NAT_COUNCIL"
    NAT_EDITOR = "NAT_EDITOR"
    PLATFORM_ADMIN = "PLATFORM_ADMIN"


ROLE_NAMES: dict[Role, str] = {
    Role.TENANT_ADMIN: "Förbundsadministratör",
    Role.DIRECTOR: "Förbundschef",
    Role.BOARD: "Styrelseledamot",
    Role.PROCESS_LEAD: "Processledare",
    Role.PREP_GROUP: "Beredningsgrupp",
    Role.COORDINATOR: "Koordinator",
    Role.CASE_WORKER: "Deltagaransvarig",
    Role.REFERRER: "Remittent",
    Role.AUDITOR: "Revisor",
    Role.LOG_REVIEWER: "Loggranskare",
    Role.NAT_COUNCIL: "Nationella rådet",
    Role.NAT_EDITOR: "Redaktör, Nationella rådet",
    Role.PLATFORM_ADMIN: "Plattformsförvaltare",
}

NATIONAL_ROLES = frozenset({Role.NAT_COUNCIL, Role.NAT_EDITOR, Role.PLATFORM_ADMIN})


class Permission(StrEnum):
    """What a route, a service or a job may demand."""

    MEMBERS_READ = "members:read"
    INTERVENTIONS_READ = "interventions:read"
    INTERVENTIONS_WRITE = "interventions:write"
    COUNTS_WRITE = "counts:write"
    JOBS_READ = "jobs:read"
    NATIONAL_READ = "national:read"
    RELEASES_WRITE = "releases:write"
    PLATFORM_READ = "platform:read"


_P = Permission
_READERS = frozenset({_P.MEMBERS_READ, _P.INTERVENTIONS_READ, _P.NATIONAL_READ, _P.JOBS_READ})

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.TENANT_ADMIN: _READERS | {_P.INTERVENTIONS_WRITE, _P.COUNTS_WRITE},
    Role.DIRECTOR: _READERS | {_P.INTERVENTIONS_WRITE},
    Role.BOARD: frozenset({_P.MEMBERS_READ, _P.INTERVENTIONS_READ, _P.NATIONAL_READ}),
    Role.PROCESS_LEAD: _READERS | {_P.INTERVENTIONS_WRITE, _P.COUNTS_WRITE},
    Role.PREP_GROUP: frozenset({_P.MEMBERS_READ, _P.INTERVENTIONS_READ, _P.NATIONAL_READ}),
    Role.COORDINATOR: _READERS | {_P.COUNTS_WRITE},
    Role.CASE_WORKER: _READERS | {_P.COUNTS_WRITE},
    Role.REFERRER: frozenset({_P.INTERVENTIONS_READ}),
    Role.AUDITOR: frozenset({_P.MEMBERS_READ, _P.INTERVENTIONS_READ, _P.NATIONAL_READ}),
    Role.LOG_REVIEWER: frozenset(),
    Role.NAT_COUNCIL: frozenset({_P.NATIONAL_READ}),
    Role.NAT_EDITOR: frozenset({_P.NATIONAL_READ, _P.RELEASES_WRITE}),
    Role.PLATFORM_ADMIN: frozenset({_P.PLATFORM_READ}),
}


def permissions_of(roles: frozenset[Role]) -> frozenset[Permission]:
    """The union of what the roles may do."""
    return frozenset().union(*(ROLE_PERMISSIONS[role] for role in roles))
