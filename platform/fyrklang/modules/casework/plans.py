"""The one joint plan: a goal in the person's own words and what each party, and the person, will do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from fyrklang.access.actor import Actor
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Conflict, Invalid, NotFound
from fyrklang.modules.casework import acts, codes
from fyrklang.modules.casework.models import Commitment, Plan, PlanVersion, Stay
from fyrklang.modules.casework.stays import need_open, of_stay, opened
from fyrklang.sdk.audit import record


@dataclass(frozen=True)
class Whole:
    """The plan with its commitments, the person's own first, and what changed since the latest meeting."""

    plan: Plan | None
    commitments: tuple[Commitment, ...]
    version: int
    met_on: date | None
    changed: Mapping[UUID, str]

    def of(self, party: str) -> tuple[Commitment, ...]:
        """What one party, or PERSON, has said."""
        return tuple(each for each in self.commitments if each.party == party)

    @property
    def parties(self) -> list[str]:
        """Who has said something, the person first, then FK, AF, region, kommun."""
        return sorted({each.party for each in self.commitments}, key=_place)

    @property
    def remaining(self) -> tuple[Commitment, ...]:
        """What is not done yet."""
        return tuple(each for each in self.commitments if each.state in codes.OPEN_COMMITMENTS)


@dataclass(frozen=True)
class Change:
    """What became of the goal or of one commitment between two pictures of a plan.

    `party` is None for the goal; `kind` is new, gone or changed; `before` and `after` are what, day and state
    (for the goal its words alone), empty where there was nothing.
    """

    party: str | None
    kind: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def whole(actor: Actor, stay: Stay) -> Whole:
    """The plan of a stay as the actor may see it."""
    plan = actor.session.scalars(select(Plan).where(Plan.stay_id == stay.id)).first()
    query = select(Commitment).where(Commitment.stay_id == stay.id)
    rows = tuple(actor.session.scalars(query.order_by(Commitment.due_on, Commitment.id)))
    latest = _latest(actor, plan) if plan else None
    return Whole(
        plan,
        rows,
        latest.number if latest else 0,
        latest.met_on if latest else None,
        _changes(latest, rows) if latest else {},
    )


def set_goal(actor: Actor, stay_id: UUID, goal: str, goal_on: date | None, version: int) -> None:
    """Write the goal, in the person's own words.

    Raises:
        NotFound: there is no such stay for the actor.
        Conflict: the stay is over, or somebody changed the goal since `version`.
    """
    case = opened(actor, stay_id)
    need_open(case)
    plan = actor.session.scalars(select(Plan).where(Plan.stay_id == stay_id)).first()
    if (plan.version if plan else 0) != version:
        raise Conflict
    if plan is None:
        values = {**of_stay(actor, case.stay), "owner_party": case.stay.owner_party}
        plan = Plan(**values, goal=goal, goal_on=goal_on, created_by=actor.person_id)
        actor.session.add(plan)
    else:
        plan.goal, plan.goal_on = goal, goal_on
        plan.version += 1
    actor.session.flush()
    record(actor, acts.PLAN_CHANGED, acts.STAY, stay_id)


def commit(actor: Actor, stay_id: UUID, values: Mapping[str, Any]) -> Commitment:
    """Add what a party or the person will do.

    Raises:
        NotFound, Conflict: as `set_goal`.
        Invalid: there is no goal yet, or the party does not take part.
    """
    case = opened(actor, stay_id)
    need_open(case)
    plan = actor.session.scalars(select(Plan).where(Plan.stay_id == stay_id)).first()
    if plan is None:
        raise Invalid(fields={"what": "Skriv målet först, så hänger åtagandena på något."})
    row = Commitment(
        **of_stay(actor, case.stay),
        **values,
        plan_id=plan.id,
        changed_at=clock.now(),
        created_by=actor.person_id,
    )
    actor.session.add(row)
    actor.session.flush()
    record(actor, acts.PLAN_CHANGED, acts.STAY, stay_id)
    return row


def change(actor: Actor, stay_id: UUID, commitment_id: UUID, values: Mapping[str, Any], version: int) -> None:
    """Change a commitment, if nobody else did since `version`.

    Raises:
        NotFound: there is none for the actor.
        Conflict: the stay is over, or somebody else changed it.
    """
    case = opened(actor, stay_id)
    need_open(case)
    row = one(actor, stay_id, commitment_id)
    if row.version != version:
        raise Conflict
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    row.changed_at = clock.now()
    actor.session.flush()
    record(actor, acts.PLAN_CHANGED, acts.STAY, stay_id)


