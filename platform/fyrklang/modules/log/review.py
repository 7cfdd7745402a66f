"""The monthly review: a drawn sample of everything since the last one, judged event by event, and signed.

The draw is decided by the hash of the last event it covers: nobody chooses it, and anybody can repeat it.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, insert, literal, or_, select, update

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel.audit.chain import encode
from fyrklang.kernel.clock import STOCKHOLM
from fyrklang.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from fyrklang.kernel.ids import new_id
from fyrklang.modules.log import acts, service
from fyrklang.modules.log.models import Event, Review, ReviewItem
from fyrklang.sdk.audit import EXPORTED, record
from fyrklang.tenancy.audit.trail import names_somebody

SAMPLE = 20
"""How many events are drawn: half by chance, half because a rule points at them."""

RULES = ("EMERGENCY", "REFUSED", "EXPORT", "NIGHT", "VOLUME", "REASON")
NOTE_LENGTH = 500
OWN = "Du kan inte bedöma det du själv har gjort. Be en annan granskare göra det."
_REVIEW_COLUMNS = (
    Review.id,
    Review.first_seq,
    Review.last_seq,
    Review.first_at,
    Review.last_at,
    Review.population,
    Review.set_aside,
    Review.seed,
    Review.seal_number,
    Review.hash,
    Review.state,
    Review.started_at,
    Review.started_by,
    Review.signed_at,
    Review.signed_by,
)


@dataclass(frozen=True)
class Judgement:
    """What the reviewer thinks of one drawn event."""

    verdict: str
    note: str = ""


@dataclass(frozen=True)
class Span:
    """Everything that has happened since the last review."""

    first_seq: int
    last_seq: int
    first_at: datetime
    last_at: datetime
    population: int


def list_reviews(actor: Actor) -> Sequence[Any]:
    """Every review, the latest first, with how many of its events are judged."""
    actor.require(Permission.LOG_REVIEW)
    judged = (
        select(func.count(ReviewItem.verdict))
        .where(ReviewItem.tenant_id == Review.tenant_id, ReviewItem.review_id == Review.id)
        .scalar_subquery()
    )
    sample = (
        select(func.count())
        .where(ReviewItem.tenant_id == Review.tenant_id, ReviewItem.review_id == Review.id)
        .scalar_subquery()
    )
    query = select(*_REVIEW_COLUMNS, judged.label("judged"), sample.label("sample"))
    return actor.session.execute(query.order_by(Review.first_seq.desc())).all()


def get_review(actor: Actor, review_id: UUID) -> Any:
    """One review.

    Raises:
        NotFound: it does not exist in this förbund.
    """
    actor.require(Permission.LOG_REVIEW)
    row = actor.session.execute(select(*_REVIEW_COLUMNS).where(Review.id == review_id)).first()
    if row is None:
        raise NotFound
    return row


def items_of(actor: Actor, review_id: UUID) -> Sequence[Any]:
    """The drawn events in their order, each with what was thought of it."""
    actor.require(Permission.LOG_REVIEW)
    same = and_(Event.tenant_id == ReviewItem.tenant_id, Event.id == ReviewItem.event_id)
    query = (
        select(
            ReviewItem.place,
            ReviewItem.rule,
            ReviewItem.verdict,
            ReviewItem.note,
            ReviewItem.judged_by,
            ReviewItem.judged_at,
            *service.COLUMNS,
        )
        .join(Event, same)
        .where(ReviewItem.review_id == review_id)
    )
    return actor.session.execute(query.order_by(ReviewItem.place)).all()


def waiting_span(actor: Actor) -> Span | None:
    """What the next review would cover, None when nothing has happened since the last."""
    actor.require(Permission.LOG_REVIEW)
    covered = actor.session.scalar(select(func.coalesce(func.max(Review.last_seq), 0)))
    query = select(
        func.min(Event.seq), func.max(Event.seq), func.min(Event.at), func.max(Event.at), func.count()
    ).where(Event.seq > covered)
    first_seq, last_seq, first_at, last_at, population = actor.session.execute(query).one()
    return Span(first_seq, last_seq, first_at, last_at, population) if population else None


def start(actor: Actor) -> UUID:
    """Draw the sample of everything since the last review; returns the review's id.

    The drawer's own events are left out and counted, since they could not judge them.

    Raises:
        Conflict: a review is already open, or nothing has happened since the last.
    """
    actor.require(Permission.LOG_REVIEW)
    if actor.session.scalar(select(func.count()).where(Review.state == "OPEN")):
        raise Conflict("Det finns redan en påbörjad granskning. Gör klart den först.")
    span = waiting_span(actor)
    if span is None:
        raise Conflict("Det har inte hänt något sedan den förra granskningen.")
    last_hash: bytes = actor.session.scalars(select(Event.hash).where(Event.seq == span.last_seq)).one()
    seed = hashlib.sha256(encode("fyrklang-review-1", last_hash.hex())).hexdigest()
    seal = service.seal_state(actor)
    drawn = _draw(actor, span, seed)
    own = select(func.count()).where(*_within(span), Event.actor_id == actor.person_id)
    review_id = new_id()
    tenant = actor.context.tenant_id
    review = {
        "tenant_id": tenant,
        "id": review_id,
        **vars(span),
        "set_aside": actor.session.scalar(own) or 0,
        "seed": seed,
        "seal_number": seal.number if seal else None,
        "hash": last_hash,
    }
    actor.session.execute(insert(Review).values(review))
    items = [
        {
            "tenant_id": tenant,
            "id": new_id(),
            "review_id": review_id,
            "event_id": event,
            "place": place,
            "rule": rule,
        }
        for place, (event, rule) in enumerate(drawn, 1)
    ]
    if items:
        actor.session.execute(insert(ReviewItem), items)
    record(actor, acts.STARTED, acts.REVIEW, review_id, first=span.first_seq, last=span.last_seq)
    return review_id


def judge(actor: Actor, review_id: UUID, judgements: Mapping[int, Judgement]) -> None:
    """Keep what the reviewer thinks of events, named by their place in the sample.

    Raises:
        NotFound: no such review in this förbund, or no such place in it.
        Conflict: the review is signed.
        Forbidden: one of the events is the reviewer's own.
        Invalid: a question or a report without words; keys are `note_<place>`.
    """
    if get_review(actor, review_id).state != "OPEN":
        raise Conflict("Granskningen är signerad och kan inte ändras.")
    items = {item.place: item for item in items_of(actor, review_id)}
    if not judgements.keys() <= items.keys():
        raise NotFound
    if any(items[place].actor_id == actor.person_id for place in judgements):
        raise Forbidden(OWN)
    _check(judgements)
    changed = {
        place: each
        for place, each in judgements.items()
        if (items[place].verdict, items[place].note) != (each.verdict, each.note)
    }
    for place, each in changed.items():
        actor.session.execute(
            update(ReviewItem)
            .where(ReviewItem.review_id == review_id, ReviewItem.place == place)
            .values(verdict=each.verdict, note=each.note),
            execution_options={"synchronize_session": False},
        )
    if changed:
        record(
            actor, acts.JUDGED, acts.REVIEW, review_id, **_tally(each.verdict for each in changed.values())
        )


def sign(actor: Actor, review_id: UUID) -> None:
    """Close the review for good. The log is told a digest of what was judged.

    Raises:
        NotFound: no such review in this förbund.
        Conflict: it is signed, or events are left to judge.
    """
    if get_review(actor, review_id).state != "OPEN":
        raise Conflict("Granskningen är redan signerad.")
    items = items_of(actor, review_id)
    left = sum(item.verdict is None for item in items)
    if left:
        raise Conflict(f"{left} av {len(items)} händelser är inte bedömda än.")
    actor.session.execute(
        update(Review).where(Review.id == review_id).values(state="SIGNED"),
        execution_options={"synchronize_session": False},
    )
    content = digest_of(items)
    record(
        actor, acts.SIGNED, acts.REVIEW, review_id, content=content, **_tally(item.verdict for item in items)
    )


def note_protocol(actor: Actor, review_id: UUID) -> None:
    """Tell the log that the protocol was taken out as a file."""
    actor.require(Permission.LOG_REVIEW)
    record(actor, EXPORTED, acts.REVIEW, review_id, what="log.protocol", format="pdf")


def digest_of(items: Sequence[Any]) -> str:
    """A digest of a sample and its judgements: what was signed."""
    parts = [
        part
        for item in items
        for part in (str(item.place), str(item.id), item.rule, item.verdict, item.note, str(item.judged_by))
    ]
    return hashlib.sha256(encode(*parts)).hexdigest()


def _check(judgements: Mapping[int, Judgement]) -> None:
    faults = {}
    for place, each in judgements.items():
        if each.verdict != "REASONABLE" and not each.note:
            faults[f"note_{place}"] = "Skriv vad du undrar över eller vad som ska anmälas."
        elif len(each.note) > NOTE_LENGTH:
            faults[f"note_{place}"] = f"Skriv högst {NOTE_LENGTH} tecken."
        elif names_somebody(each.note):
            faults[f"note_{place}"] = "Skriv inte personnummer här."
    if faults:
        raise Invalid(fields=faults)


def _tally(verdicts: Iterable[str | None]) -> dict[str, Any]:
    found = list(verdicts)
    return {code.lower(): found.count(code) for code in acts.VERDICTS}


def _draw(actor: Actor, span: Span, seed: str) -> list[tuple[UUID, str]]:
    """The sample as (event, why it was drawn), in an order that tells nothing of why."""
    others = [*_within(span), Event.actor_id.is_distinct_from(actor.person_id)]
    by_chance = _ordered(actor, others, seed, SAMPLE * 2)
    picked = dict.fromkeys(by_chance[: SAMPLE // 2], "RANDOM")
    lanes = {rule: _ordered(actor, [*others, _rule(actor, rule, span)], seed, SAMPLE + 1) for rule in RULES}
    while len(picked) < SAMPLE and any(lanes.values()):
        for rule, lane in lanes.items():
            fresh = next((each for each in lane if each not in picked), None)
            lanes[rule] = lane[lane.index(fresh) + 1 :] if fresh else []
            if fresh and len(picked) < SAMPLE:
                picked[fresh] = rule
    for each in by_chance:
        if len(picked) < SAMPLE:
            picked.setdefault(each, "RANDOM")
    shuffled = sorted(picked.items())
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - the order of a list, not a secret
    return shuffled


def _ordered(actor: Actor, conditions: list[ColumnElement[bool]], seed: str, most: int) -> list[UUID]:
    key = func.sha256(func.convert_to(literal(seed).concat(func.encode(Event.hash, "hex")), "UTF8"))
    query = select(Event.id).where(*conditions).order_by(key, Event.id).limit(most)
    return list(actor.session.scalars(query))


def _rule(actor: Actor, rule: str, span: Span) -> ColumnElement[bool]:
    if rule == "EMERGENCY":
        return or_(Event.detail.has_key("emergency"), Event.action.startswith("emergency."))
    if rule == "REASON":
        return Event.reason.is_not(None)
    first, last = (each.astimezone(STOCKHOLM).date() for each in (span.first_at, span.last_at))
    return service.odd_condition(actor.session, rule.lower(), service.Wanted(first, last))


def _within(span: Span) -> list[ColumnElement[bool]]:
    return [Event.seq >= span.first_seq, Event.seq <= span.last_seq]
