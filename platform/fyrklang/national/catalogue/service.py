"""What readers of the catalogue and förbund can do with it. Both doors call this; nothing here commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from fyrklang.access.actor import Actor, NationalReader
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Invalid, NotFound
from fyrklang.kernel.ids import new_id
from fyrklang.national.catalogue import acts
from fyrklang.national.catalogue.likeness import Likeness, likeness
from fyrklang.national.catalogue.models import Adoption, Card, Question
from fyrklang.national.catalogue.schemas import WORDS
from fyrklang.national.catalogue.search import search
from fyrklang.national.store import reading
from fyrklang.national.store.models import Association, Release
from fyrklang.national.store.shapes import Figure, ReleaseInfo
from fyrklang.sdk.audit import record
from fyrklang.sdk.drafts import Draft, make_draft

MOST_ALIKE = 4
_LEAST_ALIKE = 0.25
_TO_WORK, _KNOWN = "M1", "M20"
_OWN = "Insatsen är er egen."


@dataclass(frozen=True)
class Row:
    """A card as lists and likeness read it."""

    id: UUID
    slug: str
    owner_name: str
    synthetic: bool
    origin_id: UUID | None
    name: str
    summary: str
    status: str
    format: str
    need_groups: Sequence[str]
    methods: Sequence[str]
    parties: Sequence[str]
    hours: int | None
    updated_on: Any
    content: Mapping[str, Any]
    lexemes: Sequence[str]

    @property
    def owner(self) -> str:
        """The förbund, as JSON names it."""
        return self.slug


@dataclass(frozen=True)
class Result:
    """A förbund's figure of one measure in one release, or the word that stands instead.

    It is of all the förbund's insatser: a release holds nothing finer. `release` None: in no release.
    """

    slug: str
    name: str
    release: ReleaseInfo | None = None
    figure: Figure | None = None
    known: Figure | None = None


@dataclass(frozen=True)
class Branch:
    """A place in the family tree, `depth` steps from its root; `card` None for a draft that has no card."""

    depth: int
    name: str
    slug: str
    owner_name: str
    card_id: UUID | None
    note: str = ""


@dataclass(frozen=True)
class Shown:
    """A whole card with everything around it."""

    card: Row
    result: Result
    alike: Sequence[tuple[Row, Likeness]]
    questions: Sequence[Question]
    family: Sequence[Branch]
    results: Mapping[str, Result]
    adopted: int


@dataclass(frozen=True)
class Wanted:
    """What to look for; empty and None keep everything."""

    q: str = ""
    need_group: str | None = None
    format: str | None = None
    party: str | None = None


def find_cards(reader: NationalReader, wanted: Wanted) -> list[Row]:
    """Cards that answer the words and fit the choices: the best hit first, else by name."""
    reader.require(Permission.NATIONAL_READ)
    points = search(reader.session, wanted.q) if wanted.q.strip() else None
    rows = [row for row in _rows(reader.session) if _fits(row, wanted)]
    if points is None:
        return rows
    return sorted((row for row in rows if row.id in points), key=lambda row: -points[row.id])


def get_card(reader: NationalReader, card_id: UUID) -> Row:
    """One card.

    Raises:
        NotFound: there is no such card.
    """
    reader.require(Permission.NATIONAL_READ)
    row = next((row for row in _rows(reader.session) if row.id == card_id), None)
    if row is None:
        raise NotFound
    return row


def show_card(reader: NationalReader, card_id: UUID) -> Shown:
    """One card, what is like it, what was asked, and what came of it elsewhere.

    Raises:
        NotFound: there is no such card.
    """
    card = get_card(reader, card_id)
    rows = _rows(reader.session)
    query = select(Question).where(Question.card_id == card_id).order_by(Question.asked_at.desc())
    family, adopted = _family(reader, card, rows)
    kin = {branch.slug: branch.owner_name for branch in family} | {card.slug: card.owner_name}
    results = {slug: _result(reader, slug, name) for slug, name in kin.items()}
    return Shown(
        card=card,
        result=results[card.slug],
        alike=_alike(card, rows),
        questions=reader.session.scalars(query).all(),
        family=family,
        results=results,
        adopted=adopted,
    )


def card_for(actor: Actor, card_id: UUID) -> dict[str, Any]:
    """A card as a förbund that is about to adopt it needs it.

    Raises:
        NotFound: there is no such card.
    """
    actor.require(Permission.INTERVENTIONS_WRITE)
    found = actor.session.scalar(select(func.national.card_for(card_id)))
    if found is None:
        raise NotFound
    return dict(found)


def ask(actor: Actor, card_id: UUID, words: str) -> None:
    """Put a question to the owner of a card.

    Raises:
        NotFound: there is no such card.
        Invalid: the card is one's own.
    """
    card = card_for(actor, card_id)
    _not_own(actor, card)
    made = new_id()
    _done(actor, func.national.ask(made, card_id, _short(words, "text")))
    record(actor, acts.ASKED, acts.CARD, card_id)


def answer(actor: Actor, question_id: UUID, words: str) -> None:
    """Answer a question about one's own card, for everyone to read.

    Raises:
        NotFound: no such question stands about a card of the förbund.
    """
    actor.require(Permission.INTERVENTIONS_WRITE)
    _done(actor, func.national.answer(question_id, _short(words, "answer")))
    record(actor, acts.ANSWERED, acts.QUESTION, question_id)


def follow(actor: Actor, card_id: UUID, *, wanted: bool) -> None:
    """Follow a card for the förbund, or no longer.

    Raises:
        NotFound: there is no such card.
    """
    actor.require(Permission.INTERVENTIONS_WRITE)
    _done(actor, func.national.follow_card(card_id, literal(wanted)))
    record(actor, acts.FOLLOWED if wanted else acts.UNFOLLOWED, acts.CARD, card_id)


def adopt(actor: Actor, card_id: UUID, values: Mapping[str, Any]) -> UUID:
    """Make a draft insats from a card and keep where it came from; returns the insats.

    Raises:
        NotFound: there is no such card.
        Invalid: the card is one's own, or the name is taken.
    """
    card = card_for(actor, card_id)
    _not_own(actor, card)
    percent = values.get("goal_percent")
    draft = Draft(
        name=values["name"],
        focus=card["content"]["focus"],
        format=card["format"],
        target_groups=tuple(card["need_groups"]),
        parties=tuple(card["parties"]),
        description=_described(card, values["changed"]),
        goal_permille=None if percent is None else round(percent * 10),
        first_year=clock.today().year,
    )
    made = make_draft(actor, draft)
    _done(
        actor, func.national.adopt(new_id(), card_id, made, draft.name, _short(values["changed"], "changed"))
    )
    record(actor, acts.ADOPTED, acts.CARD, card_id)
    return made


def own_exchange(actor: Actor) -> dict[str, Any]:
    """Questions to and from the förbund, what was adopted from it and by it, and what it follows."""
    actor.require(Permission.NATIONAL_READ)
    return dict(actor.session.scalar(select(func.national.own_exchange())) or {})


def _described(card: Mapping[str, Any], changed: str) -> str:
    """The draft's own text: where it comes from, what changes, and what the origin did with whom."""
    content = card["content"]
    parts = [
        f"Anpassad från {card['name']} ({card['owner_name']}).",
        f"Vi ändrar: {changed}",
        *(
            f"{label}: {content[name]}"
            for label, name in (("Arbetssätt", "way"), ("Bemanning", "staff"), ("Budgetram", "budget"))
            if content.get(name)
        ),
    ]
    return "\n\n".join(parts)[:4000]


