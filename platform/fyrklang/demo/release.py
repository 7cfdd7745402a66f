"""The first national release of the invented nation, made by the same code as a real one."""

from __future__ import annotations

from sqlalchemy import text

from fyrklang.demo import shapes
from fyrklang.demo.store import Progress
from fyrklang.kernel.db import Database
from fyrklang.national.store.publishing import Plan, publish

FIRST = Plan(
    number=f"{shapes.LAST_YEAR}-1",
    first_year=shapes.FIRST_YEAR,
    last_year=shapes.FULL_YEARS[-1],
    synthetic=True,
    note="Den första utgåvan av den påhittade nationen.",
)


def publish_first(database: Database, progress: Progress) -> bool:
    """Publish it unless an invented release stands; says whether it did. One look-up when one stands."""
    with database.engine("council").connect() as connection:
        query = text("SELECT 1 FROM national.release WHERE synthetic AND state <> 'DRAFT' LIMIT 1")
        if connection.execute(query).first() is not None:
            return False

    def tell(done: int, total: int, words: str) -> None:
        progress(words, done, total)

    publish(database, FIRST, tell)
    return True
