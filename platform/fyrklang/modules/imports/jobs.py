"""Large files are judged and laid in by jobs; one that dies leaves nothing behind and is run again."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import select

from fyrklang.access.actor import Actor
from fyrklang.kernel.errors import NotFound
from fyrklang.modules.imports import service
from fyrklang.modules.imports.models import Batch
from fyrklang.sdk.imports import importers
from fyrklang.sdk.jobs import JobContext, job


def _run(asked: JobContext, act: Callable[[Actor, UUID, service.Tell], None], words: str) -> None:
    batch_id = UUID(asked.args["batch_id"])
    row = asked.session.scalars(select(Batch).where(Batch.id == batch_id)).first()
    if row is None:
        raise NotFound

    def tell(done: int) -> None:
        asked.stop_if_cancelled()
        asked.progress(done, row.rows, words)

    # Whoever asked held the permission then; the job holds that one and no other.
    may = frozenset({importers()[row.kind].permission})
    actor = Actor(asked.session, asked.context, asked.context.actor_id, "", frozenset(), may, loa=3)
    act(actor, batch_id, tell)
    asked.progress(row.rows, row.rows, "klart")


@job(service.CHECK, title="Granskar en fil", queue="batch", time_limit=600)
def check(asked: JobContext) -> None:
    """Judge the rows of a file."""
    _run(asked, service.check, "granskar rader")


@job(service.LAY, title="Läser in en fil", queue="batch", time_limit=600)
def lay(asked: JobContext) -> None:
    """Lay the rows of a file in."""
    _run(asked, service.lay, "läser in rader")