def _not_own(actor: Actor, card: Mapping[str, Any]) -> None:
    if card["slug"] == actor.slug:
        raise Invalid(fields={"": _OWN})


def _short(words: str, field: str) -> str:
    if len(words) > 2000:
        raise Invalid(fields={field: WORDS})
    return words


def _done(actor: Actor, call: Any) -> None:
    if not actor.session.scalar(select(call)):
        raise NotFound


def _rows(session: Session) -> list[Row]:
    query = select(
        Card.id, Card.slug, Card.owner_name, Card.synthetic, Card.origin_id, Card.name, Card.summary,
        Card.status, Card.format, Card.need_groups, Card.methods, Card.parties, Card.hours, Card.updated_on,
        Card.content, func.tsvector_to_array(Card.search),
    ).order_by(Card.synthetic, Card.name, Card.id)  # fmt: skip
    return [Row(*tuple(row)) for row in session.execute(query)]


def _fits(row: Row, wanted: Wanted) -> bool:
    return (
        (wanted.need_group is None or wanted.need_group in row.need_groups)
        and (wanted.format is None or wanted.format == row.format)
        and (wanted.party is None or wanted.party in row.parties)
    )


def _alike(card: Row, rows: Sequence[Row]) -> list[tuple[Row, Likeness]]:
    """The most alike, ties to the freshest; what shares too little is not called alike."""
    found = [(row, likeness(card, row)) for row in rows if row.id != card.id]
    found = [pair for pair in found if pair[1].points >= _LEAST_ALIKE]
    found.sort(key=lambda pair: pair[0].updated_on, reverse=True)
    found.sort(key=lambda pair: pair[1].points, reverse=True)
    return found[:MOST_ALIKE]