def meet(actor: Actor, stay_id: UUID, met_on: date) -> PlanVersion:
    """Keep the plan as it stands now, as agreed at a meeting.

    Raises:
        NotFound, Conflict: as `set_goal`.
        Invalid: there is no plan, or the meeting lies ahead.
    """
    case = opened(actor, stay_id)
    need_open(case)
    found = whole(actor, case.stay)
    if found.plan is None or met_on > clock.today():
        raise Invalid(fields={"met_on": "Skriv ett mål först och ange en mötesdag som har varit."})
    row = PlanVersion(
        **{name: value for name, value in of_stay(actor, case.stay).items() if name != "stay_id"},
        plan_id=found.plan.id,
        number=found.version + 1,
        met_on=met_on,
        content=picture(found),
        created_by=actor.person_id,
    )
    found.plan.met_on = met_on
    actor.session.add(row)
    actor.session.flush()
    record(actor, acts.PLAN_CHANGED, acts.STAY, stay_id)
    return row


def versions(actor: Actor, stay: Stay) -> Sequence[PlanVersion]:
    """The plan as it stood after each meeting, latest first."""
    query = select(PlanVersion).join(Plan, Plan.id == PlanVersion.plan_id).where(Plan.stay_id == stay.id)
    return actor.session.scalars(query.order_by(PlanVersion.number.desc())).all()


def picture(found: Whole) -> dict[str, Any]:
    """The plan as it stands now, in the form that versions keep."""
    return {
        "goal": found.plan.goal if found.plan else "",
        "commitments": {
            str(each.id): [
                each.party,
                each.what,
                each.due_on.isoformat() if each.due_on else None,
                each.state,
            ]
            for each in found.commitments
        },
    }


def between(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """What is different in a later picture of a plan: the goal first, then party by party."""
    found = []
    if before["goal"] != after["goal"]:
        found.append(Change(None, "changed", (before["goal"],), (after["goal"],)))
    then, now = before["commitments"], after["commitments"]
    for key in dict.fromkeys((*now, *then)):
        if then.get(key) == now.get(key):
            continue
        kind = "new" if key not in then else "gone" if key not in now else "changed"
        party = (now.get(key) or then[key])[0]
        found.append(Change(party, kind, _said(then.get(key)), _said(now.get(key))))
    return sorted(found, key=lambda change: _place(change.party) if change.party else (-1, ""))


def _said(row: Sequence[Any] | None) -> tuple[str, ...]:
    return tuple(str(each or "") for each in row[1:]) if row else ()


def one(actor: Actor, stay_id: UUID, commitment_id: UUID) -> Commitment:
    """A commitment of a stay.

    Raises:
        NotFound: there is none for the actor.
    """
    query = select(Commitment).where(Commitment.id == commitment_id, Commitment.stay_id == stay_id)
    row = actor.session.scalars(query).first()
    if row is None:
        raise NotFound
    return row


def in_order(rows: Mapping[str, Sequence[Any]]) -> list[Sequence[Any]]:
    """The commitments of a picture, the person's own first."""
    return sorted(rows.values(), key=lambda row: _place(row[0]))


def _place(party: str) -> tuple[int, str]:
    kinds = (codes.PERSON, *codes.PARTY_WORDS)
    kind = codes.party_kind(party)
    return kinds.index(kind) if kind in kinds else len(kinds), party


def _latest(actor: Actor, plan: Plan) -> PlanVersion | None:
    query = select(PlanVersion).where(PlanVersion.plan_id == plan.id)
    number = select(func.max(PlanVersion.number)).where(PlanVersion.plan_id == plan.id).scalar_subquery()
    return actor.session.scalars(query.where(PlanVersion.number == number)).first()


def _changes(latest: PlanVersion, rows: Sequence[Commitment]) -> dict[UUID, str]:
    """Commitment to what happened since the meeting: `new`, or the state it had then."""
    before: dict[str, list[Any]] = latest.content["commitments"]
    found: dict[UUID, str] = {}
    for row in rows:
        then = before.get(str(row.id))
        now = [row.party, row.what, row.due_on.isoformat() if row.due_on else None, row.state]
        if then is None:
            found[row.id] = "new"
        elif then != now:
            found[row.id] = str(then[3])
    return found
