"""Write one förbund's participants and deltaganden, each as the party that answers for them."""

from __future__ import annotations

from random import Random

from fyrklang.demo.generate import Nation
from fyrklang.demo.nation import Association
from fyrklang.demo.rows import intervention_id
from fyrklang.demo.stay_rows import Book
from fyrklang.demo.stays import follows_people, stays_of
from fyrklang.kernel.db import Database
from fyrklang.modules.casework.models import AnonymousEntry, Participant, Situation, Stay
from fyrklang.tenancy.bulk import lay_past_the_wall


def write_people(database: Database, nation: Nation, item: Association) -> None:
    """Everybody the förbund follows, and those it only counts."""
    drawn = stays_of(nation.seed, item.slug, nation.people, nation.flow)
    if drawn is None:
        return
    insatser = [
        intervention_id(nation, each)
        for each in nation.people
        if each.slug == item.slug and follows_people(each)
    ]
    office = f"KOMMUN-{item.kommuner[0].code}"
    book = Book(drawn, insatser, lambda _place: office, Random(f"{nation.seed}:{item.slug}"))  # noqa: S311
    with database.engine("migrator").begin() as connection:
        for rows in book.by_party().values():
            lay_past_the_wall(connection, item.id, Participant, rows.participants)
            lay_past_the_wall(connection, item.id, Stay, rows.stays)
            lay_past_the_wall(connection, item.id, Situation, rows.situations)
        lay_past_the_wall(connection, item.id, AnonymousEntry, list(book.unnamed(office)))