def _family(reader: NationalReader, card: Row, rows: Sequence[Row]) -> tuple[list[Branch], int]:
    """The tree from its root, cards and the drafts that were made from them, and how many adopted this one."""
    by_id = {row.id: row for row in rows}
    root = card
    seen = {card.id}
    while root.origin_id in by_id and root.origin_id not in seen:
        root = by_id[root.origin_id]
        seen.add(root.id)
    names = {row.slug: row.owner_name for row in rows}
    query = select(Adoption).order_by(Adoption.adopted_at)
    adoptions = reader.session.scalars(query).all()
    names |= _names(reader, {each.slug for each in adoptions} - set(names))
    found: list[Branch] = []

    def climb(row: Row, depth: int) -> None:
        found.append(Branch(depth, row.name, row.slug, row.owner_name, row.id))
        for each in adoptions:
            if each.card_id == row.id:
                owner = names.get(each.slug, each.slug)
                found.append(Branch(depth + 1, each.name, each.slug, owner, None, each.changed))
        for child in rows:
            if child.origin_id == row.id and depth < len(rows):
                climb(child, depth + 1)

    climb(root, 0)
    own = sum(each.card_id == card.id for each in adoptions) + sum(row.origin_id == card.id for row in rows)
    return (found if len(found) > 1 else []), own


def _names(reader: NationalReader, slugs: set[str]) -> dict[str, str]:
    if not slugs:
        return {}
    query = select(Association.slug, Association.short_name).where(Association.slug.in_(sorted(slugs)))
    return {row.slug: row.short_name for row in reader.session.execute(query.distinct())}


def _result(reader: NationalReader, slug: str, name: str) -> Result:
    """The förbund's latest published share, from the newest release it stands in."""
    query = (
        select(Release.number)
        .join(Association, Association.release_id == Release.id)
        .where(Association.slug == slug, Release.state == reading.PUBLISHED)
        .order_by(Release.published_at.desc())
        .limit(1)
    )
    number = reader.session.scalar(query)
    if number is None:
        return Result(slug, name)
    release = reading.find_release(reader, number)
    cells = reading.cells(reader, release, (_TO_WORK, _KNOWN), (release.last_year, "T"))
    return Result(slug, name, release, cells.get((_TO_WORK, slug)), cells.get((_KNOWN, slug)))
