"""The invented nation: 74 förbund with made-up names and figures, to look at, learn from and test with.

Their size and structure are drawn after what is published about the real ones; nothing in them is a result
of any real förbund, and every row can be taken away again. Participants are codes; nobody has a name.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from sqlalchemy import text

from fyrklang.demo import store
from fyrklang.demo.generate import Nation, generate
from fyrklang.demo.release import publish_first
from fyrklang.demo.remove import remove
from fyrklang.demo.sanity import ImplausibleNationError
from fyrklang.demo.seats import seat
from fyrklang.demo.store import Mark, NameTakenError, Progress
from fyrklang.identity.local_accounts import forget_if_unused
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.national.catalogue.cards import lay_in, load_cards
from fyrklang.national.store.publishing import remove_invented

DEFAULT_SEED = 1
_CARDS = Path(__file__).with_name("cards.toml")


def ensure(config: Config, progress: Progress | None = None, *, only: Collection[str] | None = None) -> None:
    """See to it that a nation and its first release stand. One look-up each when they do.

    A nation left half-written is taken away and written again; one from another seed is kept. `only` writes
    no more than the förbund with those slugs, each with the figures it has in the whole nation.
    """
    say = progress or _silent
    database = Database(config)
    try:
        if _mark(database) is None:
            nation = generate(DEFAULT_SEED)
            _write(database, nation if only is None else nation.only(only), say, replace=False)
        publish_first(database, say)
        lay_in(database, load_cards(_CARDS), synthetic=True)
    finally:
        database.dispose()


def draw(config: Config, seed: int, progress: Progress | None = None) -> Nation:
    """Write the nation of a seed and its first release, in place of what may stand. People are kept.

    Raises:
        ImplausibleNationError: the seed gives figures unlike the real nation's; nothing is changed.
        NameTakenError: an invented name is borne by a real kommun, region or förbund; nothing is changed.
    """
    nation = generate(seed)
    say = progress or _silent
    database = Database(config)
    try:
        _write(database, nation, say, replace=True)
        with database.engine("migrator").begin() as connection:
            seat(connection, nation)
        publish_first(database, say)
        lay_in(database, load_cards(_CARDS), synthetic=True)
    finally:
        database.dispose()
    return nation


def seat_people(config: Config) -> None:
    """Seat the demo people in the teams of the nation that stands, if one does. Safe to repeat."""
    database = Database(config)
    try:
        mark = _mark(database)
        if mark is not None:
            with database.engine("migrator").begin() as connection:
                seat(connection, generate(mark.seed))
    finally:
        database.dispose()


def take_away(config: Config) -> int:
    """Remove the nation, its people and its releases; returns how many rows went."""
    database = Database(config)
    try:
        with database.engine("migrator").begin() as connection:
            store.take_turns(connection)
            # A published release yields to no DELETE but its own function's; the catalog's turn comes after.
            releases = remove_invented(database)
            count = releases + remove(connection)
            forget_if_unused(connection)
            return count
    finally:
        database.dispose()


def status(config: Config) -> tuple[Mark | None, dict[str, int]]:
    """Which nation stands, and how many rows of each kind are invented."""
    database = Database(config)
    try:
        with database.engine("migrator").begin() as connection:
            counted = {
                name: int(connection.execute(text(query)).scalar_one()) for name, query in _COUNTED.items()
            }
            return store.mark_of(connection), counted
    finally:
        database.dispose()


_OF_NATION = "tenant_id IN (SELECT id FROM registry.tenant WHERE synthetic)"
_COUNTED = {
    "Förbund": "SELECT count(*) FROM registry.tenant WHERE synthetic",
    "Insatser": f"SELECT count(*) FROM office.intervention WHERE {_OF_NATION}",  # noqa: S608
    "Registrerade kvartal": (
        "SELECT count(DISTINCT (tenant_id, intervention_id, year, quarter)) "  # noqa: S608
        f"FROM office.intervention_count WHERE {_OF_NATION}"
    ),
    "Deltaganden": f"SELECT count(*) FROM care.stay WHERE {_OF_NATION}",  # noqa: S608
    "Räknade celler": f"SELECT count(*) FROM facts.cell WHERE {_OF_NATION}",  # noqa: S608
    "Utgåvor": "SELECT count(*) FROM national.release WHERE synthetic",
    "Personer": "SELECT count(*) FROM registry.person WHERE synthetic",
}


def _mark(database: Database) -> Mark | None:
    with database.engine("migrator").connect() as connection:
        return store.mark_of(connection)


def _write(database: Database, nation: Nation, progress: Progress, *, replace: bool) -> None:
    """One at a time; whoever comes second finds the nation standing, unless it came to replace it."""
    with database.engine("migrator").begin() as guard:
        store.take_turns(guard)
        if not replace and store.mark_of(guard) is not None:
            return
        store.refuse_taken_names(guard, nation)
        remove_invented(database)
        with database.engine("migrator").begin() as connection:
            remove(connection, keep_register=True)
        store.write(database.config, nation, progress)


def _silent(_text: str, _done: int, _total: int) -> None:
    """Nobody watches."""


__all__ = [
    "DEFAULT_SEED",
    "ImplausibleNationError",
    "Mark",
    "NameTakenError",
    "Nation",
    "draw",
    "ensure",
    "generate",
    "seat_people",
    "status",
    "take_away",
]
