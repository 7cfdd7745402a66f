"""Search in Swedish: PostgreSQL stems and indexes the cards, and each asked word is widened here.

A word is found as itself in any inflection, as a synonym, as part of a compound or with a compound as its
part, and misspelt, when two thirds of its letter pairs agree. No extension of the database is needed.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from fyrklang.national.catalogue.words import SYNONYMS

MOST_WORDS = 12
_WORD = re.compile(r"[0-9a-zåäöéü]+")
_FOLD = str.maketrans("åäöéü", "aaoeu")
_PART = 4
"""A shorter word is part of too many others."""
_ALIKE = 0.62
_SYNONYM, _COMPOUND, _MISSPELT = 0.75, 0.6, 0.7
_FIELD = {"A": 1.0, "B": 0.7, "C": 0.45, "D": 0.3}
_KEPT = 0.34
"""A card with less than this share of the best card's points is noise."""

_STEMS = text(
    "SELECT w.word, ts_lexize('pg_catalog.swedish_stem', w.word) FROM unnest(CAST(:words AS text[])) w(word)"
)
_VOCABULARY = text("SELECT word, ndoc FROM ts_stat('SELECT search FROM national.card')")
_FOUND = text(
    "SELECT c.id, t.lexeme, t.weights FROM national.card c, unnest(c.search) t "
    "WHERE c.search @@ CAST(:query AS tsquery) AND t.lexeme = ANY(CAST(:lexemes AS text[]))"
)
_COUNT = text("SELECT count(*) FROM national.card")


@dataclass(frozen=True)
class Asked:
    """An asked word: its stem, and the stems of its synonyms."""

    word: str
    stem: str
    synonyms: frozenset[str]


def search(session: Session, query: str) -> dict[UUID, float]:
    """Card id to points, those that answer the query; empty when nothing does."""
    words = list(dict.fromkeys(_WORD.findall(query.lower())))[:MOST_WORDS]
    asked = _asked(session, words)
    documents: dict[str, int] = {row.word: row.ndoc for row in session.execute(_VOCABULARY)}
    widened = [widen(each, documents) for each in asked]
    lexemes = sorted({lexeme for each in widened for lexeme in each})
    if not lexemes:
        return {}
    everything = session.execute(_COUNT).scalar_one()
    fields = _fields(session, lexemes)
    points = {
        card: sum(_best(each, found, documents, everything) for each in widened)
        for card, found in fields.items()
    }
    best = max(points.values(), default=0.0)
    return {card: score for card, score in points.items() if score >= best * _KEPT}


def widen(asked: Asked, vocabulary: Mapping[str, int]) -> dict[str, float]:
    """Lexemes of the catalogue that an asked word may mean, each with how sure that is (0–1)."""
    found: dict[str, float] = {}
    for lexeme in vocabulary:
        sure = _sureness(asked, lexeme)
        if sure:
            found[lexeme] = sure
    return found


def alike(one: str, other: str) -> float:
    """Share of letter pairs that two words have in common (Dice), å, ä and ö folded; 0–1."""
    first, second = _pairs(one), _pairs(other)
    return 2 * len(first & second) / (len(first) + len(second))


def _sureness(asked: Asked, lexeme: str) -> float:
    if lexeme == asked.stem:
        return 1.0
    if lexeme in asked.synonyms:
        return _SYNONYM
    if _compound(asked.stem, lexeme) or _compound(lexeme, asked.stem):
        return _COMPOUND
    if min(len(lexeme), len(asked.stem)) < _PART or abs(len(lexeme) - len(asked.stem)) > _PART:
        return 0.0
    likeness = alike(asked.stem, lexeme)
    return _MISSPELT * likeness if likeness >= _ALIKE else 0.0


def _compound(whole: str, part: str) -> bool:
    return len(part) >= _PART and len(whole) > len(part) and whole.startswith(part) | whole.endswith(part)


def _pairs(word: str) -> frozenset[str]:
    padded = f" {word.translate(_FOLD)} "
    return frozenset(padded[place : place + 2] for place in range(len(padded) - 1))


def _asked(session: Session, words: Sequence[str]) -> list[Asked]:
    """Stop words have an empty stem and are left out."""
    every = sorted({*words, *(other for group in SYNONYMS for other in group)})
    stems = {row[0]: (row[1] or [""])[0] for row in session.execute(_STEMS, {"words": every})}
    groups = [frozenset(stems[other] for other in group) - {""} for group in SYNONYMS]
    return [
        Asked(word, stem, frozenset().union(*(group for group in groups if stem in group)) - {stem})
        for word in words
        if (stem := stems[word])
    ]


def _fields(session: Session, lexemes: Sequence[str]) -> dict[UUID, dict[str, float]]:
    query = " | ".join("'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'" for lexeme in lexemes)
    found: defaultdict[UUID, dict[str, float]] = defaultdict(dict)
    for row in session.execute(_FOUND, {"query": query, "lexemes": list(lexemes)}):
        found[row.id][row.lexeme] = max(_FIELD[weight] for weight in row.weights)
    return found


def _best(
    widened: Mapping[str, float], found: Mapping[str, float], documents: Mapping[str, int], everything: int
) -> float:
    """The surest hit of one asked word in one card; a word in every card says nothing."""
    return max(
        (
            sure * found[lexeme] * math.log(1 + everything / documents[lexeme])
            for lexeme, sure in widened.items()
            if lexeme in found
        ),
        default=0.0,
    )
