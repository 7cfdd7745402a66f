"""Every act the platform can refuse, and which roles may do it. One table, no other place.

The names follow `area:act`. A role that is not in a row does not have the permission; there is no
inheritance and no wildcard, so that the table reads as the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
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

OFFICE_ROLES = frozenset({Role.TENANT_ADMIN, Role.DIRECTOR, Role.BOARD, Role.PROCESS_LEAD})
"""Roles that run a förbund and so never meet its participants."""

CASE_ROLES = frozenset({Role.COORDINATOR, Role.CASE_WORKER, Role.REFERRER})
"""Roles that meet participants."""

NATIONAL_ROLES = frozenset({Role.NAT_COUNCIL, Role.NAT_EDITOR, Role.PLATFORM_ADMIN})
TENANT_ROLES = frozenset(Role) - NATIONAL_ROLES


class Permission(StrEnum):
    """What a route, a service or a job may demand."""

    MEMBERS_READ = "members:read"
    MEMBERS_WRITE = "members:write"
    ROLES_READ = "roles:read"
    USERS_READ = "users:read"
    USERS_WRITE = "users:write"
    TOKENS_WRITE = "tokens:write"
    INTERVENTIONS_READ = "interventions:read"
    INTERVENTIONS_WRITE = "interventions:write"
    COUNTS_WRITE = "counts:write"
    ECONOMY_READ = "economy:read"
    ECONOMY_WRITE = "economy:write"
    REPORTS_READ = "reports:read"
    REPORTS_WRITE = "reports:write"
    JOBS_READ = "jobs:read"
    PLUGINS_READ = "plugins:read"
    PLUGINS_WRITE = "plugins:write"
    NATIONAL_READ = "national:read"
    RELEASES_WRITE = "releases:write"
    PLATFORM_READ = "platform:read"
    REFERRALS_SEND = "referrals:send"
    REFERRALS_OWN = "referrals:own"
    REFERRALS_READ = "referrals:read"
    CASES_READ = "cases:read"
    CASES_WRITE = "cases:write"
    CASES_UNMASK = "cases:unmask"
    COVERS_USE = "covers:use"
    EMERGENCY_ASK = "emergency:ask"
    EMERGENCY_ANSWER = "emergency:answer"
    LOG_OWN = "log:own"
    LOG_READ = "log:read"
    LOG_REVIEW = "log:review"
    LOG_TECHNICAL = "log:technical"


class Reach(StrEnum):
    """What an act reaches: a förbund's office, one participant's case, the referrals one has sent, one's own
    things, or wider. It decides what the signed context carries (`access.teams`)."""

    TENANT = "tenant"
    CASE = "case"
    REFERRER = "referrer"
    OWN = "own"
    NATIONAL = "national"
    PLATFORM = "platform"


@dataclass(frozen=True)
class Traits:
    """What an act demands beyond a role.

    Attributes:
        loa: lowest level of assurance of the login, 1–4 (Swedish tillitsnivå).
        reads_person: whether it shows something of a participant; the guard then lets no answer out unless
            the log was told who was read.
        opened_by: for acts in a case, the relations (`access.relations.Relation`) of which one must hold.
    """

    reach: Reach
    loa: int = 2
    reads_person: bool = False
    opened_by: frozenset[str] = frozenset()


_TO_CASE = frozenset({"assigned", "same_team", "controller_party", "delegation", "consent"})

PERMISSION_TRAITS: dict[Permission, Traits] = {
    Permission.MEMBERS_READ: Traits(Reach.TENANT),
    Permission.MEMBERS_WRITE: Traits(Reach.TENANT),
    Permission.ROLES_READ: Traits(Reach.TENANT),
    Permission.USERS_READ: Traits(Reach.TENANT),
    Permission.USERS_WRITE: Traits(Reach.TENANT, loa=3),
    Permission.TOKENS_WRITE: Traits(Reach.TENANT, loa=3),
    Permission.INTERVENTIONS_READ: Traits(Reach.TENANT),
    Permission.INTERVENTIONS_WRITE: Traits(Reach.TENANT),
    Permission.COUNTS_WRITE: Traits(Reach.TENANT),
    Permission.ECONOMY_READ: Traits(Reach.TENANT),
    Permission.ECONOMY_WRITE: Traits(Reach.TENANT),
    Permission.REPORTS_READ: Traits(Reach.TENANT),
    Permission.REPORTS_WRITE: Traits(Reach.TENANT),
    Permission.JOBS_READ: Traits(Reach.TENANT),
    Permission.PLUGINS_READ: Traits(Reach.TENANT),
    Permission.PLUGINS_WRITE: Traits(Reach.TENANT, loa=3),
    Permission.NATIONAL_READ: Traits(Reach.NATIONAL),
    Permission.RELEASES_WRITE: Traits(Reach.NATIONAL, loa=3),
    Permission.PLATFORM_READ: Traits(Reach.PLATFORM),
    Permission.REFERRALS_SEND: Traits(Reach.REFERRER, loa=3),
    Permission.REFERRALS_OWN: Traits(Reach.REFERRER, loa=3, reads_person=True),
    Permission.REFERRALS_READ: Traits(Reach.CASE, loa=3, reads_person=True, opened_by=_TO_CASE),
    Permission.CASES_READ: Traits(Reach.CASE, loa=3, reads_person=True, opened_by=_TO_CASE),
    Permission.CASES_WRITE: Traits(Reach.CASE, loa=3, opened_by=_TO_CASE),
    Permission.CASES_UNMASK: Traits(Reach.CASE, loa=3, reads_person=True, opened_by=_TO_CASE),
    Permission.COVERS_USE: Traits(Reach.TENANT, loa=3),
    Permission.EMERGENCY_ASK: Traits(Reach.TENANT, loa=3),
    Permission.EMERGENCY_ANSWER: Traits(Reach.CASE, loa=3, reads_person=True, opened_by=_TO_CASE),
    Permission.LOG_OWN: Traits(Reach.OWN),
    Permission.LOG_READ: Traits(Reach.TENANT, loa=3),
    Permission.LOG_REVIEW: Traits(Reach.TENANT, loa=3),
    Permission.LOG_TECHNICAL: Traits(Reach.TENANT),
}

_P = Permission
_OPEN = frozenset({_P.MEMBERS_READ, _P.INTERVENTIONS_READ, _P.NATIONAL_READ, _P.ROLES_READ, _P.LOG_OWN})
_READERS = _OPEN | {_P.JOBS_READ}
_SENDERS = frozenset({_P.REFERRALS_SEND, _P.REFERRALS_OWN})
_TEAM = (
    _SENDERS
    | {_P.REFERRALS_READ, _P.CASES_READ, _P.CASES_WRITE, _P.CASES_UNMASK}
    | {_P.COVERS_USE, _P.EMERGENCY_ASK, _P.EMERGENCY_ANSWER}
)

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.TENANT_ADMIN: _READERS
    | {_P.INTERVENTIONS_WRITE, _P.COUNTS_WRITE, _P.USERS_READ, _P.USERS_WRITE, _P.TOKENS_WRITE}
    | {_P.LOG_TECHNICAL, _P.PLUGINS_READ, _P.PLUGINS_WRITE}
    | {_P.ECONOMY_READ, _P.ECONOMY_WRITE}
    | {_P.REPORTS_READ, _P.REPORTS_WRITE}
    | {_P.MEMBERS_WRITE},
    Role.DIRECTOR: _READERS
    | {_P.INTERVENTIONS_WRITE}
    | {_P.ECONOMY_READ, _P.ECONOMY_WRITE}
    | {_P.REPORTS_READ, _P.REPORTS_WRITE}
    | {_P.MEMBERS_WRITE},
    Role.BOARD: _OPEN | {_P.ECONOMY_READ} | {_P.REPORTS_READ},
    Role.PROCESS_LEAD: _READERS
    | {_P.INTERVENTIONS_WRITE, _P.COUNTS_WRITE}
    | {_P.ECONOMY_READ}
    | {_P.REPORTS_READ, _P.REPORTS_WRITE},
    Role.PREP_GROUP: _OPEN | {_P.ECONOMY_READ} | {_P.REPORTS_READ},
    Role.COORDINATOR: _READERS | _TEAM | {_P.COUNTS_WRITE},
    Role.CASE_WORKER: _READERS | _TEAM | {_P.COUNTS_WRITE},
    Role.REFERRER: _SENDERS | frozenset({_P.INTERVENTIONS_READ, _P.ROLES_READ, _P.LOG_OWN}),
    Role.AUDITOR: _OPEN | {_P.ECONOMY_READ} | {_P.REPORTS_READ},
    Role.LOG_REVIEWER: frozenset({_P.ROLES_READ, _P.LOG_READ, _P.LOG_REVIEW, _P.LOG_OWN}),
    Role.NAT_COUNCIL: frozenset({_P.NATIONAL_READ}),
    Role.NAT_EDITOR: frozenset({_P.NATIONAL_READ, _P.RELEASES_WRITE}),
    Role.PLATFORM_ADMIN: frozenset({_P.PLATFORM_READ}),
}


def permissions_of(roles: frozenset[Role]) -> frozenset[Permission]:
    """The union of what the roles may do."""
    return frozenset().union(*(ROLE_PERMISSIONS[role] for role in roles))
