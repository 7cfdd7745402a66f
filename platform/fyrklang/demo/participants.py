"""Write one förbund's participants and deltaganden, and the whole of casework where demo people work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from fyrklang.demo.depth import Depth
from fyrklang.demo.depth_groups import Groups
from fyrklang.demo.depth_team import team_of
from fyrklang.demo.generate import Nation
from fyrklang.demo.nation import Association
from fyrklang.demo.portfolio import Insats
from fyrklang.demo.rows import intervention_id
from fyrklang.demo.stay_rows import Book, Rows
from fyrklang.demo.stays import Stays, follows_people, stays_of
from fyrklang.kernel import clock
from fyrklang.kernel.db import Database
from fyrklang.modules.casework import models as care
from fyrklang.modules.followups.models import Attempt, FollowUp
from fyrklang.modules.groups.models import Attendance, GroupPlace, Meeting, Series
from fyrklang.tenancy.bulk import lay_past_the_wall, trust_references
from fyrklang.tenancy.session import TenantOwned

_Written = Sequence[tuple[type[TenantOwned], list[dict[str, Any]]]]


def team_insatser(nation: Nation, item: Association) -> list[Insats]:
    """The insatser in which the förbund's demo people work: its largest team, and a group if one is running."""
    own = [each for each in nation.people if each.slug == item.slug and follows_people(each)]
    running = [each for each in own if each.status == "RUNNING"]
    found = []
    for form in ("TEAM", "GROUP"):
        among = [each for each in running if each.format == form]
        found += sorted(among, key=lambda each: -each.size)[:1]
    return found


def write_people(database: Database, nation: Nation, item: Association) -> None:
    """Everybody the förbund follows, and those it only counts."""
    drawn = stays_of(nation.seed, item.slug, nation.people, nation.flow)
    if drawn is None:
        return
    own = [each for each in nation.people if each.slug == item.slug and follows_people(each)]
    office = f"KOMMUN-{item.kommuner[0].code}"
    chance = Random(f"{nation.seed}:{item.slug}")  # noqa: S311 - nothing secret is drawn
    team = team_of(item)
    depth = Depth(team, clock.today(), chance) if team else None
    deep = {place for place, each in enumerate(own) if depth and each in team_insatser(nation, item)}
    items = drawn.item.tolist()
    ids = [intervention_id(nation, each) for each in own]

    def owner(place: int) -> str:
        return depth.owner(place) if depth and items[place] in deep else office

    book = Book(drawn, ids, owner, chance)
    rows = book.rows()
    further: _Written = ()
    if depth:
        further = _in_full(depth, rows, drawn, [ids[place] for place in sorted(deep)])
    with database.engine("migrator").begin() as connection:
        if not depth:
            trust_references(connection)
        _write(connection, item.id, [(care.Participant, rows.participants)])
        _write(connection, item.id, further[:2])
        _write(connection, item.id, [(care.Stay, rows.stays), (care.Situation, rows.situations)])
        _write(connection, item.id, further[2:])
        _write(connection, item.id, [(care.AnonymousEntry, list(book.unnamed(office)))])


def _in_full(depth: Depth, rows: Rows, drawn: Stays, insatser: list[UUID]) -> _Written:
    """Rows by table about those in the demo people's own insatser; consents and remisser come before the stays."""
    participants = {row["id"]: row for row in rows.participants}
    latest: dict[str, dict[str, Any]] = {}
    for place, stay in enumerate(rows.stays):
        if stay["intervention_id"] not in insatser:
            continue
        depth.assign(stay)
        later = int(drawn.later_on[place])
        depth.follow_up(stay, date.fromordinal(later) if later else None)
        if depth.enters(stay):
            latest[stay["participant_id"]] = stay
            depth.refer(stay, participants[stay["participant_id"]])
            depth.fill(stay)
    for stay in latest.values():
        depth.consent(stay)
    for own in insatser:
        depth.waiting(own)
    groups = Groups(depth, insatser, [stay for stay in latest.values() if stay["status"] == "ACTIVE"])
    found = depth.rows
    return (
        (care.Consent, found.consents),
        (care.Referral, found.referrals),
        (care.Assessment, found.assessments),
        (care.ExistingPlan, found.existing_plans),
        (care.Plan, found.plans),
        (care.Commitment, found.commitments),
        (care.PlanVersion, found.plan_versions),
        (care.Activity, found.activities),
        (care.Note, found.notes),
        (care.Task, found.tasks),
        (FollowUp, found.follow_ups),
        (Attempt, found.attempts),
        (Series, groups.series),
        (Meeting, groups.meetings),
        (GroupPlace, groups.places),
        (Attendance, groups.attendance),
    )


def _write(connection: Connection, tenant_id: UUID, tables: _Written) -> None:
    for model, values in tables:
        lay_past_the_wall(connection, tenant_id, model, values)
