"""The list of stays and the lists somebody has saved of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.modules.casework import acts
from fyrklang.modules.casework.codes import OPEN_COMMITMENTS
from fyrklang.modules.casework.models import Commitment, Consent, Participant, Plan, Stay
from fyrklang.sdk.audit import record_reading
from fyrklang.sdk.care import OPEN, PROTECTED
from fyrklang.sdk.saved import CASES, SavedList, drop_list, keep_list, saved_lists

PAGE_SIZE = 50
EVERY = 100_000
"""A page that holds any list."""
MINE, NOBODY = "mina", "ingen"
NEEDS = ("steg", "samtycke", "plan")
SOON = timedelta(days=30)


@dataclass(frozen=True)
class Wanted:
    """Which stays to list.

    `who` is `mina`, `ingen` or a person's id; `need` is `steg` (an agreed step has lapsed), `samtycke` (a
    consent soon does) or `plan` (there is none). `words` searches the code. Empty and None mean any.
    """

    state: str = "ACTIVE"
    who: str = ""
    insats: UUID | None = None
    need: str = ""
    words: str = ""
    page: int = 1

    @property
    def choices(self) -> dict[str, str]:
        """What a saved list keeps: no words of a search, which may name somebody, and no page."""
        kept = {
            name: value for name, value in asdict(self).items() if name not in ("words", "page") and value
        }
        return {name: str(value) for name, value in kept.items()}


def wanted_from(args: Mapping[str, str]) -> Wanted:
    """What an address asks for; what makes no sense asks for nothing."""
    who, need = args.get("vem", ""), args.get("behov", "")
    if args.get("mina") == "1":
        who = MINE
    return Wanted(
        state="ENDED" if args.get("visa") == "avslutade" else "ACTIVE",
        who=who if who in (MINE, NOBODY) or _uuid(who) else "",
        insats=_uuid(args.get("insats", "")),
        need=need if need in NEEDS else "",
        words=args.get("q", "")[:40],
        page=int(args["sida"]) if args.get("sida", "").isdecimal() and int(args["sida"][:6]) > 0 else 1,
    )


def address_of(wanted: Wanted, **changes: Any) -> dict[str, Any]:
    """The arguments of the address that asks for this, with changes in the names of `Wanted`."""
    values = {**asdict(wanted), "page": 1, **changes}
    return {
        "visa": "avslutade" if values["state"] == "ENDED" else None,
        "vem": values["who"] or None,
        "insats": values["insats"] or None,
        "behov": values["need"] or None,
        "q": values["words"] or None,
        "sida": values["page"] if values["page"] > 1 else None,
    }


def listing(actor: Actor, wanted: Wanted, size: int = PAGE_SIZE) -> tuple[Sequence[Any], int]:
    """One page of stays the actor may see, latest start first, and how many there are in all."""
    actor.require(Permission.CASES_READ)
    # Counted in the same pass: what the wall asks of each row is most of the work.
    query = _chosen(actor, wanted).add_columns(func.count().over().label("total"))
    page = query.order_by(Stay.started_on.desc(), Stay.id).limit(size).offset((wanted.page - 1) * size)
    rows = actor.session.execute(page).all()
    record_reading(actor, acts.LIST_READ, acts.STAY, [row.id for row in rows])
    return rows, rows[0].total if rows else 0


def saved(actor: Actor) -> Sequence[SavedList]:
    """The actor's own saved lists in Swedish order."""
    return saved_lists(actor, CASES)


def save(actor: Actor, name: str, wanted: Wanted) -> SavedList:
    """Keep what a list was narrowed to under a name of one's own.

    Raises:
        Invalid: one has such a list already, or twenty of them.
    """
    actor.require(Permission.CASES_READ)
    return keep_list(actor, CASES, (name, False), wanted.choices)


def forget(actor: Actor, list_id: UUID) -> None:
    """Remove a saved list.

    Raises:
        NotFound: the actor has none such.
    """
    actor.require(Permission.CASES_READ)
    drop_list(actor, list_id)


def wanted_of(row: SavedList) -> Wanted:
    """What a saved list asks for."""
    kept = {name: str(value) for name, value in row.choices.items()}
    return Wanted(
        state=kept.get("state", "ACTIVE"),
        who=kept.get("who", ""),
        insats=_uuid(kept.get("insats", "")),
        need=kept.get("need", ""),
    )


def _chosen(actor: Actor, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    columns = (
        Stay.id,
        Participant.code,
        Stay.intervention_id,
        Stay.status,
        Stay.started_on,
        Stay.ended_on,
        Stay.next_step,
        Stay.next_step_on,
        Stay.assigned_to,
    )
    states = OPEN if wanted.state == "ACTIVE" else ("ENDED",)
    query = select(*columns).join(Participant, Participant.id == Stay.participant_id)
    # Somebody whose identity is protected stands in no list and is found by no search.
    query = query.where(Stay.status.in_(states), Participant.identity_mode != PROTECTED)
    for condition in _narrowed(actor, wanted):
        query = query.where(condition)
    return query


def _narrowed(actor: Actor, wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.who == NOBODY:
        found.append(Stay.assigned_to.is_(None))
    elif wanted.who:
        found.append(Stay.assigned_to == (actor.person_id if wanted.who == MINE else UUID(wanted.who)))
    if wanted.insats is not None:
        found.append(Stay.intervention_id == wanted.insats)
    if wanted.words.strip():
        words = wanted.words.strip().lower()
        found.append(Participant.code_norm.contains(words, autoescape=True))
    today = clock.today()
    if wanted.need == "steg":
        late = (Commitment.due_on < today) & Commitment.state.in_(OPEN_COMMITMENTS)
        found.append(exists().where(Commitment.stay_id == Stay.id, late))
    elif wanted.need == "samtycke":
        soon = Consent.valid_to.between(today, today + SOON) & Consent.withdrawn_on.is_(None)
        found.append(exists().where(Consent.participant_id == Stay.participant_id, soon))
    elif wanted.need == "plan":
        found.append(~exists().where(Plan.stay_id == Stay.id))
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
